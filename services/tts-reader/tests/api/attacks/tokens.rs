//! Tokens that nobody was given, and tokens of one kind in the place of another.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{addressed, routes, service, told};
use crate::{
    accounts::{letters, token},
    app::{SECRET, TestApp},
    tokens::claims,
};

type Forged = Vec<(String, String)>;

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token with that header, whatever it says, signed by HMAC-SHA256.
fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Signed by other means than ours, or not at all.
fn of_no_signature(good: &str) -> Forged {
    let (claims, secret) = (claims(good), SECRET.as_bytes());
    let parts: Vec<&str> = good.split('.').collect();
    let mut forged: Forged = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": alg, "typ": "JWT" });
        forged.push((format!("alg `{alg}`"), format!("{}.{}.", part(&header), parts[1])));
        forged.push((format!("alg `{alg}`, signed"), signed(&header, &claims, secret)));
    }
    for alg in ["HS384", "HS512", "RS256", "ES256", "EdDSA"] {
        forged.push((format!("{alg} by name"), signed(&json!({ "alg": alg }), &claims, secret)));
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(secret);
        let token = encode(&Header::new(algorithm), &claims, &key).unwrap();
        forged.push((format!("{algorithm:?}"), token));
    }
    let ours = json!({ "alg": "HS256", "typ": "JWT" });
    for guess in ["", "secret", "dev-secret-key-change-in-production", "your-256-bit-secret"] {
        forged.push((format!("secret `{guess}`"), signed(&ours, &claims, guess.as_bytes())));
    }
    let key = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("mine") });
    let header = json!({ "alg": "HS256", "jwk": key });
    forged.push(("a key of its own".to_owned(), signed(&header, &claims, b"mine")));
    let header = json!({ "alg": "HS256", "kid": "../../../../dev/null" });
    forged.push(("a key that is nothing".to_owned(), signed(&header, &claims, b"")));
    let twisted = if parts[2].starts_with('A') { "B" } else { "A" };
    for (why, signature) in [
        ("no signature", String::new()),
        ("half a signature", parts[2][..20].to_owned()),
        ("a twisted signature", format!("{twisted}{}", &parts[2][1..])),
    ] {
        forged.push((why.to_owned(), format!("{}.{}.{signature}", parts[0], parts[1])));
    }
    forged
}

/// Claims that never were, with the right signature: what somebody could make who has the secret, or
/// what another version of the service might have made.
fn of_wrong_claims(good: &str, other: &str) -> Forged {
    let (claims, other) = (claims(good), claims(other));
    let ours = json!({ "alg": "HS256", "typ": "JWT" });
    let stranger = json!("00000000-0000-4000-8000-000000000000");
    let later = json!(jiff::Timestamp::now().as_second() + 3_600);
    let cases = [
        ("over", "exp", json!(1_700_000_000)),
        ("over since before 1970", "exp", json!(-1)),
        ("of no end", "exp", Value::Null),
        ("that ends never", "exp", json!("never")),
        ("not good before later", "nbf", later),
        ("for another service", "aud", json!("another service")),
        ("of no kind", "kind", Value::Null),
        ("of an unknown kind", "kind", json!("Access")),
        ("of no account", "uid", stranger),
        ("of another account", "uid", other["uid"].clone()),
        ("of no session", "sid", json!("")),
        ("of another's session", "sid", other["sid"].clone()),
    ];
    let mut forged: Forged = Vec::new();
    for (why, name, value) in cases {
        let mut claims = claims.clone();
        claims[name] = value;
        forged.push((why.to_owned(), signed(&ours, &claims, SECRET.as_bytes())));
        // The same with the signature that it had before.
        let signature = good.rsplit('.').next().unwrap();
        forged.push((
            format!("{why}, not signed anew"),
            format!("{}.{}.{signature}", part(&ours), part(&claims)),
        ));
    }
    forged
}

/// What the service hands out for other purposes.
async fn of_other_purposes(app: &TestApp) -> Forged {
    let user = addressed(app, "carol", "carol@example.com", false).await;
    let email = json!({ "email": "carol@example.com" });
    for path in ["/api/resend-verification", "/api/password-reset"] {
        app.post(path, email.clone()).await.expect_status(200);
    }
    let letters = letters(app, 2).await;
    let letter = |page| letters.iter().find(|it| it.contains(&format!("/{page}?"))).unwrap();
    let buyer = addressed(app, "dave", "dave@example.com", true).await;
    let order = json!({ "credits": 500 });
    let till = app.post_as(&buyer, "/api/create-credit-checkout", order).await.expect_status(200);
    let spoken = app.synthesize(&user, "Hello.").await.expect_status(200);
    let last = |url: &Value, mark| {
        let url = url.as_str().unwrap();
        url.rsplit(mark).next().unwrap().to_owned()
    };
    [
        ("the token of a verification", token(letter("email-verification"), "email-verification")),
        ("the token of a reset", token(letter("reset-password"), "reset-password")),
        ("a checkout", last(&till.json["url"], '/')),
        ("the signature of a link", last(&spoken.json["audio_url"], '=')),
    ]
    .map(|(why, token)| (why.to_owned(), token))
    .into()
}

#[tokio::test]
async fn every_closed_route_is_closed_to_strangers_and_to_forged_tokens() {
    let app = service().await;
    let user = app.account("PRO", 5).await;
    let (good, renewal) = app.tokens(&user.username, &user.password).await;
    let other = app.account("FREE", 0).await.token;
    let mut forged = of_no_signature(&good);
    forged.extend(of_wrong_claims(&good, &other));
    forged.extend(of_other_purposes(&app).await);
    forged.push(("a refresh token".to_owned(), renewal));
    forged.extend(["abc.def.ghi", "null", ".."].map(|it| (it.to_owned(), it.to_owned())));

    let routes = routes::all(&app).await;
    let closed = routes.iter().filter(|route| !route.is_open() && !route.is_for_tests());
    let mut tried = 0;
    for route in closed {
        let path = route.with("somebody");
        let ask = |path: &str| app.request(route.method.clone(), path);
        for request in [
            ask(&path),
            ask(&path).basic_auth(&user.username, Some(&user.password)),
            ask(&path).header("authorization", &good),
            ask(&path).header("cookie", format!("access_token={good}")),
            ask(&format!("{path}?access_token={good}&token={good}")),
        ] {
            let reply = app.send(request).await;
            assert_eq!((reply.status, reply.detail()), (401, "Not authenticated"), "{route:?}");
        }
        for (why, token) in &forged {
            let reply = app.send(ask(&path).bearer_auth(token)).await;
            let seen = (reply.status, reply.detail(), reply.header("www-authenticate"));
            let refused = (401, "Could not validate credentials", "Bearer");
            assert_eq!(seen, refused, "{why}: {route:?}");
            tried += 1;
        }
    }
    told(
        "forged tokens on every closed route: alg none, other algorithms, other secrets, expired, not \
         yet valid, changed, of another kind or purpose",
        tried,
        "401",
    );
    // None of it harmed whom the tokens were made after.
    app.send(app.request(Method::GET, "/api/user").bearer_auth(&good)).await.expect_status(200);
}

#[tokio::test]
async fn nothing_but_a_refresh_token_is_exchanged() {
    let app = service().await;
    let user = app.account("PRO", 5).await;
    let (access, renewal) = app.tokens(&user.username, &user.password).await;
    let other = app.account("FREE", 0).await;
    let (_, others) = app.tokens(&other.username, &other.password).await;
    let mut forged = of_no_signature(&renewal);
    forged.extend(of_wrong_claims(&renewal, &others));
    forged.extend(of_other_purposes(&app).await);
    forged.push(("an access token".to_owned(), access));
    for (why, token) in &forged {
        let reply = app.post("/api/refresh", json!({ "refresh_token": token })).await;
        assert_eq!(reply.status, 401, "{why}: {}", reply.json);
    }
    told("the same in the place of a refresh token", forged.len(), "401");
    app.post("/api/refresh", json!({ "refresh_token": renewal })).await.expect_status(200);
}

#[tokio::test]
async fn a_token_of_a_letter_is_good_for_that_letter_only() {
    let app = service().await;
    let user = app.account("PRO", 5).await;
    let purposes = of_other_purposes(&app).await;
    let of = |n: usize| purposes[n].1.clone();
    let (verification, reset) = (of(0), of(1));
    let mut tried = 0;
    for wrong in [&reset, &of(2), &of(3), &user.token, "", "%00", "' OR 1=1"] {
        let path = format!("/api/verify-email?token={wrong}");
        let reply = app.get(&path).await.expect_status(400);
        assert_eq!(reply.detail(), "Invalid or expired verification token");
        tried += 1;
    }
    for wrong in [&verification, &of(2), &of(3), &user.token] {
        let body = json!({ "token": wrong, "new_password": "stolen-1" });
        let reply = app.post("/api/password-reset/confirm", body).await;
        assert!(matches!(reply.status, 400 | 422), "{}", reply.json);
        tried += 1;
    }
    told("tokens of letters exchanged for one another", tried, "400, 422");
    app.login("carol", "secret-1").await;
    app.get(&format!("/api/verify-email?token={verification}")).await.expect_status(200);
}

#[tokio::test]
async fn a_token_that_is_not_good_yet_is_refused() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let now = jiff::Timestamp::now().as_second();
    for (begins, status) in [(now + 60, 401), (now - 60, 200)] {
        let mut claims = claims(&user.token);
        claims["nbf"] = json!(begins);
        let token = signed(&json!({ "alg": "HS256" }), &claims, SECRET.as_bytes());
        let request = app.request(Method::GET, "/api/user").bearer_auth(token);
        app.send(request).await.expect_status(status);
    }
}
