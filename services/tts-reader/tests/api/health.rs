//! Health: told from what was seen in the background, asked for administrators.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app::{TestApp, User};

/// Asks until the status is that; the service looks once a second.
async fn until(app: &TestApp, status: u16) -> Value {
    let start = Instant::now();
    loop {
        let reply = app.get("/api/health").await;
        if reply.status == status {
            return reply.json;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:#}", reply.json);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn health_asks_neither_database_nor_disk() {
    let delay = Duration::from_millis(500);
    let app = TestApp::with(|settings| settings.database_delay = delay).await;
    let start = Instant::now();
    for _ in 0..100 {
        app.get("/api/health").await.expect_status(200);
    }
    assert!(start.elapsed() < 20 * delay, "{:?} for 100", start.elapsed());
}

#[tokio::test]
async fn what_fails_is_seen_and_so_is_its_end() {
    let app = TestApp::start().await;
    until(&app, 200).await;
    let users = app.path().join("users");
    std::fs::remove_dir_all(&users).unwrap();
    let health = until(&app, 503).await;
    assert_eq!(health["status"], "unhealthy");
    assert_eq!(health["services"]["storage"], "unhealthy");
    assert_eq!(health["services"]["database"], "healthy");
    std::fs::create_dir(&users).unwrap();
    assert_eq!(until(&app, 200).await["services"]["storage"], "healthy");
}

#[tokio::test]
async fn a_service_for_load_tests_says_so() {
    let app = TestApp::with(|settings| settings.load_test = true).await;
    assert_eq!(app.get("/api/health").await.json["mode"], "load-test");
}

#[tokio::test]
async fn administrators_have_everything_asked_anew() {
    let app = TestApp::with(|settings| {
        settings.admin_emails = vec!["boss@example.com".to_owned()];
    })
    .await;
    let other = app.account("PRO", 0).await;
    app.get("/api/admin/health").await.expect_status(401);
    app.get_as(&other, "/api/admin/health").await.expect_status(403);
    let body = json!({ "username": "boss", "password": "secret-1" });
    app.post("/api/dev/accounts", body).await.expect_status(200);
    let token = app.login("boss", "secret-1").await;
    let boss = User { username: "boss".to_owned(), password: "secret-1".to_owned(), token };
    let seen = app.get_as(&boss, "/api/admin/health").await.expect_status(200).json;
    assert_eq!((&seen["status"], &seen["mode"]), (&json!("healthy"), &json!("dev")));
    for part in ["database", "storage"] {
        let probe = &seen["probes"][part];
        assert_eq!((&probe["status"], &probe["trouble"]), (&json!("healthy"), &Value::Null));
        assert!(probe["milliseconds"].as_f64().unwrap() > 0.0, "{probe}");
    }
    let breakers = json!({ "email": "healthy", "payments": "not_configured", "speech": "healthy" });
    assert_eq!(seen["breakers"], breakers);
    for pool in [0, 1] {
        assert!(seen["database"]["pools"][pool]["size"].as_u64() > Some(0), "{seen:#}");
    }
    assert!(seen["connections"]["limit"].as_u64() > Some(0), "{seen:#}");
    // Asked now, not a second ago.
    std::fs::remove_dir_all(app.path().join("users")).unwrap();
    let seen = app.get_as(&boss, "/api/admin/health").await.expect_status(200).json;
    assert_eq!(seen["status"], "unhealthy");
    let trouble = seen["probes"]["storage"]["trouble"].as_str().unwrap();
    assert!(trouble.contains("No such file"), "{trouble}");
}
