//! The documented 422 answers.

use serde_json::{Value, json};

use crate::app::{TestApp, stable};

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = TestApp::start().await;
    let body = json!({
        "username": "a b", "email": "ann@host.local", "password": "123", "first_name": 7,
        "utm_source": "x".repeat(300),
    });
    let reply = app.post("/api/register", body).await.expect_status(422);
    stable(|| insta::assert_json_snapshot!("wrong-register", reply.json));
    let reply =
        app.post("/api/register", json!({ "password": "12345678" })).await.expect_status(422);
    stable(|| insta::assert_json_snapshot!("missing-register", reply.json));
}

#[tokio::test]
async fn bodies_that_are_no_objects_are_told_so() {
    let app = TestApp::start().await;
    let send = |kind: &'static str, body: &'static str| {
        let request = app.request(reqwest::Method::POST, "/api/login").body(body);
        app.send(if kind.is_empty() { request } else { request.header("content-type", kind) })
    };
    let json_kind = "application/json";
    let cases = [
        (json_kind, r#"{"username": "ann", }"#, "json_invalid"),
        (json_kind, "[1, 2]", "model_attributes_type"),
        (json_kind, "", "missing"),
        ("application/x-www-form-urlencoded", "username=ann&password=pw", "model_attributes_type"),
        // Without a content type JSON is assumed.
        ("", r#"{"username": "ann"}"#, "missing"),
    ];
    let mut answers = serde_json::Map::new();
    for (kind, body, expected) in cases {
        let reply = send(kind, body).await.expect_status(422);
        assert_eq!(reply.json["detail"][0]["type"], expected);
        assert!(!reply.json.to_string().contains("pw"), "{}", reply.json);
        answers.insert(format!("{kind}: {body}"), reply.json);
    }
    stable(|| insta::assert_json_snapshot!("no-objects", Value::from(answers)));
}

#[tokio::test]
async fn numbers_and_patterns_have_their_own_words() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let mut answers = Vec::new();
    for (path, body) in [
        ("/api/extract", json!({ "url": "ftp://example.com" })),
        ("/api/preferences", json!({ "engine": "turbo" })),
        ("/api/synthesize", json!({ "text_to_speech": "" })),
        ("/api/synthesize", json!({ "text_to_speech": "é".repeat(100_001) })),
        ("/api/extract-and-synthesize", json!({ "url": "http://a.example", "maxLength": 0 })),
        ("/api/extract-and-synthesize", json!({ "url": "http://a.example", "maxLength": "long" })),
        ("/api/dev/credits", json!({ "credits": 2_000_000_000 })),
    ] {
        answers.push(app.post_as(&user, path, body).await.expect_status(422).json);
    }
    stable(|| insta::assert_json_snapshot!("words", answers));
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_fraction_of_nothing() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    for written in ["500.0", "5e2", "\"500\"", "500"] {
        let request = app.request(reqwest::Method::POST, "/api/dev/credits");
        let request = request.bearer_auth(&user.token).header("content-type", "application/json");
        let body = format!("{{\"credits\": {written}}}");
        let reply = app.send(request.body(body)).await.expect_status(200);
        assert_eq!(reply.json["credits_added"], 500, "{written}");
    }
    let batch = json!({ "batch": "team", "usernames": ["team_000"], "password": "secret-1",
                        "tier": "PRO", "credits": 12.0 });
    let reply = app.post("/api/dev/test-accounts", batch).await.expect_status(200);
    assert_eq!(reply.json["accounts"][0]["credits"], 12);
    for wrong in [json!(500.5), json!(1e300), json!("500.5")] {
        let body = json!({ "credits": wrong });
        app.post_as(&user, "/api/dev/credits", body).await.expect_status(422);
    }
}

#[tokio::test]
async fn a_body_that_is_wrong_is_not_one_that_was_left_out() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    for body in ["\0", "{", "[1]", "{}"] {
        let request = app.request(reqwest::Method::DELETE, "/api/user").bearer_auth(&user.token);
        let request = request.header("content-type", "application/json").body(body);
        app.send(request).await.expect_status(422);
    }
    let request = app.request(reqwest::Method::DELETE, "/api/user").bearer_auth(&user.token);
    app.send(request).await.expect_status(204);
}

#[tokio::test]
async fn what_no_database_can_keep_is_refused_before_it_is_asked() {
    let app = TestApp::start().await;
    let body = json!({
        "username": "ann", "email": "ann@example.com", "password": "secret1", "first_name": "A\0B",
    });
    let reply = app.post("/api/register", body).await.expect_status(422);
    assert_eq!(reply.json["detail"][0]["loc"], json!(["body", "first_name"]));
    let login = json!({ "username": "ann\0", "password": "secret1" });
    app.post("/api/login", login).await.expect_status(422);
}
