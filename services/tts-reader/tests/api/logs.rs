//! The id of a request, and the lines that have it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Home, Reply, SECRET, TestApp},
    process::{Killable, LOG},
    raw::Raw,
};

const PASSWORD: &str = "hunter2-hunter2";

fn asked(app: &TestApp, path: &str, id: &'static [u8]) -> reqwest::RequestBuilder {
    let id = reqwest::header::HeaderValue::from_bytes(id).unwrap();
    app.request(Method::GET, path).header("x-request-id", id)
}

#[tokio::test]
async fn an_id_that_can_be_one_is_answered_and_another_is_replaced() {
    let app = TestApp::start().await;
    let id = |reply: &Reply| reply.header("x-request-id").to_owned();
    for (path, status) in [("/", 200), ("/nothing", 404), ("/api/user", 401)] {
        let reply = app.send(asked(&app, path, b"4bf92f35.77b3_4da6-1")).await;
        assert_eq!(id(&reply.expect_status(status)), "4bf92f35.77b3_4da6-1");
    }
    let mut made = Vec::new();
    for bad in [&b"a b"[..], b"<script>", b"\xe9", b""] {
        made.push(id(&app.send(asked(&app, "/", bad)).await));
    }
    made.push(id(&app.get("/").await));
    // Also for what never becomes a request.
    let mut raw = Raw::to(&app.url).await;
    raw.send("nonsense\r\n\r\n").await;
    let head = raw.answer().await.head;
    let line = head.lines().find_map(|line| line.strip_prefix("x-request-id: "));
    made.push(line.unwrap().to_owned());
    assert!(made.iter().all(|id| id.len() > 16 && id.contains('-')), "{made:?}");
    made.sort();
    made.dedup();
    assert_eq!(made.len(), 6, "each is made once: {made:?}");
}

/// A sign-in, a synthesis, audio, and requests that are refused; all that must not be logged.
async fn use_it(app: &Killable) -> Vec<String> {
    let client = reqwest::Client::new();
    let post = |path: &str, id: &str, body: Value| {
        let request = client.post(format!("{}{path}", app.url)).json(&body);
        request.header("x-request-id", id.to_owned())
    };
    let account = json!({ "username": "ann", "password": PASSWORD, "credits": 10 });
    post("/api/dev/accounts", "made-1", account).send().await.unwrap();
    let wrong = json!({ "username": "ann", "password": format!("{PASSWORD}-wrong") });
    post("/api/login", "wrong-1", wrong).send().await.unwrap();
    let right = json!({ "username": "ann", "password": PASSWORD });
    let signed_in = post("/api/login", "right-1", right).send().await.unwrap();
    let tokens: Value = serde_json::from_str(&signed_in.text().await.unwrap()).unwrap();
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let speak = post("/api/synthesize", "speak-1", json!({ "text_to_speech": "Hello." }));
    let spoken = speak.bearer_auth(&token).send().await.unwrap().text().await.unwrap();
    let spoken: Value = serde_json::from_str(&spoken).unwrap();
    let link = spoken["audio_url"].as_str().unwrap();
    let audio = client.get(link).header("x-request-id", "audio-1").send().await.unwrap();
    assert_eq!(audio.status(), 200);
    let (_, signature) = link.split_once("signature=").unwrap();
    let late = format!("{}/api/nothing?token={token}", app.url);
    client.get(late).header("x-request-id", "none-1").send().await.unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    vec![PASSWORD.to_owned(), SECRET.to_owned(), token, refresh, signature.to_owned()]
}

#[tokio::test]
async fn every_line_of_a_request_has_its_id_in_json_and_no_secret() {
    let home = Home::fresh();
    let service = Killable::with(&home, &[("LOG_FORMAT", "json"), ("LOG_REQUESTS", "all")]);
    let secrets = use_it(&service).await;
    drop(service);
    let log = std::fs::read_to_string(home.dir.path().join(LOG)).unwrap();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for (id, method, path, status, words) in [
        ("made-1", "POST", "/api/dev/accounts", 200, "a request answered"),
        ("wrong-1", "POST", "/api/login", 401, "a request refused"),
        ("right-1", "POST", "/api/login", 200, "a request answered"),
        ("speak-1", "POST", "/api/synthesize", 200, "a request answered"),
        ("none-1", "GET", "/api/nothing", 404, "a request refused"),
    ] {
        let line = lines.iter().find(|line| line["span"]["id"] == id);
        let line = line.unwrap_or_else(|| panic!("no {id} in\n{log}"));
        assert_eq!(
            (&line["method"], &line["path"], &line["status"], &line["message"]),
            (&json!(method), &json!(path), &json!(status), &json!(words))
        );
        assert!(line["took_ms"].as_f64().unwrap() > 0.0 && line["peer"] == "127.0.0.1", "{line}");
    }
    let spoken = lines.iter().find(|line| line["span"]["id"] == "speak-1").unwrap();
    assert_eq!(spoken["user"], "ann");
    let audit = std::fs::read_to_string(home.dir.path().join("tts_api_audit.log")).unwrap();
    assert!(audit.contains("POST /api/login answered 401 to - at 127.0.0.1, request wrong-1: "));
    for secret in secrets {
        assert!(!log.contains(&secret) && !audit.contains(&secret), "{secret}\n{log}\n{audit}");
    }
}

#[tokio::test]
async fn the_log_is_text_of_failures_alone_unless_told_otherwise() {
    for (env, logged) in
        [(&[][..], &[][..]), (&[("LOG_REQUESTS", "refused")], &["wrong-1", "none-1"])]
    {
        let home = Home::fresh();
        let service = Killable::with(&home, env);
        use_it(&service).await;
        drop(service);
        let log = std::fs::read_to_string(home.dir.path().join(LOG)).unwrap();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("a request")).collect();
        assert_eq!(lines.len(), logged.len(), "{log}");
        for (line, id) in lines.iter().zip(logged) {
            assert!(line.contains(&format!("request{{id={id}}}: ")), "{line}");
        }
    }
}
