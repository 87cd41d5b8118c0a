//! Kinds of tokens, and how they end.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Value, json};
use tts_reader::{DatabaseUrl, Secret};

use crate::app::{Reply, SECRET, TestApp, User, pair};

const REFUSED: &str = "Could not validate credentials";

pub(crate) fn claims(token: &str) -> Value {
    let key = DecodingKey::from_secret(SECRET.as_bytes());
    decode(token, &key, &Validation::new(Algorithm::HS256)).unwrap().claims
}

/// The claims with one of them changed, signed again.
fn forged(token: &str, name: &str, value: Value, secret: &str) -> String {
    let mut claims = claims(token);
    claims[name] = value;
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn without_signature(token: &str) -> String {
    // {"alg":"none"}
    format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap())
}

async fn show(app: &TestApp, token: &str) -> Reply {
    app.send(app.request(reqwest::Method::GET, "/api/user").bearer_auth(token)).await
}

async fn refresh(app: &TestApp, token: &str) -> Reply {
    app.post("/api/refresh", json!({ "refresh_token": token })).await
}

async fn log_out(app: &TestApp, token: &str) -> Reply {
    app.send(app.request(reqwest::Method::POST, "/api/logout").bearer_auth(token)).await
}

#[track_caller]
fn expect_refusal(why: &str, reply: &Reply) {
    assert_eq!((reply.status, reply.detail()), (401, REFUSED), "{why}");
    assert_eq!(reply.header("www-authenticate"), "Bearer", "{why}");
}

#[tokio::test]
async fn only_genuine_tokens_of_the_right_kind_are_taken() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let (access, renewal) = app.tokens(&user.username, &user.password).await;
    let stranger = "00000000-0000-4000-8000-000000000000";
    let other = claims(&app.account("FREE", 0).await.token);
    let bad = |good: &str, kind: &str| {
        [
            ("no token", "abc.def.ghi".to_owned()),
            ("no signature", without_signature(good)),
            ("another algorithm", {
                let key = EncodingKey::from_secret(SECRET.as_bytes());
                encode(&Header::new(Algorithm::HS512), &claims(good), &key).unwrap()
            }),
            ("another key", forged(good, "jti", json!("x"), "another secret altogether")),
            ("over", forged(good, "exp", json!(1_700_000_000), SECRET)),
            ("of no end", forged(good, "exp", Value::Null, SECRET)),
            ("of no kind", forged(good, "kind", Value::Null, SECRET)),
            ("of the other kind", forged(good, "kind", json!(kind), SECRET)),
            ("of no account", forged(good, "uid", json!(stranger), SECRET)),
            ("of another account", forged(good, "uid", other["uid"].clone(), SECRET)),
            ("of no session", forged(good, "sid", json!("none"), SECRET)),
            ("of another's session", forged(good, "sid", other["sid"].clone(), SECRET)),
        ]
    };
    for (why, token) in bad(&access, "refresh") {
        expect_refusal(why, &show(&app, &token).await);
        expect_refusal(why, &log_out(&app, &token).await);
    }
    expect_refusal("a refresh token", &show(&app, &renewal).await);
    expect_refusal("an access token", &refresh(&app, &access).await);
    for (why, token) in bad(&renewal, "access") {
        expect_refusal(why, &refresh(&app, &token).await);
    }
    // What nobody could have made harms neither its session nor another's.
    show(&app, &access).await.expect_status(200);
    refresh(&app, &renewal).await.expect_status(200);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_then_ends_its_session() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let (first, renewal) = app.tokens(&user.username, &user.password).await;
    let (second, next) = pair(&refresh(&app, &renewal).await.expect_status(200));
    assert_ne!((&first, &renewal), (&second, &next));
    for token in [&first, &second] {
        show(&app, token).await.expect_status(200);
    }
    expect_refusal("used again", &refresh(&app, &renewal).await);
    for token in [&first, &second] {
        expect_refusal("its session is over", &show(&app, token).await);
    }
    expect_refusal("the newest one too", &refresh(&app, &next).await);
    show(&app, &user.token).await.expect_status(200);

    let home = app.stop().await;
    let log = std::fs::read_to_string(home.dir.path().join("tts_api_audit.log")).unwrap();
    let line = format!("Refresh token of user {} used again from 127.0.0.1", user.username);
    assert!(log.contains(&line), "{log}");
    for secret in [first, renewal, second, next] {
        assert!(!log.contains(&secret), "a token in\n{log}");
    }
}

#[tokio::test]
async fn of_many_that_refresh_at_once_one_is_first() {
    let app = Arc::new(TestApp::start().await);
    let user = app.account("FREE", 0).await;
    let (_, renewal) = app.tokens(&user.username, &user.password).await;
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let (app, renewal) = (Arc::clone(&app), renewal.clone());
            tokio::spawn(async move { refresh(&app, &renewal).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in tries {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
}

#[tokio::test]
async fn a_logout_ends_its_own_session_and_no_other() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let (access, renewal) = app.tokens(&user.username, &user.password).await;
    let reply = log_out(&app, &access).await.expect_status(200);
    assert_eq!(reply.json, json!({ "message": "Logged out successfully" }));
    expect_refusal("logged out", &show(&app, &access).await);
    expect_refusal("logged out", &log_out(&app, &access).await);
    expect_refusal("logged out", &refresh(&app, &renewal).await);
    show(&app, &user.token).await.expect_status(200);
}

#[tokio::test]
async fn what_one_process_revokes_the_other_refuses_at_once() {
    let one = TestApp::start().await;
    let database = DatabaseUrl::parse("test", &one.home.database()).unwrap();
    let beside = one.home.beside(tempfile::tempdir().unwrap());
    let two = TestApp::at(beside, |settings| settings.database = database).await;
    let user = one.account("FREE", 0).await;
    let (access, renewal) = two.tokens(&user.username, &user.password).await;
    show(&one, &access).await.expect_status(200);
    log_out(&one, &access).await.expect_status(200);
    expect_refusal("revoked elsewhere", &show(&two, &access).await);
    expect_refusal("revoked elsewhere", &refresh(&two, &renewal).await);
}

#[tokio::test]
async fn another_key_makes_all_tokens_worthless() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let (access, renewal) = app.tokens(&user.username, &user.password).await;
    let home = app.stop().await;
    let app = TestApp::at(home, |settings| {
        settings.jwt_secret = Some(Secret::new("test", "another secret altogether").unwrap());
    })
    .await;
    expect_refusal("another key", &show(&app, &access).await);
    expect_refusal("another key", &refresh(&app, &renewal).await);
    let token = app.login(&user.username, &user.password).await;
    app.get_as(&User { token, ..user }, "/api/user").await.expect_status(200);
}
