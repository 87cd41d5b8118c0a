//! Paying: exactly what was served, never twice, never without an answer.

use std::sync::Arc;

use serde_json::json;

use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_at_once_on_forty_credits_are_forty_ten_times_in_a_row() {
    let app = Arc::new(TestApp::start().await);
    for round in 0..10 {
        let user = app.account("PRO", 40).await;
        let tries: Vec<_> = (0..60)
            .map(|_| {
                let (app, user) = (Arc::clone(&app), user.clone());
                tokio::spawn(async move { app.synthesize(&user, "One credit.").await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in tries {
            statuses.push(one.await.unwrap());
        }
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(200), count(402)), (40, 20), "round {round}: {statuses:?}");
        assert_eq!(app.balance(&user).await, 0);
    }
}

#[tokio::test]
async fn a_started_thousand_costs_one_and_the_shortage_is_told() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 3).await;
    let two = app.synthesize(&user, &"word ".repeat(201)).await.expect_status(200).json;
    assert_eq!((&two["credits_used"], &two["credit_balance"]), (&json!(2), &json!(1)));
    assert_eq!((&two["characters_used"], &two["monthly_usage"]), (&json!(1005), &json!(1005)));
    let short = app.synthesize(&user, &"word ".repeat(201)).await.expect_status(402);
    assert_eq!(short.detail(), "Insufficient credits. Need 2 credits, have 1 credits.");
    assert_eq!(app.balance(&user).await, 1);
}

#[tokio::test]
async fn any_positive_ledger_may_speak_whatever_its_tier() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 1).await;
    let reply = app.synthesize(&user, "Paid is paid.").await.expect_status(200);
    assert_eq!((&reply.json["tier"], &reply.json["monthly_cap"]), (&json!("free"), &json!(0)));
    let poor = app.account("PRO", 0).await;
    app.synthesize(&poor, "No credit.").await.expect_status(402);
}

#[tokio::test]
async fn what_cannot_be_spoken_costs_nothing() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    for text in ["   ", "😀😀😀", "…!?"] {
        let reply = app.synthesize(&user, text).await.expect_status(422);
        assert!(reply.detail().contains("nothing in this text can be spoken"), "{}", reply.json);
    }
    let body = json!({ "text_to_speech": "Hello.", "voice_id": "Joana" });
    let reply = app.post_as(&user, "/api/synthesize", body).await.expect_status(400);
    assert!(reply.detail().contains("did you mean `Joanna`"), "{}", reply.json);
    assert_eq!(app.balance(&user).await, 10);
}

#[tokio::test]
async fn a_disk_that_refuses_the_audio_gives_the_credit_back() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let users = app.path().join("users");
    std::fs::remove_dir_all(&users).unwrap();
    std::fs::write(&users, "in the way").unwrap();
    let reply = app.synthesize(&user, "Hello.").await.expect_status(500);
    assert_eq!(reply.detail(), "An error occurred during text synthesis");
    assert_eq!(app.balance(&user).await, 10);
}

#[tokio::test]
async fn neural_is_refused_as_documented() {
    let neural = json!({ "text_to_speech": "Hello.", "engine": "neural" });
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let reply = app.post_as(&user, "/api/synthesize", neural.clone()).await.expect_status(400);
    assert_eq!(reply.detail(), "Neural voices are not yet available. Coming soon for Pro users!");

    let app = TestApp::with(|settings| settings.neural_voices = true).await;
    let user = app.account("LIGHT", 10).await;
    let reply = app.post_as(&user, "/api/synthesize", neural.clone()).await.expect_status(403);
    assert_eq!(reply.json["detail"]["error"], "Feature not available in your tier");
    assert_eq!(reply.json["detail"]["current_tier"], "light");
    assert_eq!(app.balance(&user).await, 10);
    let user = app.account("PRO", 10).await;
    let reply = app.post_as(&user, "/api/synthesize", neural).await.expect_status(200);
    assert_eq!(reply.json["engine_used"], "standard", "says what really spoke");
}

#[tokio::test]
async fn dev_credits_come_on_top_and_may_lift_the_tier() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 1).await;
    let reply = app.post_as(&user, "/api/dev/credits", json!({ "credits": 2_000 })).await;
    let reply = reply.expect_status(200).json;
    assert_eq!((&reply["credit_balance"], &reply["tier"]), (&json!(2_001), &json!("PREMIUM")));
    let seen = app.get_as(&user, "/api/user").await.json;
    assert_eq!((&seen["credit_balance"], &seen["tier"]), (&json!(2_001), &json!("PREMIUM")));
    assert_eq!(seen["total_transactions"], 2);
}
