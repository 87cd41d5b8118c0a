//! `Server-Timing` on answers and the histograms of `/metrics`: where the time of a request went.

use serde_json::json;
use tts_reader::ServerTiming;

use crate::app::{Reply, TestApp, article, article_site};

/// Names and milliseconds, the whole last.
fn timings(reply: &Reply) -> Vec<(String, f64)> {
    let header = reply.header("server-timing");
    assert!(!header.is_empty(), "no Server-Timing in {:?}", reply.headers);
    header
        .split(", ")
        .map(|entry| {
            let (name, time) = entry.split_once(";dur=").unwrap_or_else(|| panic!("{header}"));
            (name.to_owned(), time.parse().unwrap())
        })
        .collect()
}

/// The names of the stages; they never add up to more than the whole.
#[track_caller]
fn stages(reply: &Reply) -> Vec<String> {
    let mut timings = timings(reply);
    let (name, whole) = timings.pop().unwrap();
    assert_eq!(name, "total");
    let sum: f64 = timings.iter().map(|(_, time)| time).sum();
    assert!(sum <= whole + 1e-6, "{timings:?} are more than {whole}");
    timings.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn answers_tell_where_their_time_went() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let spoken = app.synthesize(&user, &"A long text. ".repeat(300)).await.expect_status(200);
    assert_eq!(stages(&spoken), ["sql", "queue", "synthesis", "encoding", "storage"]);
    let all = timings(&spoken);
    let of = |name: &str| all.iter().find(|(other, _)| other == name).unwrap().1;
    assert!(of("synthesis") > 0.0 && of("encoding") > of("sql") / 100.0, "{all:?}");

    let credentials = json!({ "username": user.username, "password": user.password });
    let login = app.post("/api/login", credentials).await.expect_status(200);
    assert_eq!(stages(&login), ["hash", "sql", "queue"]);
    assert_eq!(stages(&app.get_as(&user, "/api/user").await.expect_status(200)), ["sql"]);
    assert!(stages(&app.get("/api/health").await).is_empty());
    assert!(stages(&app.get("/nowhere").await.expect_status(404)).is_empty());

    let page = article_site(article(3)).await;
    let body = json!({ "url": page });
    let read = app.post_as(&user, "/api/extract-and-synthesize", body).await.expect_status(200);
    let found = stages(&read);
    for stage in ["fetch", "parse", "synthesis", "encoding", "storage"] {
        assert!(found.iter().any(|name| name == stage), "no {stage} in {found:?}");
    }
    for stage in ["hash", "sql", "queue", "synthesis", "encoding", "storage", "fetch", "parse"] {
        let name = format!("tts_reader_stage_duration_seconds_count{{stage=\"{stage}\"}}");
        assert!(app.metric(&name).await >= 1.0, "{name}");
    }
}

#[tokio::test]
async fn who_is_refused_is_not_told_how_long_his_password_took() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    for name in [&user.username, "nobody-has-this-name"] {
        let wrong = json!({ "username": name, "password": "wrong-password" });
        let refused = app.post("/api/login", wrong).await.expect_status(401);
        assert!(!stages(&refused).contains(&"hash".to_owned()), "{:?}", refused.headers);
    }
}

#[tokio::test]
async fn a_setting_keeps_it_from_clients_and_not_from_metrics() {
    let app = TestApp::with(|settings| settings.server_timing = ServerTiming::Untold).await;
    let user = app.account("PRO", 1).await;
    let reply = app.synthesize(&user, "Hello.").await.expect_status(200);
    assert_eq!(reply.header("server-timing"), "");
    let name = "tts_reader_stage_duration_seconds_count{stage=\"synthesis\"}";
    // It is told when all is done, and what is left may come after the answer.
    while app.metric(name).await < 1.0 {
        tokio::task::yield_now().await;
    }
}
