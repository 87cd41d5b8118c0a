//! Requests at one service that are followed at another.

use std::{sync::Arc, time::Duration};

use libtest_mimic::Trial;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::{TestApp, User},
    slow_site::SlowSite,
    socket::{Socket, extract},
    sql::{Session, application},
    together::two_with,
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_request_at_one_is_followed_at_the_other", followed),
        trial("who_comes_later_at_the_other_finds_it", later),
        trial("a_name_is_of_one_request_at_both", one_name),
        trial("a_bell_that_breaks_loses_no_record", broken_bell),
        trial("a_request_whose_service_is_gone_is_ended_by_another", gone),
        trial("progress_leaves_nothing_behind", forgotten),
    ]
}

async fn two() -> [Arc<TestApp>; 2] {
    two_with(|_| {}).await
}

/// An extraction at a service, which goes on until its site answers.
fn extraction(
    app: &Arc<TestApp>,
    user: &User,
    site: &SlowSite,
    id: &'static str,
) -> tokio::task::JoinHandle<u16> {
    let (app, user, page) = (Arc::clone(app), user.clone(), site.page.clone());
    tokio::spawn(async move { extract(&app, &user, &page, id).await.status })
}

async fn followed() {
    let [one, other] = two().await;
    let user = one.account("PRO", 10).await;
    for round in 0..5 {
        let id = format!("round-{round}");
        let watching =
            [Socket::follow(&one, &user, &id).await, Socket::follow(&other, &user, &id).await];
        let text = "The river rose. ".repeat(50);
        let body = json!({ "text_to_speech": text, "extraction_id": id });
        one.post_as(&user, "/api/synthesize", body).await.expect_status(200);
        let [here, there] = watching;
        let (here, there) = (here.rest().await, there.rest().await);
        here.expect_whole("completed");
        assert_eq!(here.records, there.records);
        assert_eq!(there.code, Some(1000));
    }
}

async fn later() {
    let [one, other] = two().await;
    let user = one.account("PRO", 10).await;
    let site = SlowSite::start().await;
    let mut watching = Socket::follow(&one, &user, "a").await;
    let asking = extraction(&one, &user, &site, "a");
    while watching.record().await["message"] != "Fetching the page" {}
    let path = "/api/extract/progress/a";
    // Told within moments.
    let mut shown: Value = Value::Null;
    while shown["current_message"] != "Fetching the page" {
        shown = other.get_as(&user, path).await.json;
    }
    let mut late = Socket::follow(&other, &user, "a").await;
    assert_eq!(late.record().await["message"], "Fetching the page");
    site.answer();
    assert_eq!(asking.await.unwrap(), 200);
    late.rest().await.expect_end("completed");
    // And when it is over.
    let over = Socket::follow(&other, &user, "a").await.rest().await;
    assert_eq!(over.expect_end("completed").records.len(), 1);
    let [here, there] = [one.get_as(&user, path).await.json, other.get_as(&user, path).await.json];
    assert_eq!(here, there);
    assert_eq!(there["current_status"], "completed");
    let bob = one.account("PRO", 10).await;
    other.get_as(&bob, path).await.expect_status(404);
}

async fn one_name() {
    let [one, other] = two().await;
    let user = one.account("PRO", 10).await;
    let site = SlowSite::start().await;
    let mut watching = Socket::follow(&other, &user, "a").await;
    let asking = extraction(&one, &user, &site, "a");
    assert_eq!(watching.record().await["status"], "starting");
    assert_eq!(extraction(&other, &user, &site, "a").await.unwrap(), 409);
    site.answer();
    assert_eq!(asking.await.unwrap(), 200);
    let heard = watching.rest().await;
    let last = heard.expect_end("completed").records.last().unwrap()["sequence"].as_u64().unwrap();
    // Free again, at both; the records go on counting.
    let token = format!("bearer, {}", user.token);
    let path = format!("/api/extract/ws/a?after={last}");
    let again = Socket::open(&one, &path, &[("sec-websocket-protocol", &token)]).await.unwrap();
    site.answer();
    assert_eq!(extraction(&other, &user, &site, "a").await.unwrap(), 200);
    let second = again.rest().await;
    assert_eq!(second.expect_whole("completed").records[0]["sequence"], last + 1);
}

async fn broken_bell() {
    let [one, other] = two().await;
    let user = one.account("PRO", 10).await;
    let url = one.home.database();
    let mut session = Session::on(&url).await;
    let site = SlowSite::start().await;
    let watching = Socket::follow(&other, &user, "a").await;
    let asking = extraction(&one, &user, &site, "a");
    let listening = format!(
        "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND application_name = '{}'",
        application(&url)
    );
    while session.number(&format!("SELECT count(*) {listening}")).await < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    session.run(&format!("SELECT pg_terminate_backend(pid) {listening}")).await;
    site.answer();
    assert_eq!(asking.await.unwrap(), 200);
    watching.rest().await.expect_whole("completed");
    while session.number(&format!("SELECT count(*) {listening}")).await < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// As services know a request.
async fn key(session: &mut Session, user: &User, id: &str) -> String {
    let sql = format!("SELECT user_id FROM users WHERE username = '{}'", user.username);
    let user = session.text(&sql).await;
    let digest = Sha256::digest(format!("progress\n{user}\n{id}"));
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn gone() {
    let one = TestApp::start().await;
    let user = one.account("PRO", 10).await;
    let mut session = Session::on(&one.home.database()).await;
    let key = key(&mut session, &user, "a").await;
    // What a service leaves that was killed half a minute ago.
    let record = json!({
        "status": "processing", "message": "Fetching the page", "progress": 0.02, "method": null,
        "timestamp": "2026-11-23T02:27:28.741526+00:00", "extraction_id": "a", "sequence": 2,
    });
    session
        .run(&format!(
            "INSERT INTO progress VALUES ('{key}', 'run', 'another', 2, FALSE,
                 extract(epoch FROM now())::bigint - 30);
             INSERT INTO progress_records VALUES ('{key}', 2, '{record}')"
        ))
        .await;
    let heard = Socket::follow(&one, &user, "a").await.rest().await;
    assert_eq!(heard.expect_end("failed").records[0], record);
    assert_eq!(heard.messages()[1..], ["The service that was at work on it ended"]);
    assert_eq!(heard.records[1]["sequence"], 3);
    // A name that it had is free.
    let body = json!({ "text_to_speech": "Hello.", "extraction_id": "a" });
    one.post_as(&user, "/api/synthesize", body).await.expect_status(200);
}

async fn forgotten() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let mut session = Session::on(&app.home.database()).await;
    let body = json!({ "text_to_speech": "Hello.", "extraction_id": "a" });
    app.post_as(&user, "/api/synthesize", body).await.expect_status(200);
    // Told before the service ends.
    let home = app.stop().await;
    assert_eq!(session.number("SELECT count(*) FROM progress WHERE ended").await, 1);
    assert!(session.number("SELECT count(*) FROM progress_records").await > 1);
    session.run("UPDATE progress SET seen = seen - 1000").await;
    let app = TestApp::at(home, |_| {}).await;
    while session.number("SELECT count(*) FROM progress").await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(session.number("SELECT count(*) FROM progress_records").await, 0);
    app.get_as(&user, "/api/extract/progress/a").await.expect_status(404);
}
