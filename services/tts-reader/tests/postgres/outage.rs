//! A database that goes away and comes back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use libtest_mimic::Trial;
use serde_json::json;
use tts_reader::{DatabaseUrl, Settings};

use crate::{
    app::{Home, TestApp, User},
    database::SERVER,
    proxy::Proxy,
    sql::{Session, application},
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("an_outage_is_answered_503_and_ends_by_itself", outage),
        trial("a_network_that_swallows_everything_stalls_nobody", silence),
        trial("connections_that_were_ended_are_replaced_unseen", ended_connections),
        trial("too_few_connections_are_answered_503", too_few),
        trial("a_payment_whose_answer_was_lost_is_paid_once", lost_answer),
        trial("credits_of_work_that_an_outage_cut_off_come_back", cut_off),
        trial("what_an_outage_left_unsure_is_free_after_it", unsure),
        trial("what_was_paid_as_an_outage_began_is_had_by_its_key", paid_unseen),
        trial("who_hangs_up_while_a_transaction_begins_leaves_none_open", hung_up),
    ]
}

/// Host and port of the real server.
pub(crate) fn server_address() -> String {
    let server: url::Url = std::env::var(SERVER).unwrap().parse().unwrap();
    format!("{}:{}", server.host_str().unwrap(), server.port().unwrap_or(5432))
}

/// A service that reaches its database over a network that can break.
async fn behind(home: Home) -> (TestApp, Proxy) {
    behind_with(home, |_| {}).await
}

async fn behind_with(home: Home, change: impl FnOnce(&mut Settings)) -> (TestApp, Proxy) {
    let proxy = Proxy::before(server_address()).await;
    let mut through: url::Url = home.database().parse().unwrap();
    through.set_port(Some(proxy.port)).unwrap();
    let url = DatabaseUrl::parse("test", through.as_str()).unwrap();
    let app = TestApp::at(home, |settings: &mut Settings| {
        settings.database = url;
        change(settings);
    })
    .await;
    (app, proxy)
}

async fn read(app: &TestApp, user: &User) -> u16 {
    app.get_as(user, "/api/user").await.status
}

async fn outage() {
    let (app, proxy) = behind(Home::fresh()).await;
    let user = app.account("PRO", 10).await;
    assert_eq!(app.get("/api/health").await.json["database"], "postgresql");
    proxy.break_down();
    // The first may still try for a while; once the outage is known, answers come soon.
    for patience in [8, 2, 2, 2, 2] {
        let start = Instant::now();
        let refused = app.get_as(&user, "/api/user").await.expect_status(503);
        assert!(start.elapsed() < Duration::from_secs(patience), "{:?}", start.elapsed());
        assert_eq!(refused.header("retry-after"), "2");
        assert_eq!(refused.detail(), "The database cannot be reached; try again in 2 seconds");
    }
    let login = json!({ "username": user.username, "password": user.password });
    app.post("/api/login", login.clone()).await.expect_status(503);
    app.synthesize(&user, "Hello.").await.expect_status(503);
    let health = app.get("/api/health").await.expect_status(503);
    assert_eq!(health.json["services"]["database"], "unhealthy");
    assert_eq!(app.metric("tts_reader_db_pool_in_use{pool=\"read\"}").await, 0.0);

    proxy.mend();
    let start = Instant::now();
    while read(&app, &user).await != 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "it does not come back");
    }
    app.post("/api/login", login).await.expect_status(200);
    app.synthesize(&user, "Hello.").await.expect_status(200);
    // Looked at once a second.
    while app.get("/api/health").await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(10), "it is not seen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.balance(&user).await, 9);
}

async fn silence() {
    let (app, proxy) = behind(Home::fresh()).await;
    let user = app.account("PRO", 10).await;
    proxy.fall_silent();
    let start = Instant::now();
    let refused = app.get_as(&user, "/api/user").await.expect_status(503);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(refused.header("retry-after"), "2");
    // Public pages do not need the database, and health says how it is.
    app.get("/").await.expect_status(200);
    app.get("/api/health").await.expect_status(503);
    proxy.mend();
    let start = Instant::now();
    while read(&app, &user).await != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not come back");
    }
}

async fn ended_connections() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let url = app.home.database();
    let mut session = Session::on(&url).await;
    for _ in 0..5 {
        assert_eq!(read(&app, &user).await, 200);
        let ended = session
            .rows(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = '{}'",
                application(&url)
            ))
            .await;
        assert!(!ended.is_empty());
        assert_eq!(read(&app, &user).await, 200);
        app.synthesize(&user, "Hello.").await.expect_status(200);
    }
    assert_eq!(app.balance(&user).await, 5);
}

async fn too_few() {
    let app = Arc::new(TestApp::with(|settings| settings.database_pool_size = 1).await);
    let mut other = Session::on(&app.home.database()).await;
    other.run("BEGIN; LOCK TABLE platform_stats").await;
    let start = Instant::now();
    let tries: Vec<_> = (0..4)
        .map(|_| {
            let app = Arc::clone(&app);
            tokio::spawn(async move { app.get("/api/platform-stats").await })
        })
        .collect();
    while app.metric("tts_reader_db_pool_waiting{pool=\"read\"}").await < 3.0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.metric("tts_reader_db_pool_in_use{pool=\"read\"}").await, 1.0);
    assert_eq!(app.metric("tts_reader_db_pool_size{pool=\"read\"}").await, 1.0);
    for one in tries {
        let refused = one.await.unwrap().expect_status(503);
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(refused.detail(), "The database is busy; try again in 1 seconds");
    }
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
    other.run("COMMIT").await;
    app.get("/api/platform-stats").await.expect_status(200);
}

async fn cut_off() {
    let (app, proxy) = behind(Home::fresh()).await;
    let user = app.account("PRO", 100).await;
    let text = "The quick brown fox jumps. ".repeat(800);
    let mut session = Session::on(&app.home.database()).await;
    let request = app
        .request(reqwest::Method::POST, "/api/synthesize")
        .bearer_auth(&user.token)
        .json(&json!({ "text_to_speech": text }));
    let running = tokio::spawn(async move { request.send().await.unwrap().status() });
    while session.number("SELECT count(*) FROM credit_reservations").await == 0 {
        assert!(!running.is_finished(), "the synthesis was over before it was seen");
    }
    // Others see a row before the service has the answer to its COMMIT. What becomes of one that is cut off
    // there is another test's (`unsure`).
    while app.metric("tts_reader_speech_running").await == 0.0 {
        assert!(!running.is_finished(), "the synthesis was over before it was seen to run");
    }
    proxy.break_down();
    assert_eq!(running.await.unwrap(), 503, "spoken, and could not be paid");
    assert_eq!(session.number("SELECT count(*) FROM credit_reservations").await, 1);
    proxy.mend();
    let start = Instant::now();
    while session.number("SELECT count(*) FROM credit_reservations").await == 1 {
        assert!(start.elapsed() < Duration::from_secs(40), "nobody gives them back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.balance(&user).await, 100);
}

async fn lost_answer() {
    let (app, proxy) = behind(Home::fresh()).await;
    let user = app.account("PRO", 10).await;
    let mut session = Session::on(&app.home.database()).await;
    let left = "SELECT sum(credits_remaining) FROM credit_transactions";
    // Credits that were reserved, or not: the caller is refused and has them all.
    proxy.lose_the_answer_to_a_commit();
    app.synthesize(&user, "Hello.").await.expect_status(503);
    assert!(proxy.is_fair(), "there was a COMMIT");
    assert_eq!(session.number(left).await, 10);
    assert_eq!(session.number("SELECT count(*) FROM credit_reservations").await, 0);
    // Credits that were spent, or not: the caller has the audio and has paid once.
    let text = "The quick brown fox jumps. ".repeat(30);
    let request = app
        .request(reqwest::Method::POST, "/api/synthesize")
        .bearer_auth(&user.token)
        .json(&json!({ "text_to_speech": text }));
    let running = tokio::spawn(async move { request.send().await.unwrap() });
    while session.number("SELECT count(*) FROM credit_reservations").await == 0 {
        assert!(!running.is_finished(), "the synthesis was over before it was seen");
    }
    proxy.lose_the_answer_to_a_commit();
    let reply = running.await.unwrap();
    assert_eq!(reply.status(), 200);
    let spoken: serde_json::Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
    assert!(proxy.is_fair(), "there was a COMMIT");
    assert_eq!((&spoken["credits_used"], &spoken["credit_balance"]), (&json!(1), &json!(9)));
    app.get(spoken["audio_url"].as_str().unwrap()).await.expect_status(200);
    assert_eq!(session.number(left).await, 9);
    assert_eq!(session.number("SELECT count(*) FROM usage_events").await, 1);
}

/// The outage begins with a COMMIT whose answer is lost: what the service claimed or reserved, or not, it
/// cannot undo until it is over. Then it need not wait for the upkeep.
async fn unsure() {
    let (app, proxy) = behind(Home::fresh()).await;
    let user = app.account("PRO", 10).await;
    let mut session = Session::on(&app.home.database()).await;
    let ask = || {
        let request = app.request(reqwest::Method::POST, "/api/synthesize");
        let request = request.bearer_auth(&user.token).header("idempotency-key", "one");
        app.send(request.json(&json!({ "text_to_speech": "Hello." })))
    };
    // The first COMMIT of a request with a key is that of the key, of one without, the reservation's.
    for (with_key, held) in [
        (true, "SELECT count(*) FROM idempotent_answers"),
        (false, "SELECT count(*) FROM credit_reservations"),
    ] {
        proxy.break_down_at_a_commit();
        let refused = if with_key { ask().await } else { app.synthesize(&user, "Hello.").await };
        refused.expect_status(503);
        assert_eq!(session.number(held).await, 1, "it was done, and nobody heard of it");
        assert_eq!(app.metric("tts_reader_releases_waiting").await, 1.0);
        proxy.mend();
        let start = Instant::now();
        while app.metric("tts_reader_releases_waiting").await > 0.0 {
            assert!(start.elapsed() < Duration::from_secs(20), "nobody releases it");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(session.number(held).await, 0);
        assert_eq!(app.balance(&user).await, 10);
    }
    let reserved = app.metric("tts_reader_credits_total{what=\"reserved\"}").await;
    assert_eq!(app.metric("tts_reader_credits_total{what=\"given_back\"}").await, reserved);
    // The key is nobody's, or this would be answered 409.
    ask().await.expect_status(200);
    assert_eq!(app.balance(&user).await, 9);
}

/// The outage begins with the COMMIT that pays: the caller cannot be told, and asks again after it.
async fn paid_unseen() {
    let (app, proxy) = behind(Home::fresh()).await;
    let user = app.account("PRO", 10).await;
    let mut session = Session::on(&app.home.database()).await;
    let text = "The quick brown fox jumps. ".repeat(30);
    let ask = || {
        let request = app.request(reqwest::Method::POST, "/api/synthesize");
        let request = request.bearer_auth(&user.token).header("idempotency-key", "one");
        request.json(&json!({ "text_to_speech": text }))
    };
    let running = tokio::spawn(ask().send());
    while session.number("SELECT count(*) FROM credit_reservations").await == 0 {
        assert!(!running.is_finished(), "the synthesis was over before it was seen");
    }
    proxy.break_down_at_a_commit();
    assert_eq!(running.await.unwrap().unwrap().status(), 503);
    let left = "SELECT sum(credits_remaining) FROM credit_transactions";
    assert_eq!(session.number(left).await, 9, "it was paid, and nobody heard of it");
    proxy.mend();
    let start = Instant::now();
    while read(&app, &user).await != 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "it does not come back");
    }
    let spoken = app.send(ask()).await.expect_status(200);
    assert_eq!(spoken.header("idempotent-replayed"), "true");
    app.get(spoken.json["audio_url"].as_str().unwrap()).await.expect_status(200);
    assert_eq!(app.balance(&user).await, 9);
}

/// sqlx lent such a connection again, and a count of requests that others waited for was never over.
async fn hung_up() {
    let (app, proxy) = behind_with(Home::fresh(), |settings| settings.database_pool_size = 1).await;
    let user = app.account("PRO", 10).await;
    let url = app.home.database();
    let mut session = Session::on(&url).await;
    proxy.hold_the_answer_to_a_begin();
    let request = app
        .request(reqwest::Method::POST, "/api/preferences")
        .bearer_auth(&user.token)
        .json(&json!({ "voice_id": "Matthew" }));
    let running = tokio::spawn(request.send());
    proxy.until_it_holds().await;
    running.abort();
    // Or the next one to ask may open a connection of its own, before this one's is free again.
    assert!(running.await.unwrap_err().is_cancelled());
    // That of whoever asks here is one.
    while app.metric("tts_reader_connections_open").await > 1.0 {
        tokio::task::yield_now().await;
    }
    proxy.mend();
    assert_eq!(read(&app, &user).await, 200);
    let open = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE application_name = '{}' AND state LIKE 'idle in transaction%'",
        application(&url)
    );
    assert_eq!(session.number(&open).await, 0);
}
