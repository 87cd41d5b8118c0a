//! A service that is killed in the middle of its work, again and again.

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, User},
    process::Killable,
};

const CREDITS: i64 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_three_times_loses_no_credit_and_makes_none() {
    let app = TestApp::start().await;
    let user = app.account("PRO", CREDITS).await;
    let home = app.stop().await;
    let mut answered = 0;
    for wanted in [5, 10, 15] {
        let service = Killable::on(&home);
        answered += kill_after(service, &user, wanted).await;
    }
    let app = TestApp::at(home, |_| {}).await;
    let stats = app.get("/api/platform-stats").await.expect_status(200).json;
    let spoken = stats["total_syntheses"].as_i64().unwrap();
    assert_eq!(app.balance(&user).await, CREDITS - spoken, "one credit each, none held back");
    // What was answered was paid; what was paid may have died before its answer.
    assert!((answered..CREDITS).contains(&spoken), "{answered} answered, {spoken} spoken");
}

/// Keeps the service at work until so many were answered, and kills it while others are under way.
async fn kill_after(service: Killable, user: &User, wanted: usize) -> i64 {
    let client = Client::new();
    let (done, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let work: Vec<_> = (0..100)
        .map(|_| {
            let request = client
                .post(format!("{}/api/synthesize", service.url))
                .bearer_auth(&user.token)
                .json(&json!({ "text_to_speech": "The quick brown fox jumps over the lazy dog." }));
            let done = done.clone();
            tokio::spawn(async move {
                // Counts when all of the answer is here.
                let answer: Option<Value> = match request.send().await {
                    Ok(reply) if reply.status() == 200 => reply.json().await.ok(),
                    _ => None,
                };
                if answer.is_some() {
                    let _ = done.send(());
                }
                i64::from(answer.is_some())
            })
        })
        .collect();
    for _ in 0..wanted {
        seen.recv().await.unwrap();
    }
    drop(service);
    let mut answered = 0;
    for one in work {
        answered += one.await.unwrap();
    }
    assert!(answered < 100, "it was killed in the middle");
    answered
}
