//! What nobody should send.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};

async fn login(app: &TestApp, body: impl Into<reqwest::Body>) -> Reply {
    let request =
        app.request(Method::POST, "/api/login").header("content-type", "application/json");
    app.send(request.body(body)).await
}

#[tokio::test]
async fn json_ten_thousand_deep_is_refused_where_it_stops_being_read() {
    let app = TestApp::start().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        for body in [format!("{open}1{close}"), open] {
            let reply = login(&app, body).await.expect_status(422);
            let error = &reply.json["detail"][0];
            assert_eq!(error["type"], "json_invalid");
            assert_eq!(error["ctx"]["error"], "recursion limit exceeded");
            assert!(error["loc"][1].as_u64().unwrap() < 1_000, "{error}");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_named() {
    let app = TestApp::start().await;
    for body in [
        r#"{"username": "ann", "password": "first-1", "username": "bob"}"#,
        r#"{"username": "ann", "password": "first-1", "\u0075sername": "ann"}"#,
    ] {
        let reply = login(&app, body).await.expect_status(422);
        let error = &reply.json["detail"][0];
        assert_eq!(error["type"], "json_invalid");
        assert_eq!(error["ctx"]["error"], r#"the key "username" is there twice"#);
        assert!(!reply.json.to_string().contains("first-1"), "{}", reply.json);
    }
}

#[tokio::test]
async fn what_is_no_utf_8_is_refused_everywhere() {
    let app = TestApp::start().await;
    let body = b"{\"username\": \"a\xff\xfe\", \"password\": \"secret1\"}".to_vec();
    let reply = login(&app, body).await.expect_status(422);
    assert_eq!(reply.json["detail"][0]["type"], "json_invalid");
    // In a path, where it is escaped.
    for (path, status) in [
        ("/%ff", 404),
        ("/audio/%ff/%fe.mp3?expires=1&signature=%ff", 404),
        ("/api/dev/checkout/%ff", 404),
        ("/api/admin/users/%ff/credits", 401),
        ("/api/verify-email?token=%ff", 400),
    ] {
        let reply = app.get(path).await.expect_status(status);
        assert_eq!(reply.header("content-type"), "application/json", "{path}");
        assert!(reply.json["detail"].is_string(), "{path}: {}", reply.json);
    }
    // In a field of the head.
    let token = reqwest::header::HeaderValue::from_bytes(b"Bearer \xff").unwrap();
    let request = app.request(Method::GET, "/api/user").header("authorization", token);
    app.send(request).await.expect_status(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_who_want_one_name_at_once_one_has_it() {
    let app = Arc::new(TestApp::with(|settings| settings.speech_queue = 1_000).await);
    for same in ["username", "email"] {
        let tries: Vec<_> = (0..100)
            .map(|n| {
                let app = Arc::clone(&app);
                let mut body = json!({
                    "username": format!("{same}_{n}"), "email": format!("{same}{n}@example.com"),
                    "password": "secret-1",
                });
                body[same] = if same == "email" { json!("one@example.com") } else { json!("one") };
                tokio::spawn(async move { app.post("/api/register", body).await })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in tries {
            let reply = one.await.unwrap();
            if reply.status == 400 {
                assert!(reply.detail().contains("already"), "{}", reply.json);
            }
            statuses.push(reply.status);
        }
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        // Who had to wait too long for a database that others used was told to come back.
        assert_eq!((count(200), count(400) + count(503)), (1, 99), "{statuses:?}");
    }
    let stats = app.get("/api/platform-stats").await.expect_status(200).json;
    assert_eq!(stats["total_users"], Value::from(2));
}
