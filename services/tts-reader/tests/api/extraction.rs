//! Pages: what is found in them, and whose fault it is when nothing is.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    app::{TestApp, User, article, article_site},
    site::Site,
};

const HTML: &str = "200 OK\r\ncontent-type: text/html; charset=utf-8";

#[tokio::test]
async fn the_article_is_found_and_the_clutter_is_not() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let url = article_site(article(20)).await;
    let reply = app.post_as(&user, "/api/extract/", json!({ "url": url })).await.expect_status(200);
    let text = reply.json["text"].as_str().unwrap();
    assert!(text.contains("The river rose by 20 inches"), "{text}");
    assert!(!text.contains("var x") && !text.contains("Home"), "{text}");
    assert_eq!(reply.json["characters_used"], text.chars().count());
    let preview = app.post_as(&user, "/api/extract/preview", json!({ "url": url })).await.json;
    assert_eq!(preview["preview"].as_str().unwrap().chars().count(), 503);
    assert_eq!(preview["estimated_length"], text.chars().count());
}

#[tokio::test]
async fn legacy_characters_run_out_without_blocking_anybody() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let content = "x".repeat(60_000);
    let body = json!({ "url": "http://example.com/", "content": content });
    let left = |reply: &crate::app::Reply| reply.json["remaining_chars"].as_i64().unwrap();
    for expected in [40_000, 0, 0] {
        let reply = app.post_as(&user, "/api/extract/enhanced", body.clone()).await;
        assert_eq!(left(&reply.expect_status(200)), expected);
    }
}

#[tokio::test]
async fn failures_are_the_callers_or_the_sites_never_ours() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let empty = article_site("<html><body></body></html>".to_owned()).await;
    let gone = empty.replace("/article", "/elsewhere");
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let cases = [
        (empty.as_str(), 422),
        (gone.as_str(), 422),
        ("http://10.0.0.1/", 422),
        ("http://169.254.169.254/latest/meta-data/", 422),
        ("http://", 422),
        (dead.as_str(), 502),
    ];
    for (url, status) in cases {
        for path in ["/api/extract", "/api/extract/enhanced", "/api/extract/preview"] {
            let reply = app.post_as(&user, path, json!({ "url": url })).await.expect_status(status);
            assert!(!reply.detail().is_empty(), "{url}");
        }
        let body = json!({ "url": url, "voice_id": "Amy" });
        app.post_as(&user, "/api/extract-and-synthesize", body).await.expect_status(status);
    }
    assert_eq!(app.balance(&user).await, 10);
}

#[tokio::test]
async fn pages_of_this_machine_are_for_dev_mode_only() {
    let app = TestApp::with(|settings| settings.dev = false).await;
    let register = json!({ "username": "ann", "email": "ann@example.com", "password": "secret1" });
    app.post("/api/register", register).await.expect_status(200);
    let token = app.login("ann", "secret1").await;
    let user = crate::app::User { username: "ann".into(), password: "secret1".into(), token };
    let url = article_site(article(3)).await;
    let reply = app.post_as(&user, "/api/extract", json!({ "url": url })).await.expect_status(422);
    assert!(reply.detail().contains("only public addresses"), "{}", reply.json);
}

#[tokio::test]
async fn extract_and_synthesize_speaks_the_beginning_in_the_voice_asked_for() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let url = article_site(article(200)).await;
    let speak = |body| app.post_as(&user, "/api/extract-and-synthesize", body);
    let body = json!({ "url": url, "maxLength": 500, "voice": "Brian" });
    let reply = speak(body).await.expect_status(200).json;
    let text = reply["text"].as_str().unwrap();
    assert!((450..=500).contains(&text.chars().count()), "{text}");
    assert_eq!((&reply["voice_used"], &reply["credits_used"]), (&json!("Brian"), &json!(1)));
    app.get(reply["audio_url"].as_str().unwrap()).await.expect_status(200);

    // The stored preference is used, and a preference for neural is a wish, not a refusal.
    let wish = json!({ "voice_id": "Ivy", "engine": "neural" });
    app.post_as(&user, "/api/preferences", wish).await.expect_status(200);
    let reply = speak(json!({ "url": url, "maxLength": 100 })).await.expect_status(200).json;
    assert_eq!((&reply["voice_used"], &reply["engine_used"]), (&json!("Ivy"), &json!("standard")));
}

#[tokio::test]
async fn a_page_that_may_be_kept_is_asked_for_once_and_counted_for_each() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let head = format!("{HTML}\r\ncache-control: max-age=600");
    let site = Site::fixed(&head, article(20)).await;
    let mut texts = Vec::new();
    for path in ["/api/extract", "/api/extract/enhanced", "/api/extract"] {
        let reply = app.post_as(&user, path, json!({ "url": site.url })).await.expect_status(200);
        texts.push(reply.json["text"].clone());
    }
    assert!(texts.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(site.asked(), 1);
    assert_eq!(app.metric("tts_reader_extraction_pages_total{from=\"cache\"}").await, 2.0);
    assert_eq!(app.metric("tts_reader_extraction_cache_entries").await, 1.0);
    let usage = app.get_as(&user, "/api/usage").await.json;
    assert_eq!(usage["total_extractions_today"], 3);
}

#[tokio::test]
async fn a_site_is_spared_and_who_cannot_wait_is_told_when_to_come_back() {
    let app = TestApp::with(|settings| {
        settings.extraction.politeness.spares_loopback = false;
        settings.extraction.politeness.pause = Duration::from_secs(90);
    })
    .await;
    let user = app.account("PRO", 10).await;
    let url = article_site(article(20)).await;
    app.post_as(&user, "/api/extract", json!({ "url": url })).await.expect_status(200);
    let reply = app.post_as(&user, "/api/extract", json!({ "url": url })).await.expect_status(503);
    assert!(reply.detail().starts_with("Extraction from this site is busy"), "{}", reply.json);
    let after: u64 = reply.header("retry-after").parse().unwrap();
    assert!((60..=90).contains(&after), "{after}");
}

async fn enhanced(app: &TestApp, user: &User, text: &str) -> Value {
    let body = json!({ "url": "http://example.com/", "content": text, "enableHighlighting": true });
    app.post_as(user, "/api/extract/enhanced", body).await.expect_status(200).json
}

#[tokio::test]
async fn the_map_of_a_text_is_where_the_marks_of_its_speech_are() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let text = "“Naïve café,” she said. Dr. Smith paid £5.50 at 10:30. One… two: three!";
    let map = enhanced(&app, &user, text).await["highlighting"].clone();
    let speech = app.synthesize(&user, text).await.expect_status(200).json;
    let place = |it: &Value| (it["start"].as_u64().unwrap(), it["end"].as_u64().unwrap());
    let mut spans = Vec::new();
    for sentence in map["sentences"].as_array().unwrap() {
        spans.push(place(sentence));
        let bytes = |name: &str| sentence[name].as_u64().unwrap() as usize;
        assert_eq!(sentence["text"], text[bytes("start_byte")..bytes("end_byte")]);
        spans.extend(sentence["words"].as_array().unwrap().iter().map(place));
    }
    let marks: Vec<_> = speech["speech_marks"].as_array().unwrap().iter().map(place).collect();
    assert_eq!(spans, marks);
    assert_eq!(map["characters"], text.chars().count());

    let body = json!({ "url": "http://example.com/", "content": text });
    let reply = app.post_as(&user, "/api/extract/with-speech-marks", body.clone()).await;
    let reply = reply.expect_status(200).json;
    let untimed = reply["speech_marks"].as_array().unwrap();
    assert_eq!(untimed.iter().map(place).collect::<Vec<_>>(), marks);
    assert!(untimed.iter().all(|mark| mark["time"].is_null()));
    let plain = app.post_as(&user, "/api/extract/enhanced", body).await.expect_status(200).json;
    assert!(plain["highlighting"].is_null());
}

#[tokio::test]
async fn trying_a_page_is_free_and_tells_why_it_cannot_be_read() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let url = article_site(article(20)).await;
    let before = app.get_as(&user, "/api/user").await.json["remaining_chars"].clone();
    let reply = app.post_as(&user, "/api/extract/test", json!({ "url": url })).await;
    let reply = reply.expect_status(200).json;
    assert_eq!((&reply["success"], &reply["method_used"]), (&json!(true), &json!("dom_semantic")));
    assert_eq!(reply["text"].as_str().unwrap().chars().count(), 503);
    let body = json!({ "url": "http://169.254.169.254/" });
    let reply = app.post_as(&user, "/api/extract/test", body).await.expect_status(200).json;
    assert_eq!((&reply["success"], &reply["method_used"]), (&json!(false), &json!("failed")));
    assert!(reply["error"].as_str().unwrap().contains("only public addresses"));
    assert_eq!(app.get_as(&user, "/api/user").await.json["remaining_chars"], before);
}

#[tokio::test]
async fn analytics_and_status_are_what_was_done() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let other = app.account("PRO", 10).await;
    let read = |path: &'static str| app.get_as(&user, path);
    let fresh = read("/api/extract/textract/status").await.expect_status(200).json;
    assert!(fresh["performance_metrics"]["success_rate"].is_null());
    let url = article_site(article(20)).await;
    for _ in 0..3 {
        app.post_as(&user, "/api/extract", json!({ "url": url })).await.expect_status(200);
    }
    app.post_as(&user, "/api/extract", json!({ "url": "http://10.0.0.1/" }))
        .await
        .expect_status(422);
    let all = read("/api/extract/analytics").await.expect_status(200).json;
    assert_eq!((&all["period_days"], &all["total_extractions"]), (&json!(7), &json!(3)));
    assert_eq!(all["methods"], json!({ "dom_semantic": 3 }));
    assert_eq!(all["top_sites"], json!([{ "domain": "127.0.0.1", "count": 3 }]));
    assert!(all["total_characters"].as_i64().unwrap() > 3_000);
    let theirs = app.get_as(&other, "/api/extract/analytics?days=30").await.expect_status(200).json;
    assert_eq!((&theirs["period_days"], &theirs["total_extractions"]), (&json!(30), &json!(0)));
    for (days, kind) in
        [("x", "int_parsing"), ("0", "greater_than_equal"), ("400", "less_than_equal")]
    {
        let reply = app.get_as(&user, &format!("/api/extract/analytics?days={days}")).await;
        let error = &reply.expect_status(422).json["detail"][0];
        assert_eq!((&error["type"], &error["loc"]), (&json!(kind), &json!(["query", "days"])));
    }
    let status = read("/api/extract/textract/status").await.expect_status(200).json;
    assert_eq!(status["performance_metrics"]["success_rate"], 0.75);
    assert_eq!(status["textract_available"], false);
    let verify = read("/api/extract/textract/verify").await.expect_status(200).json;
    assert_eq!(verify["user_info"]["has_premium"], true);
    assert_eq!(verify["textract"]["available"], false);
}
