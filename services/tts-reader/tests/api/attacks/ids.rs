//! Ids of somebody else, on every route that takes one.

use reqwest::Method;
use serde_json::{Value, json};

use super::{addressed, routes, service, told};
use crate::app::{TestApp, User};

const REFUSED: &str = "This link is not valid or has expired";

/// Where a route with an id is attacked. A new one has no such place, and fails the test.
#[tokio::test]
async fn every_route_with_an_id_is_attacked_by_somebody_else() {
    let app = service().await;
    for route in routes::all(&app).await.iter().filter(|route| route.has_id()) {
        match route.path.as_str() {
            "/audio/{user_id}/{file}"
            | "/api/dev/checkout/{checkout}"
            // `progress.rs`, `followers.rs`.
            | "/api/extract/progress/{id}"
            | "/api/extract/ws/{id}" => {}
            _ if route.is_for_administrators() => {}
            other => panic!("{other} takes an id: what may somebody else do with it?"),
        }
    }
}

/// The path and query of the audio that somebody has.
async fn audio(app: &TestApp, user: &User, text: &str) -> String {
    let spoken = app.synthesize(user, text).await.expect_status(200);
    let url = spoken.json["audio_url"].as_str().unwrap();
    url.strip_prefix(&app.url).unwrap().to_owned()
}

/// `/audio/USER/FILE?expires=TIME&signature=HEX` in its parts.
fn parts(link: &str) -> [&str; 4] {
    let (path, query) = link.split_once('?').unwrap();
    let (user, file) = path.strip_prefix("/audio/").unwrap().split_once('/').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    [
        user,
        file,
        expires.strip_prefix("expires=").unwrap(),
        signature.strip_prefix("signature=").unwrap(),
    ]
}

#[tokio::test]
async fn audio_opens_for_its_own_link_alone() {
    let app = service().await;
    let (ann, bob) = (app.account("PRO", 9).await, app.account("PRO", 9).await);
    let anns = audio(&app, &ann, "Hello.").await;
    let bobs = audio(&app, &bob, "Hello.").await;
    let again = audio(&app, &ann, "Hello again.").await;
    for link in [&anns, &bobs] {
        app.get(link).await.expect_status(200);
    }
    let ([a, file, expires, signature], [b, theirs, others_end, others]) =
        (parts(&anns), parts(&bobs));
    let [_, second, ..] = parts(&again);
    let later = (expires.parse::<i64>().unwrap() + 3_600).to_string();
    let link = |user: &str, file: &str, expires: &str, signature: &str| {
        format!("/audio/{user}/{file}?expires={expires}&signature={signature}")
    };
    let twisted = if signature.starts_with('0') { "1" } else { "0" };
    let twisted = format!("{twisted}{}", &signature[1..]);
    let forged = [
        format!("/audio/{a}/{file}"),
        format!("/audio/{a}/{file}?expires={expires}"),
        format!("/audio/{a}/{file}?signature={signature}"),
        link(a, file, &later, signature),
        link(a, file, "9223372036854775807", signature),
        link(a, file, "-1", signature),
        link(a, file, "", signature),
        link(a, file, expires, ""),
        link(a, file, expires, &twisted),
        link(a, file, expires, &signature[..62]),
        link(a, file, expires, others),
        link(a, file, others_end, others),
        link(a, second, expires, signature),
        link(a, theirs, others_end, others),
        link(b, file, expires, signature),
        link(b, theirs, expires, signature),
        link(&a.to_uppercase(), file, expires, signature),
        link(&a.replace('-', ""), file, expires, signature),
        link(a, "..%2f..%2f..%2faudit_key", expires, signature),
        link("..", "audit_key", expires, signature),
        link(a, &file.replace(".mp3", ".part"), expires, signature),
    ];
    let mut tried = 0;
    for path in &forged {
        // Being signed in as its owner opens nothing either: the link is the key.
        for user in [None, Some(&ann), Some(&bob)] {
            for method in [Method::GET, Method::HEAD] {
                let mut request = app.request(method.clone(), path);
                if let Some(user) = user {
                    request = request.bearer_auth(&user.token);
                }
                let reply = app.send(request).await;
                assert!(matches!(reply.status, 403 | 404), "{path}: {}", reply.status);
                if reply.status == 403 && method == Method::GET {
                    assert_eq!(reply.detail(), REFUSED, "{path}");
                }
                tried += 1;
            }
        }
    }
    told("audio by changed, cut, swapped links, traversal, another's token", tried, "403, 404");
}

#[tokio::test]
async fn a_link_to_audio_that_has_expired_is_refused() {
    let app = TestApp::with(|settings| settings.audio_link_lifetime = std::time::Duration::ZERO);
    let app = app.await;
    let user = app.account("PRO", 9).await;
    let link = audio(&app, &user, "Hello.").await;
    let reply = app.get(&link).await.expect_status(403);
    assert_eq!(reply.detail(), REFUSED);
    told("audio by its expired link", 1, "403");
}

#[tokio::test]
async fn a_checkout_is_paid_as_it_was_ordered() {
    let app = service().await;
    let ann = addressed(&app, "ann", "ann@example.com", true).await;
    let bob = addressed(&app, "bob", "bob@example.com", true).await;
    let order = json!({ "credits": 500 });
    let reply = app.post_as(&ann, "/api/create-credit-checkout", order).await.expect_status(200);
    let till = reply.json["url"].as_str().unwrap();
    let (before, token) = till.rsplit_once('/').unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let cut = format!("{}.{}.{}", parts[0], parts[1], &parts[2][1..]);
    for wrong in [&unsigned, &cut, &ann.token, &bob.token, "somebody"] {
        for method in [Method::GET, Method::POST] {
            let request = app.request(method, &format!("{before}/{wrong}"));
            app.send(request.bearer_auth(&bob.token)).await.expect_status(404);
        }
    }
    told("checkouts that were changed, or are other tokens", 10, "404");
    // Whoever pays it, it is of who ordered it.
    let (anns, bobs) = (app.balance(&ann).await, app.balance(&bob).await);
    let request = app.request(Method::POST, till).bearer_auth(&bob.token);
    app.send(request).await.expect_status(200);
    assert_eq!((app.balance(&ann).await, app.balance(&bob).await), (anns + 500, bobs));
}

#[tokio::test]
async fn a_key_of_somebody_else_replays_nothing() {
    let app = service().await;
    let (ann, bob) = (app.account("PRO", 9).await, app.account("PRO", 9).await);
    let ask = async |user: &User| {
        let request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
        let request = request.header("idempotency-key", "the same");
        app.send(request.json(&json!({ "text_to_speech": "Hello." }))).await.expect_status(200)
    };
    let (anns, bobs) = (ask(&ann).await, ask(&bob).await);
    assert_eq!(bobs.header("idempotent-replayed"), "");
    assert_ne!(anns.json["audio_url"], bobs.json["audio_url"]);
    assert_eq!(app.balance(&bob).await, 8);
    let shown: Value = ask(&ann).await.json;
    assert_eq!(shown, anns.json, "her own is replayed");
    told("the Idempotency-Key of somebody else", 1, "answered anew");
}
