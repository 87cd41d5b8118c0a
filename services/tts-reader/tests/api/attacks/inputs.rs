//! Words of SQL, of headers and of log lines, in everything that callers can write.

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::{
    BOSS, addressed,
    routes::{self, Route},
    service, told,
};
use crate::app::{Reply, TestApp, User, article, article_site};

const PAYLOADS: [&str; 20] = [
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "') OR 1=1 --",
    "'; DROP TABLE users; --",
    "x'; UPDATE users SET tier = 'PRO'; --",
    "' UNION SELECT username, password_hash FROM users --",
    "' || (SELECT password_hash FROM users LIMIT 1) || '",
    "1; SELECT pg_sleep(20)",
    "\\'; --",
    "%' OR username LIKE '%",
    "$1",
    "../../../../etc/passwd",
    "<script>alert(1)</script>",
    "${jndi:ldap://127.0.0.1/x}",
    "x\r\nX-Injected: yes",
    "x@example.com\r\nBcc: evil@example.com",
    "x\n2026-11-23 10:05:16,123 - app.auth - INFO - [auth] Login of user: boss | 1 0",
    "x\u{2028}2026-11-23 10:05:16,123 - app.auth - INFO - [auth] Login of user: boss",
    "\u{202e}txt.exe",
    "x\u{0}y",
];

/// What a body of that route is like; `None`: it takes none. A new route fails the tests until it is
/// here. `unique` keeps names apart.
pub(super) fn body(route: &Route, unique: usize, page: &str) -> Option<Value> {
    let name = format!("attack_{unique}");
    let email = format!("{name}@example.com");
    Some(match (route.method.as_str(), route.path.as_str()) {
        ("POST", "/api/register") => json!({
            "username": name, "email": email, "password": "secret-1", "first_name": "A",
            "last_name": "B", "signup_source": "c", "utm_source": "d", "utm_medium": "e",
            "utm_campaign": "f", "referred_by": "g",
        }),
        ("POST", "/api/login" | "/api/token") => json!({ "username": name, "password": "no" }),
        ("POST", "/api/refresh") => json!({ "refresh_token": "none" }),
        ("POST", "/api/resend-verification" | "/api/password-reset") => json!({ "email": email }),
        ("POST", "/api/password-reset/confirm") => {
            json!({ "token": "none", "new_password": "secret-1" })
        }
        ("POST", "/api/preferences") => json!({ "engine": "standard", "voice_id": "Amy" }),
        ("POST", "/api/synthesize" | "/api/synthesize-with-highlighting") => {
            json!({ "text_to_speech": "Hello.", "voice_id": "Amy", "engine": "standard" })
        }
        ("POST", "/api/extract-and-synthesize") => json!({
            "url": page, "voice_id": "Amy", "voice": "Amy", "engine": "standard", "maxLength": 20,
        }),
        (
            "POST",
            "/api/extract"
            | "/api/extract/preview"
            | "/api/extract/test"
            | "/api/extract/with-speech-marks",
        ) => json!({ "url": page }),
        ("POST", "/api/extract/enhanced") => {
            json!({ "url": page, "content": "On screen.", "include_metadata": true })
        }
        ("POST", "/api/create-credit-checkout") => json!({ "credits": 500 }),
        ("POST", "/api/create-checkout-session") => json!({ "price_id": "none" }),
        ("DELETE", "/api/user" | "/api/admin/purge-fraudulent-user/{username}") => {
            json!({ "password": "wrong" })
        }
        ("POST", "/api/dev/accounts") => json!({
            "username": name, "email": email, "password": "secret-1", "tier": "FREE",
        }),
        ("POST", "/api/dev/credits") => json!({ "credits": 1, "tier": "FREE" }),
        ("POST", "/api/dev/test-accounts") => json!({
            "batch": "team", "usernames": [], "password": "secret-1", "tier": "FREE", "credits": 1,
        }),
        ("POST", "/api/dev/test-accounts/change") => {
            json!({ "change": "reset_credits", "of": { "batch": "team", "usernames": [] } })
        }
        ("GET", _)
        | (
            "POST",
            "/api/logout"
            | "/api/create-billing-portal-session"
            | "/api/stripe_webhook"
            | "/api/dev/checkout/{checkout}",
        ) => return None,
        (method, path) => panic!("{method} {path} is new: what does it take?"),
    })
}

/// That an answer is none of a database, nor of a broken service, and has no header of the caller's.
#[track_caller]
fn is_harmless(what: &str, reply: &Reply) {
    assert!(!matches!(reply.status, 500 | 503), "{what}: {} {}", reply.status, reply.json);
    for name in ["x-injected", "set-cookie", "location"] {
        assert!(reply.headers.get(name).is_none(), "{what}: {:?}", reply.headers);
    }
    let text = reply.json.to_string().to_lowercase();
    for word in ["$argon2id$", "syntax error", "sqlstate", "unrecognized token", "panicked"] {
        assert!(!text.contains(word), "{what}: {text}");
    }
}

/// Puts each payload into each text of each body; how many tries, and how many accounts were made.
async fn into_bodies(app: &TestApp, user: &User) -> (usize, i64) {
    let page = article_site(article(3)).await;
    let (mut tries, mut accounts) = (0, 0);
    for route in routes::all(app).await {
        let Some(good) = body(&route, 0, &page) else { continue };
        let texts = good.as_object().unwrap().iter().filter(|(_, value)| value.is_string());
        for (field, value) in texts {
            for payload in PAYLOADS {
                let in_page = format!("{page}?q={payload}");
                let alone = [payload, &in_page];
                let payloads = if field == "url" { &alone[..] } else { &alone[..1] };
                for payload in payloads {
                    tries += 1;
                    let mut body = body(&route, tries, &page).unwrap();
                    body[field.as_str()] = json!(payload);
                    let request =
                        app.request(route.method.clone(), &route.with("somebody")).json(&body);
                    let request = request.bearer_auth(&user.token).build().unwrap();
                    let reply = app.ask(request).await;
                    is_harmless(&format!("{route:?} {field}: {payload:?} for {value}"), &reply);
                    let makes =
                        matches!(route.path.as_str(), "/api/register" | "/api/dev/accounts");
                    accounts += i64::from(makes && reply.status == 200);
                }
            }
        }
    }
    (tries, accounts)
}

/// … into each part of each path, and each parameter behind it.
async fn into_addresses(app: &TestApp, user: &User) -> usize {
    const PARAMETERS: [&str; 7] =
        ["token", "after", "before", "limit", "expires", "signature", "batch"];
    let mut tries = 0;
    for route in routes::all(app).await.iter().filter(|route| route.method == Method::GET) {
        for payload in PAYLOADS.iter().chain(&["\u{ff}", "%ff", "%00", "%0d%0aX-Injected:%20yes"]) {
            let payload: String = byte_serialize(payload.as_bytes()).collect();
            let mut paths = vec![route.with(&payload)];
            let ask = |name: &&str| format!("{}?{name}={payload}", route.with("somebody"));
            paths.extend(PARAMETERS.iter().map(ask));
            for path in paths {
                let request = app.request(Method::GET, &path).bearer_auth(&user.token);
                is_harmless(&path, &app.ask(request.build().unwrap()).await);
                tries += 1;
            }
        }
    }
    tries
}

/// … and into headers, as far as they can hold them.
async fn into_headers(app: &TestApp, user: &User) -> usize {
    const HEADERS: [&str; 13] = [
        "authorization",
        "idempotency-key",
        "host",
        "origin",
        "referer",
        "user-agent",
        "content-type",
        "range",
        "stripe-signature",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-request-id",
        "x-tts-session-id",
    ];
    let mut tries = 0;
    for name in HEADERS {
        for payload in PAYLOADS {
            let Ok(value) = HeaderValue::from_bytes(payload.as_bytes()) else { continue };
            for (method, path) in [
                (Method::GET, "/api/user"),
                (Method::POST, "/api/synthesize"),
                (Method::POST, "/api/stripe_webhook"),
                (Method::OPTIONS, "/api/user"),
            ] {
                let body = json!({ "text_to_speech": "Hello." });
                let request = app.request(method, path).bearer_auth(&user.token).json(&body);
                let mut request = request.build().unwrap();
                request.headers_mut().insert(name, value.clone());
                let reply = app.ask(request).await;
                is_harmless(&format!("{name}: {payload}"), &reply);
                tries += 1;
            }
        }
    }
    tries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_sql_headers_and_logs_are_only_words() {
    let app = service().await;
    let boss = addressed(&app, "boss", BOSS, true).await;
    let others = app.account("PRO", 7).await;
    let before = app.get_as(&others, "/api/user").await.expect_status(200).json;
    let people = app.get("/api/platform-stats").await.json["total_users"].as_i64().unwrap();

    let (bodies, accounts) = into_bodies(&app, &boss).await;
    let addresses = into_addresses(&app, &boss).await;
    let headers = into_headers(&app, &boss).await;
    told("SQL, headers, log lines, scripts in each text of each body", bodies, "data or refused");
    told("… in each part of each address and parameter", addresses, "data or refused");
    told("… in headers", headers, "data or refused");

    let now = app.get("/api/platform-stats").await.json["total_users"].as_i64().unwrap();
    assert_eq!(now, people + accounts, "nobody else was made or removed");
    assert_eq!(app.get_as(&others, "/api/user").await.expect_status(200).json, before);
    app.login(&others.username, &others.password).await;
    app.get_as(&boss, "/api/admin/users").await.expect_status(200);

    let home = app.stop().await;
    let log = std::fs::read_to_string(home.dir.path().join("tts_api_audit.log")).unwrap();
    let lines = log.lines().count();
    assert_eq!(lines, log.split(ends_a_line).count() - 1, "a line within a line");
    for line in log.lines() {
        assert!(!line.contains(turns_text), "{line}");
        assert!(line.starts_with("20") && line.contains(" - app."), "{line}");
    }
    told("lines of the audit log that a caller wrote", lines, "none");
    let letters = std::fs::read_dir(home.dir.path().join("outbox"));
    for letter in letters.into_iter().flatten() {
        let text = std::fs::read_to_string(letter.unwrap().path()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("Bcc:") && !head.contains("X-Injected"), "{head}");
    }
}

/// Where any reader might begin a new line.
fn ends_a_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// What makes a terminal show a text in another order than it has.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
