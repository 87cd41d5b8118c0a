//! The same paid request again, with its key: the same answer, one price.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp, User, article, article_site};

async fn send(app: &TestApp, user: &User, path: &str, key: &str, body: &Value) -> Reply {
    let request = app.request(Method::POST, path).bearer_auth(&user.token);
    app.send(request.header("idempotency-key", key).json(body)).await
}

#[tokio::test]
async fn a_repeated_key_is_answered_again_and_charged_once() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let body = json!({ "text_to_speech": "Once.", "voice_id": "Amy" });
    let first = send(&app, &user, "/api/synthesize", "a", &body).await.expect_status(200);
    assert_eq!(first.header("idempotent-replayed"), "");
    app.synthesize(&user, "Something else.").await.expect_status(200);
    // The order of fields says nothing.
    let body = json!({ "voice_id": "Amy", "text_to_speech": "Once." });
    let again = send(&app, &user, "/api/synthesize/", "a", &body).await.expect_status(200);
    assert_eq!(first.json, again.json, "as it was then, the balance too");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(app.balance(&user).await, 8);

    let other = json!({ "text_to_speech": "Another text." });
    let refused = send(&app, &user, "/api/synthesize", "a", &other).await.expect_status(422);
    assert!(refused.detail().contains("used for another request"), "{}", refused.json);
    // Keys are everybody's own.
    let stranger = app.account("PRO", 10).await;
    send(&app, &stranger, "/api/synthesize", "a", &other).await.expect_status(200);
    assert_eq!((app.balance(&user).await, app.balance(&stranger).await), (8, 9));
}

#[tokio::test]
async fn what_failed_may_be_tried_again_with_its_key() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 0).await;
    let body = json!({ "text_to_speech": "Hello." });
    send(&app, &user, "/api/synthesize", "a", &body).await.expect_status(402);
    app.post_as(&user, "/api/dev/credits", json!({ "credits": 1 })).await.expect_status(200);
    send(&app, &user, "/api/synthesize", "a", &body).await.expect_status(200);
    send(&app, &user, "/api/synthesize", "a", &body).await.expect_status(200);
    assert_eq!(app.balance(&user).await, 0);

    let voiceless = json!({ "text_to_speech": "Hello.", "voice_id": "Nobody" });
    for _ in 0..2 {
        send(&app, &user, "/api/synthesize", "b", &voiceless).await.expect_status(400);
    }
    for key in ["", " ", "ü", &"k".repeat(256)] {
        let refused = send(&app, &user, "/api/synthesize", key, &body).await.expect_status(400);
        assert!(refused.detail().starts_with("Idempotency-Key must be"), "{}", refused.json);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_with_one_key_are_one_synthesis() {
    let app = Arc::new(TestApp::start().await);
    let user = app.account("PRO", 100).await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (app, user) = (Arc::clone(&app), user.clone());
            let body = json!({ "text_to_speech": "The quick brown fox jumps over the dog." });
            tokio::spawn(
                async move { send(&app, &user, "/api/synthesize", "one", &body).await.status },
            )
        })
        .collect();
    for one in tries {
        let status = one.await.unwrap();
        assert!(matches!(status, 200 | 409), "{status}");
    }
    let body = json!({ "text_to_speech": "The quick brown fox jumps over the dog." });
    send(&app, &user, "/api/synthesize", "one", &body).await.expect_status(200);
    assert_eq!(app.balance(&user).await, 99);
}

#[tokio::test]
async fn pages_read_aloud_have_keys_too_and_they_outlive_a_restart() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let body = json!({ "url": article_site(article(3)).await });
    let path = "/api/extract-and-synthesize";
    let first = send(&app, &user, path, "page", &body).await.expect_status(200);
    let home = app.stop().await;
    let app = TestApp::at(home, |_| {}).await;
    let again = send(&app, &user, path, "page", &body).await.expect_status(200);
    assert_eq!(first.json, again.json);
    assert_eq!(app.balance(&user).await, 9);
    let gone = json!({ "url": "http://127.0.0.1:9/nothing" });
    for _ in 0..2 {
        let status = send(&app, &user, path, "gone", &gone).await.status;
        assert!(status != 409 && status >= 400, "{status}");
    }
}
