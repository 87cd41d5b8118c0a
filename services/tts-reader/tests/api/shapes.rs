//! Field names and shapes of every route, as today's clients know them.

use serde_json::json;

use crate::app::{TestApp, article, article_site, stable};

#[tokio::test]
async fn what_everybody_sees() {
    let app = TestApp::start().await;
    for (name, path) in [
        ("root", "/"),
        ("health", "/api/health"),
        ("enterprise-status", "/api/enterprise/status"),
        ("platform-stats", "/api/platform-stats"),
        ("pricing-tiers", "/api/pricing-tiers"),
        ("credit-packages", "/api/credit-packages"),
    ] {
        let mut reply = app.get(path).await.expect_status(200);
        if name == "enterprise-status" {
            // How many lines the log has got so far is a matter of time.
            reply.json["audit_trail"]["log_count"] = json!("[count]");
        }
        stable(|| insta::assert_json_snapshot!(name, reply.json));
    }
}

#[tokio::test]
async fn signing_up_and_in() {
    let app = TestApp::start().await;
    let ann = json!({
        "username": "newbie_1", "email": "newbie_1@Example.com", "password": "TestPassword123!",
        "first_name": "Load", "unknown_field": [1, 2, 3],
    });
    let reply = app.post("/api/register", ann).await.expect_status(200);
    stable(|| insta::assert_json_snapshot!("register", reply.json));
    let login = json!({ "username": "newbie_1", "password": "TestPassword123!" });
    for path in ["/api/login", "/api/token/"] {
        let reply = app.post(path, login.clone()).await.expect_status(200);
        stable(|| insta::assert_json_snapshot!("login", reply.json));
        let again = json!({ "refresh_token": reply.json["refresh_token"] });
        let reply = app.post("/api/refresh", again).await.expect_status(200);
        stable(|| insta::assert_json_snapshot!("login", reply.json));
    }
}

#[tokio::test]
async fn what_an_account_sees() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    for (name, path) in [
        ("user", "/api/user"),
        ("preferences", "/api/preferences"),
        ("usage", "/api/usage"),
        ("credit-balance", "/api/credit-balance"),
        ("voices", "/api/voices"),
        ("extract-methods", "/api/extract/methods"),
    ] {
        let reply = app.get_as(&user, path).await.expect_status(200);
        stable(|| insta::assert_json_snapshot!(name, reply.json));
    }
    let change = json!({ "voice_id": "Matthew", "engine": "neural" });
    let reply = app.post_as(&user, "/api/preferences", change).await.expect_status(200);
    stable(|| insta::assert_json_snapshot!("preferences-changed", reply.json));
}

#[tokio::test]
async fn what_work_answers() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let reply = app.synthesize(&user, "Hello, world. How are you?").await.expect_status(200);
    stable(|| insta::assert_json_snapshot!("synthesize", reply.json));

    let url = article_site(article(3)).await;
    for (name, path, body) in [
        ("extract", "/api/extract", json!({ "url": url })),
        (
            "extract-enhanced",
            "/api/extract/enhanced",
            json!({ "url": url, "include_metadata": true }),
        ),
        (
            "extract-provided",
            "/api/extract/enhanced",
            json!({ "url": url, "content": "What the reader has on screen." }),
        ),
        ("extract-preview", "/api/extract/preview", json!({ "url": url })),
        (
            "extract-and-synthesize",
            "/api/extract-and-synthesize",
            json!({ "url": url, "voice": "Amy", "maxLength": 40 }),
        ),
    ] {
        let reply = app.post_as(&user, path, body).await.expect_status(200);
        stable(|| insta::assert_json_snapshot!(name, reply.json));
    }
    let usage = app.get_as(&user, "/api/usage").await;
    // A preview is free and leaves no trace; the other four count.
    assert_eq!(usage.json["total_extractions_today"], 4);
    assert_eq!(usage.json["highlighting_success_rate"], 1.0);
}

#[tokio::test]
async fn both_spellings_of_every_route_are_served() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let reads = [
        "/api/health",
        "/api/enterprise/status",
        "/api/platform-stats",
        "/api/pricing-tiers",
        "/api/credit-packages",
        "/api/user",
        "/api/preferences",
        "/api/usage",
        "/api/user/analytics",
        "/api/voices",
        "/api/credit-balance",
        "/api/extract/methods",
        "/metrics",
    ];
    for path in reads {
        app.get_as(&user, path).await.expect_status(200);
        app.get_as(&user, &format!("{path}/")).await.expect_status(200);
    }
    let writes = [
        "/api/register",
        "/api/login",
        "/api/token",
        "/api/refresh",
        "/api/resend-verification",
        "/api/password-reset",
        "/api/password-reset/confirm",
        "/api/synthesize",
        "/api/extract",
        "/api/extract/enhanced",
        "/api/extract/preview",
        "/api/extract-and-synthesize",
    ];
    for path in writes {
        // An empty object is refused by the route itself, so the route is there.
        app.post_as(&user, path, json!({})).await.expect_status(422);
        app.post_as(&user, &format!("{path}/"), json!({})).await.expect_status(422);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_answer_json_with_the_common_headers() {
    let app = TestApp::start().await;
    let unknown = app.get("/api/nothing").await.expect_status(404);
    assert_eq!(unknown.detail(), "Not Found");
    let request = app.request(reqwest::Method::DELETE, "/api/health");
    let wrong = app.send(request).await.expect_status(405);
    assert_eq!(wrong.detail(), "Method Not Allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
    for reply in [unknown, wrong] {
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-tts-deepsight-version"), "2.3.0-enterprise");
        assert_eq!(reply.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_ask_but_not_with_cookies() {
    let app = TestApp::start().await;
    let preflight = app
        .request(reqwest::Method::OPTIONS, "/api/synthesize")
        .header("origin", "https://reader.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let reply = app.send(preflight).await.expect_status(200);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert!(reply.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(reply.header("access-control-max-age"), "600");

    let listed =
        TestApp::with(|s| s.cors_origins = vec!["https://reader.example".to_owned()]).await;
    for (origin, echoed) in
        [("https://reader.example", "https://reader.example"), ("https://evil.example", "")]
    {
        let request = listed.request(reqwest::Method::GET, "/api/health").header("origin", origin);
        let reply = listed.send(request).await.expect_status(200);
        assert_eq!(reply.header("access-control-allow-origin"), echoed);
    }
}
