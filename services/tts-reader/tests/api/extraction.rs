//! Pages: what is found in them, and whose fault it is when nothing is.

use serde_json::json;

use crate::app::{TestApp, article, article_site};

#[tokio::test]
async fn the_article_is_found_and_the_clutter_is_not() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let url = article_site(article(20)).await;
    let reply = app.post_as(&user, "/api/extract/", json!({ "url": url })).await.expect_status(200);
    let text = reply.json["text"].as_str().unwrap();
    assert!(text.contains("The river rose by 20 inches"), "{text}");
    assert!(!text.contains("var x") && !text.contains("Home"), "{text}");
    assert_eq!(reply.json["characters_used"], text.chars().count());
    let preview = app.post_as(&user, "/api/extract/preview", json!({ "url": url })).await.json;
    assert_eq!(preview["preview"].as_str().unwrap().chars().count(), 503);
    assert_eq!(preview["estimated_length"], text.chars().count());
}

#[tokio::test]
async fn legacy_characters_run_out_without_blocking_anybody() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let content = "x".repeat(60_000);
    let body = json!({ "url": "http://example.com/", "content": content });
    let left = |reply: &crate::app::Reply| reply.json["remaining_chars"].as_i64().unwrap();
    for expected in [40_000, 0, 0] {
        let reply = app.post_as(&user, "/api/extract/enhanced", body.clone()).await;
        assert_eq!(left(&reply.expect_status(200)), expected);
    }
}

#[tokio::test]
async fn failures_are_the_callers_or_the_sites_never_ours() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let empty = article_site("<html><body></body></html>".to_owned()).await;
    let gone = empty.replace("/article", "/elsewhere");
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let cases = [
        (empty.as_str(), 422),
        (gone.as_str(), 422),
        ("http://10.0.0.1/", 422),
        ("http://169.254.169.254/latest/meta-data/", 422),
        ("http://", 422),
        (dead.as_str(), 502),
    ];
    for (url, status) in cases {
        for path in ["/api/extract", "/api/extract/enhanced", "/api/extract/preview"] {
            let reply = app.post_as(&user, path, json!({ "url": url })).await.expect_status(status);
            assert!(!reply.detail().is_empty(), "{url}");
        }
        let body = json!({ "url": url, "voice_id": "Amy" });
        app.post_as(&user, "/api/extract-and-synthesize", body).await.expect_status(status);
    }
    assert_eq!(app.balance(&user).await, 10);
}

#[tokio::test]
async fn pages_of_this_machine_are_for_dev_mode_only() {
    let app = TestApp::with(|settings| settings.dev = false).await;
    let register = json!({ "username": "ann", "email": "ann@example.com", "password": "secret1" });
    app.post("/api/register", register).await.expect_status(200);
    let token = app.login("ann", "secret1").await;
    let user = crate::app::User { username: "ann".into(), password: "secret1".into(), token };
    let url = article_site(article(3)).await;
    let reply = app.post_as(&user, "/api/extract", json!({ "url": url })).await.expect_status(422);
    assert!(reply.detail().contains("only public addresses"), "{}", reply.json);
}

#[tokio::test]
async fn extract_and_synthesize_speaks_the_beginning_in_the_voice_asked_for() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let url = article_site(article(200)).await;
    let speak = |body| app.post_as(&user, "/api/extract-and-synthesize", body);
    let body = json!({ "url": url, "maxLength": 500, "voice": "Brian" });
    let reply = speak(body).await.expect_status(200).json;
    let text = reply["text"].as_str().unwrap();
    assert!((450..=500).contains(&text.chars().count()), "{text}");
    assert_eq!((&reply["voice_used"], &reply["credits_used"]), (&json!("Brian"), &json!(1)));
    app.get(reply["audio_url"].as_str().unwrap()).await.expect_status(200);

    // The stored preference is used, and a preference for neural is a wish, not a refusal.
    let wish = json!({ "voice_id": "Ivy", "engine": "neural" });
    app.post_as(&user, "/api/preferences", wish).await.expect_status(200);
    let reply = speak(json!({ "url": url, "maxLength": 100 })).await.expect_status(200).json;
    assert_eq!((&reply["voice_used"], &reply["engine_used"]), (&json!("Ivy"), &json!("standard")));
}
