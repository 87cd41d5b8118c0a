//! Who gets in.

use serde_json::json;

use crate::app::{SECRET, TestApp};

#[tokio::test]
async fn without_a_token_private_routes_say_not_authenticated() {
    let app = TestApp::start().await;
    for path in
        ["/api/user", "/api/preferences", "/api/usage", "/api/voices", "/api/credit-balance"]
    {
        let reply = app.get(path).await.expect_status(401);
        assert_eq!(reply.detail(), "Not authenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    // Before the body is looked at: strangers learn nothing about it.
    let reply = app.post("/api/synthesize", json!({})).await.expect_status(401);
    assert_eq!(reply.detail(), "Not authenticated");
    let basic = app.request(reqwest::Method::GET, "/api/user").basic_auth("ann", Some("pw"));
    assert_eq!(app.send(basic).await.expect_status(401).detail(), "Not authenticated");
}

#[tokio::test]
async fn the_scheme_is_not_case_sensitive() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let request = app.request(reqwest::Method::GET, "/api/user");
    let request = request.header("authorization", format!("bEARER {}", user.token));
    app.send(request).await.expect_status(200);
}

#[tokio::test]
async fn wrong_logins_look_alike() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let known = json!({ "username": user.username, "password": "wrong" });
    let unknown = json!({ "username": "nobody", "password": "wrong" });
    let mut bodies = Vec::new();
    for login in [known, unknown] {
        let reply = app.post("/api/login", login).await.expect_status(401);
        assert_eq!(reply.detail(), "Invalid credentials");
        bodies.push(reply.json);
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn names_and_addresses_are_unique_also_when_many_ask_at_once() {
    let app = std::sync::Arc::new(TestApp::start().await);
    let body = |name: &str, mail: &str| json!({ "username": name, "email": format!("{mail}@example.com"), "password": "secret1" });
    app.post("/api/register", body("ann", "ann+load")).await.expect_status(200);
    let name = app.post("/api/register", body("ann", "other")).await.expect_status(400);
    assert_eq!(name.detail(), "Username 'ann' already exists");
    let mail = app.post("/api/register", body("bob", "ann+load")).await.expect_status(400);
    assert_eq!(mail.detail(), "Email 'ann+load@example.com' already registered");

    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (app, body) = (std::sync::Arc::clone(&app), body("eve", &format!("eve{n}")));
            tokio::spawn(async move { app.post("/api/register", body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in tries {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400]);
}

#[tokio::test]
async fn test_account_routes_are_not_there_outside_dev_mode() {
    let app = TestApp::with(|settings| settings.dev = false).await;
    let (batches, change) = ("/api/dev/test-accounts", "/api/dev/test-accounts/change");
    for path in ["/api/dev/accounts", "/api/dev/credits", batches, change] {
        app.post(path, json!({ "credits": 5 })).await.expect_status(404);
    }
    app.get(&format!("{batches}?batch=team")).await.expect_status(404);
}

#[tokio::test]
async fn the_audit_log_tells_of_logins_and_never_of_secrets() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let wrong = json!({ "username": user.username, "password": "wrong-password" });
    app.post("/api/login", wrong).await.expect_status(401);
    app.post("/api/register", json!({ "username": "x", "password": "abc" }))
        .await
        .expect_status(422);
    let home = app.stop().await;
    let log = std::fs::read_to_string(home.dir.path().join("tts_api_audit.log")).unwrap();
    assert!(log.contains(&format!("[auth] Login failed for user: {}", user.username)), "{log}");
    assert!(log.contains("body.username: string_too_short, body.email: missing"), "{log}");
    for secret in [&user.password, &user.token, "wrong-password", SECRET] {
        assert!(!log.contains(secret), "a secret in\n{log}");
    }
}
