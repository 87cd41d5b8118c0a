//! `/metrics`: what is there, on either database.

use std::path::Path;

use serde_json::json;

use crate::app::TestApp;

async fn text(app: &TestApp) -> String {
    app.get("/metrics").await.expect_status(200).json.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn routes_queues_pools_and_connections_have_figures() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    app.get_as(&user, "/api/user").await.expect_status(200);
    app.get("/api/user").await.expect_status(401);
    let text = text(&app).await;
    let user = "method=\"GET\",route=\"/api/user\"";
    for start in [
        format!("tts_reader_http_requests_total{{{user},status=\"200\"}} 1"),
        format!("tts_reader_http_requests_total{{{user},status=\"401\"}} 1"),
        format!("tts_reader_http_request_duration_seconds_count{{{user}}} 2"),
        format!("tts_reader_http_request_duration_seconds_bucket{{le=\"30.0\",{user}}} 2"),
        "tts_reader_http_requests_in_flight 1".to_owned(),
    ] {
        assert!(text.lines().any(|line| line == start), "no {start} in\n{text}");
    }
    for name in [
        "connections_open",
        "connections_limit",
        "connections_accepted_total",
        "connections_ended_total{why=\"full\"}",
        "credits_total{what=\"spent\"}",
        "speech_running",
        "speech_waiting",
        "speech_refused_total",
        "password_running",
        "password_waiting",
        "password_refused_total",
        "password_hashes_total{hash=\"argon2id\"}",
        "extraction_in_flight",
        "extraction_refused_total",
        "releases_waiting",
        "letters_waiting",
        "mail_breaker_open",
        "payments_breaker_open",
        "audit_lines_dropped_total",
        "db_connections_open",
        "db_connection_waits_total",
        "db_connection_wait_seconds_total",
    ] {
        let start = format!("tts_reader_{name} ");
        assert!(text.lines().any(|line| line.starts_with(&start)), "no {name} in\n{text}");
    }
    for pool in ["read", "write"] {
        for figure in ["size", "in_use", "waiting"] {
            let start = format!("tts_reader_db_pool_{figure}{{pool=\"{pool}\"}} ");
            assert!(text.lines().any(|line| line.starts_with(&start)), "no {start} in\n{text}");
        }
    }
}

/// A run asks for them by name; a name that is not there would be no diagnosis.
#[tokio::test]
async fn every_series_that_the_load_test_asks_for_is_there() {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suites/tts-reader/plan.toml");
    let plan = std::fs::read_to_string(plan).unwrap();
    let (_, list) = plan.split_once("\nseries = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let series: Vec<&str> = list
        .lines()
        .map(|line| line.trim().trim_end_matches(',').trim_matches(['"', '\'']))
        .filter(|name| !name.is_empty())
        .collect();
    assert!(series.len() >= 10, "{series:?}");
    let app = TestApp::start().await;
    let text = text(&app).await;
    for name in series {
        let is_it = |line: &str| {
            line.starts_with(&format!("{name} ")) || line.starts_with(&format!("{name}_total "))
        };
        assert!(text.lines().any(is_it), "no {name} in\n{text}");
    }
}

#[tokio::test]
async fn credits_are_counted_as_they_move() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    app.synthesize(&user, "Hello.").await.expect_status(200);
    app.synthesize(&user, "Hello again.").await.expect_status(200);
    app.post_as(&user, "/api/dev/credits", json!({ "credits": 7 })).await.expect_status(200);
    // Nothing that can be spoken.
    app.synthesize(&user, "…").await.expect_status(422);
    for (what, credits) in [
        ("granted", 107.0),
        ("reserved", 2.0),
        ("spent", 2.0),
        ("given_back", 0.0),
        ("bought", 0.0),
    ] {
        let name = format!("tts_reader_credits_total{{what=\"{what}\"}}");
        let seen = app.metric(&name).await;
        // Some refusals reserve before they know, and give back.
        let moved = app.metric("tts_reader_credits_total{what=\"given_back\"}").await;
        let extra = if matches!(what, "reserved" | "given_back") { moved } else { 0.0 };
        assert_eq!(seen, if what == "given_back" { moved } else { credits + extra }, "{what}");
    }
    assert_eq!(app.balance(&user).await, 105);
}
