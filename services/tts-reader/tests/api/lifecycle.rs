//! Restarts, deletions, and two services on one directory.

use std::time::Duration;

use serde_json::json;
use tts_reader::ServeError;

use crate::app::TestApp;

#[tokio::test]
async fn a_restart_keeps_accounts_credits_preferences_and_links() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let spoken = app.synthesize(&user, "Hello.").await.expect_status(200).json;
    app.post_as(&user, "/api/preferences", json!({ "voice_id": "Amy" })).await.expect_status(200);
    let old = app.url.clone();
    let app = TestApp::at(app.stop().await, |_| {}).await;
    assert_eq!(app.balance(&user).await, 9, "the old token works, the ledger is as it was");
    let preferences = app.get_as(&user, "/api/preferences").await.json;
    assert_eq!(preferences["voice_id"], "Amy");
    let link = spoken["audio_url"].as_str().unwrap().replace(&old, &app.url);
    app.get(&link).await.expect_status(200);
    assert_eq!(app.get("/api/platform-stats").await.json["total_syntheses"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_reserved_by_a_killed_service_comes_back() {
    let app = TestApp::with(|settings| {
        settings.workers = 1;
        settings.shutdown_grace = Duration::ZERO;
    })
    .await;
    let user = app.account("PRO", 100).await;
    let text = "The quick brown fox jumps. ".repeat(800);
    let request = app
        .request(reqwest::Method::POST, "/api/synthesize")
        .bearer_auth(&user.token)
        .json(&json!({ "text_to_speech": text }));
    let running = tokio::spawn(async move { request.send().await.map(|reply| reply.status()) });
    while app.balance(&user).await == 100 {
        assert!(!running.is_finished(), "the synthesis was over before it was seen");
        tokio::task::yield_now().await;
    }
    // A copy of the files in this moment is what a power cut would leave.
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(app.path()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let after = TestApp::at(app.home.beside(copy), |_| {}).await;
    assert_eq!(after.balance(&user).await, 100);
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_audio_and_its_token() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let id = app.get_as(&user, "/api/user").await.json["user_id"].as_str().unwrap().to_owned();
    let spoken = app.synthesize(&user, "Hello.").await.expect_status(200).json;
    assert!(app.path().join("users").join(&id).exists());
    let request = app.request(reqwest::Method::DELETE, "/api/user").bearer_auth(&user.token);
    app.send(request).await.expect_status(204);
    assert!(!app.path().join("users").join(&id).exists());
    app.get(spoken["audio_url"].as_str().unwrap()).await.expect_status(404);
    app.get_as(&user, "/api/user").await.expect_status(401);

    // Somebody else may take the name; the old token stays worthless.
    let body = json!({ "username": user.username, "password": "another1", "credits": 5 });
    app.post("/api/dev/accounts", body).await.expect_status(200);
    app.get_as(&user, "/api/user").await.expect_status(401);
}

#[tokio::test]
async fn two_services_do_not_share_a_directory() {
    let app = TestApp::start().await;
    app.get("/api/health").await.expect_status(200);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let second = tts_reader::run(listener, app.home.settings(), async {}).await;
    let error = second.unwrap_err();
    assert!(matches!(error, ServeError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("--data"), "{error}");
}
