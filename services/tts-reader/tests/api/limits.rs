//! Limits: requests per hour, and bytes per request.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::app::TestApp;

#[tokio::test]
async fn an_account_beyond_its_hour_is_told_when_to_come_back() {
    let app = TestApp::with(|settings| settings.rate_limit_per_hour = 3).await;
    let (ann, bob) = (app.account("FREE", 0).await, app.account("FREE", 0).await);
    for left in ["2", "1", "0"] {
        let reply = app.get_as(&ann, "/api/preferences").await.expect_status(200);
        assert_eq!(reply.header("x-rate-limit-remaining"), left);
    }
    let refused = app.get_as(&ann, "/api/user").await.expect_status(429);
    let retry_after: u64 = refused.header("retry-after").parse().unwrap();
    assert!((3_590..=3_601).contains(&retry_after), "{retry_after}");
    assert_eq!(refused.header("x-rate-limit-remaining"), "0");
    assert_eq!(refused.header("x-rate-limit-reset"), refused.header("retry-after"));
    assert!(refused.detail().starts_with("Rate limit exceeded: 3 requests per hour"));
    app.get_as(&bob, "/api/user").await.expect_status(200);
    app.get("/api/health").await.expect_status(200);
}

#[tokio::test]
async fn sign_in_is_limited_by_address_unless_in_dev_mode() {
    let login = json!({ "username": "ann", "password": "wrong" });
    for (dev, third) in [(true, 401), (false, 429)] {
        let app = TestApp::with(|settings| {
            settings.dev = dev;
            settings.rate_limit_per_hour = 2;
        })
        .await;
        for status in [401, 401, third] {
            app.post("/api/login", login.clone()).await.expect_status(status);
        }
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_an_hour_of_its_own() {
    for (proxies, bob) in [("127.0.0.0/8", 401), ("192.0.2.1", 429)] {
        let app = TestApp::with(|settings| {
            settings.dev = false;
            settings.rate_limit_per_hour = 2;
            settings.trusted_proxies = proxies.parse().unwrap();
        })
        .await;
        let refresh = async |client: &str, status| {
            let request =
                app.request(Method::POST, "/api/refresh").header("x-forwarded-for", client);
            let request = request.json(&json!({ "refresh_token": "none" }));
            app.send(request).await.expect_status(status);
        };
        for (client, status) in [("203.0.113.1", 401), ("made up, 203.0.113.1", 401)] {
            refresh(client, status).await;
        }
        refresh("198.51.100.1, 203.0.113.1", 429).await;
        refresh("203.0.113.2", bob).await;
        // All of it is written when the service has stopped.
        let home = app.stop().await;
        let log = std::fs::read_to_string(home.dir.path().join("tts_api_audit.log")).unwrap();
        let told = log.contains("/api/refresh answered 429 to - at 203.0.113.1,");
        assert_eq!(told, bob == 401, "{log}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_in_json() {
    let app = TestApp::with(|settings| settings.max_body_bytes = 2_000).await;
    let user = app.account("PRO", 10).await;
    let reply = app.synthesize(&user, &"a".repeat(3_000)).await.expect_status(413);
    assert_eq!(reply.detail(), "Request body larger than 2000 bytes");
}

#[tokio::test]
async fn a_body_of_unannounced_length_is_cut_off_at_the_limit() {
    let app = TestApp::with(|settings| settings.max_body_bytes = 2_000).await;
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /api/login HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
                content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("3e8\r\n{}\r\n", " ".repeat(1_000));
    stream.write_all(format!("{head}{chunk}{chunk}{chunk}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.ends_with(r#"{"detail":"Request body larger than 2000 bytes"}"#), "{answer}");
}
