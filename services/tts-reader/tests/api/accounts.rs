//! Letters and what they prove, wrong passwords, and the end of an account.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp, User, stable};

const PASSWORD: &str = "TestPassword123!";

async fn register(app: &TestApp, name: &str) -> User {
    let email = format!("{name}@example.com");
    let body = json!({ "username": name, "email": email, "password": PASSWORD });
    app.post("/api/register", body).await.expect_status(200);
    let token = app.login(name, PASSWORD).await;
    User { username: name.to_owned(), password: PASSWORD.to_owned(), token }
}

async fn log_in(app: &TestApp, name: &str, password: &str) -> Reply {
    app.post("/api/login", json!({ "username": name, "password": password })).await
}

/// Waits until so many letters were handed on; their texts, oldest first by name.
pub(crate) async fn letters(app: &TestApp, count: usize) -> Vec<String> {
    while app.metric("tts_reader_letters_sent_total").await < count as f64 {}
    let files = std::fs::read_dir(app.path().join("outbox")).unwrap();
    let letters: Vec<String> =
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert_eq!(letters.len(), count);
    letters
}

/// The token in the link of a letter.
pub(crate) fn token(letter: &str, page: &str) -> String {
    let link = format!("http://localhost:3000/{page}?token=");
    let (_, rest) = letter.split_once(&link).unwrap_or_else(|| panic!("no {link} in\n{letter}"));
    let token: String = rest.chars().take_while(|c| !c.is_whitespace()).collect();
    assert_eq!(token.len(), 43, "{letter}");
    token
}

async fn verify(app: &TestApp, token: &str) -> Reply {
    app.get(&format!("/api/verify-email?token={token}")).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "new_password": password });
    app.post("/api/password-reset/confirm", body).await
}

#[tokio::test]
async fn an_address_is_verified_by_its_letter_once() {
    let app = TestApp::start().await;
    let user = register(&app, "newbie_1").await;
    let letter = letters(&app, 1).await.remove(0);
    for part in ["To: newbie_1@example.com", "Subject: Please confirm your address", "newbie_1,"] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    assert!(!letter.contains(PASSWORD), "{letter}");
    let token = token(&letter, "email-verification");
    let wrong = verify(&app, &token.to_lowercase()).await.expect_status(400);
    assert_eq!(wrong.detail(), "Invalid or expired verification token");
    let reply = verify(&app, &token).await.expect_status(200);
    stable(|| insta::assert_json_snapshot!("verify-email", reply.json));
    assert_eq!(app.get_as(&user, "/api/user").await.json["email_verified"], true);
    verify(&app, &token).await.expect_status(400);
    let missing = app.get("/api/verify-email").await.expect_status(422);
    let expected = json!({ "detail": [{
        "type": "missing", "loc": ["query", "token"], "msg": "Field required", "input": null,
    }] });
    assert_eq!(missing.json, expected);
    // A token of one kind is none of the other.
    assert_eq!(reset(&app, &token, "another1").await.status, 400);
}

#[tokio::test]
async fn the_newest_letter_counts_and_who_is_verified_gets_none() {
    let app = TestApp::start().await;
    register(&app, "newbie_1").await;
    let first = token(&letters(&app, 1).await[0], "email-verification");
    let again = json!({ "email": "newbie_1@EXAMPLE.com" });
    let reply = app.post("/api/resend-verification", again.clone()).await.expect_status(200);
    stable(|| insta::assert_json_snapshot!("resend-verification", reply.json));
    let both = letters(&app, 2).await;
    let tokens = both.iter().map(|letter| token(letter, "email-verification"));
    let second = tokens.into_iter().find(|token| *token != first).unwrap();
    verify(&app, &first).await.expect_status(400);
    verify(&app, &second).await.expect_status(200);
    app.post("/api/resend-verification", again).await.expect_status(200);
    let home = app.stop().await;
    assert_eq!(std::fs::read_dir(home.dir.path().join("outbox")).unwrap().count(), 2);
}

#[tokio::test]
async fn asking_for_a_letter_tells_nothing_about_an_address() {
    let app = TestApp::with(|settings| settings.emails_per_hour = 2).await;
    register(&app, "known").await;
    letters(&app, 1).await;
    for path in ["/api/resend-verification", "/api/password-reset"] {
        for asked in 1..=3 {
            let ask = async |name: &str| {
                let reply = app.post(path, json!({ "email": format!("{name}@example.com") })).await;
                let retry_after = reply.header("retry-after").to_owned();
                (reply.status, reply.json.to_string().replace(name, "[name]"), retry_after)
            };
            let (known, unknown) = (ask("known").await, ask("nobody").await);
            assert_eq!(known, unknown);
            assert_eq!(known.0, if asked <= 2 { 200 } else { 429 }, "{}", known.1);
        }
    }
    let to_known = letters(&app, 5).await.iter().all(|letter| letter.contains("known@example.com"));
    assert!(to_known, "one at sign-up, two of each kind");
}

#[tokio::test]
async fn a_new_password_by_letter_ends_all_sessions() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let (access, refresh) = app.tokens(&user.username, &user.password).await;
    let email = app.get_as(&user, "/api/user").await.json["email"].clone();
    app.post("/api/password-reset", json!({ "email": email })).await.expect_status(200);
    let token = token(&letters(&app, 1).await[0], "reset-password");
    let short = reset(&app, &token, "abc").await.expect_status(422);
    assert_eq!(short.json["detail"][0]["type"], "string_too_short");
    let unknown = reset(&app, "nothing", "another1").await.expect_status(400);
    assert_eq!(unknown.detail(), "Invalid or expired reset token");
    let changed = reset(&app, &token, "another1").await.expect_status(200);
    assert_eq!(changed.json, json!({ "message": "Password changed successfully" }));
    reset(&app, &token, "another2").await.expect_status(400);
    for token in [&user.token, &access] {
        let user = User { token: token.clone(), ..user.clone() };
        app.get_as(&user, "/api/user").await.expect_status(401);
    }
    app.post("/api/refresh", json!({ "refresh_token": refresh })).await.expect_status(401);
    log_in(&app, &user.username, &user.password).await.expect_status(401);
    log_in(&app, &user.username, "another1").await.expect_status(200);

    let home = app.stop().await;
    let log = std::fs::read_to_string(home.dir.path().join("tts_api_audit.log")).unwrap();
    assert!(log.contains("Password reset by letter, sessions ended"), "{log}");
    assert!(!log.contains(&token) && !log.contains("another1"), "{log}");
}

#[tokio::test]
async fn wrong_passwords_are_limited_by_account_whether_it_exists_or_not() {
    let app = TestApp::with(|settings| {
        settings.dev = false;
        settings.login_failures_per_hour = 3;
    })
    .await;
    let (ann, bob) = (register(&app, "ann").await, register(&app, "bob").await);
    for _ in 0..5 {
        log_in(&app, "ann", PASSWORD).await.expect_status(200);
    }
    for name in ["ann", "nobody"] {
        for _ in 0..3 {
            log_in(&app, name, "wrong").await.expect_status(401);
        }
        for password in ["wrong", PASSWORD] {
            let refused = log_in(&app, name, password).await.expect_status(429);
            let words = "Too many wrong passwords for this account. Try again in ";
            assert!(refused.detail().starts_with(words), "{}", refused.detail());
            let retry_after: u64 = refused.header("retry-after").parse().unwrap();
            assert!((3_500..=3_601).contains(&retry_after), "{retry_after}");
        }
    }
    // Who is signed in stays so, and others are not concerned.
    app.get_as(&ann, "/api/user").await.expect_status(200);
    log_in(&app, &bob.username, PASSWORD).await.expect_status(200);
    // The other door to the same password has the same bound.
    let delete = app.request(Method::DELETE, "/api/user").bearer_auth(&ann.token);
    app.send(delete.json(&json!({ "password": PASSWORD }))).await.expect_status(429);
}

#[tokio::test]
async fn an_account_is_deleted_by_who_knows_its_password() {
    let app = TestApp::with(|settings| settings.dev = false).await;
    let user = register(&app, "ann").await;
    let delete = async |body: Option<Value>| {
        let request = app.request(Method::DELETE, "/api/user").bearer_auth(&user.token);
        app.send(body.iter().fold(request, reqwest::RequestBuilder::json)).await
    };
    delete(None).await.expect_status(422);
    delete(Some(json!({}))).await.expect_status(422);
    let wrong = delete(Some(json!({ "password": "wrong" }))).await.expect_status(403);
    assert_eq!(wrong.detail(), "Wrong password");
    app.get_as(&user, "/api/user").await.expect_status(200);
    delete(Some(json!({ "password": PASSWORD }))).await.expect_status(204);
    app.get_as(&user, "/api/user").await.expect_status(401);
    log_in(&app, "ann", PASSWORD).await.expect_status(401);
    assert_eq!(app.get("/api/platform-stats").await.json["total_users"], 0);
    // Nothing of the account is left that would keep its name or address.
    register(&app, "ann").await;
}

#[tokio::test]
async fn an_account_sees_what_it_did_in_all() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    app.synthesize(&user, "Hello, world.").await.expect_status(200);
    let reply = app.get_as(&user, "/api/user/analytics").await.expect_status(200);
    stable(|| insta::assert_json_snapshot!("user-analytics", reply.json));
}

#[tokio::test]
async fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    // The least of several in turns: whatever else the machine does only adds to a time.
    let mut least = [Duration::MAX; 2];
    for _ in 0..15 {
        for (name, least) in [user.username.as_str(), "nobody"].into_iter().zip(&mut least) {
            let start = Instant::now();
            log_in(&app, name, "wrong").await.expect_status(401);
            *least = start.elapsed().min(*least);
        }
    }
    let [known, unknown] = least.map(|time| time.as_secs_f64());
    // The original: 228 ms and 3 ms.
    assert!((0.6..1.6).contains(&(known / unknown)), "{known} s and {unknown} s");
}
