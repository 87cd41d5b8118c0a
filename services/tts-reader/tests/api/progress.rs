//! What requests are at, for those who follow them.

use std::{sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::json;

use crate::{
    app::{TestApp, User, article, article_site},
    slow_site::SlowSite,
    socket::{Socket, extract},
};

/// Begins an extraction that goes on until its site answers.
async fn begin(app: &Arc<TestApp>, user: &User, site: &SlowSite, id: &'static str) -> Begun {
    let mut watching = Socket::follow(app, user, id).await;
    let (service, user, page) = (Arc::clone(app), user.clone(), site.page.clone());
    let asking = tokio::spawn(async move { extract(&service, &user, &page, id).await });
    // It is under way.
    while watching.record().await["message"] != "Fetching the page" {}
    Begun { watching, asking }
}

struct Begun {
    watching: Socket,
    asking: tokio::task::JoinHandle<crate::app::Reply>,
}

#[tokio::test]
async fn who_comes_before_the_request_sees_all_of_it() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let page = article_site(article(5)).await;
    let watching = Socket::follow(&app, &user, "abc-123").await;
    let reply = extract(&app, &user, &page, "abc-123").await.expect_status(200);
    assert_eq!(reply.header("x-progress-id"), "abc-123");
    let heard = watching.rest().await;
    heard.expect_whole("completed");
    let messages = heard.messages();
    assert_eq!(messages.first(), Some(&"Starting"));
    assert!(messages.contains(&"Fetching the page"), "{messages:?}");
    let found = heard.records.iter().find(|it| !it["method"].is_null()).unwrap();
    assert_eq!(found["method"], reply.json["extraction_method"]);
    for record in &heard.records {
        assert_eq!(record["extraction_id"], "abc-123");
        assert_eq!(record["service"], "TTS Enhanced Content Extraction");
        assert_eq!(record["enhanced_mode"], true);
    }
}

#[tokio::test]
async fn a_synthesis_is_followed_by_the_name_in_its_body() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let watching = Socket::follow(&app, &user, "my-book_7").await;
    let body = json!({ "text_to_speech": "One. Two. Three.", "extraction_id": "my-book_7" });
    let reply = app.post_as(&user, "/api/synthesize", body).await.expect_status(200);
    assert_eq!(reply.header("x-progress-id"), "my-book_7");
    let heard = watching.rest().await;
    heard.expect_whole("completed");
    assert!(heard.messages().contains(&"Storing the audio"), "{:?}", heard.messages());
}

#[tokio::test]
async fn a_long_text_is_followed_sentence_by_sentence() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let watching = Socket::follow(&app, &user, "book").await;
    let text = "The river rose by an inch in the night, and the old mill stood still. ".repeat(600);
    let body = json!({ "text_to_speech": text, "extraction_id": "book" });
    app.post_as(&user, "/api/synthesize", body).await.expect_status(200);
    let heard = watching.rest().await;
    heard.expect_whole("completed");
    let spoken: Vec<&str> =
        heard.messages().into_iter().filter(|it| it.starts_with("Spoke ")).collect();
    assert!(spoken.len() > 3, "{:?}", heard.messages());
    assert_eq!(spoken.last(), Some(&"Spoke 600 of 600 sentences"));
}

#[tokio::test]
async fn a_page_is_followed_from_its_first_byte_to_its_last_word() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let page = article_site(article(40)).await;
    let watching = Socket::follow(&app, &user, "page").await;
    let body = json!({ "url": page, "extraction_id": "page" });
    let reply = app.post_as(&user, "/api/extract-and-synthesize", body).await.expect_status(200);
    let heard = watching.rest().await;
    heard.expect_whole("completed");
    let messages = heard.messages();
    let at = |words: &str| messages.iter().position(|it| it.starts_with(words));
    let places =
        ["Starting", "Fetching", "Received", "Finding", "Found", "Spoke", "Storing"].map(at);
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{messages:?}");
    let last = heard.records.last().unwrap();
    assert_eq!(last["method"], reply.json["extraction_method"]);
    // A page that cannot be read is the end of both halves.
    let watching = Socket::follow(&app, &user, "nothing").await;
    let body = json!({ "url": page.replace("article", "no"), "extraction_id": "nothing" });
    app.post_as(&user, "/api/extract-and-synthesize", body).await.expect_status(422);
    watching.rest().await.expect_whole("failed");
}

#[tokio::test]
async fn every_route_that_works_can_be_followed() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let page = article_site(article(5)).await;
    let (text, url) = (json!({ "text_to_speech": "Hello." }), json!({ "url": page }));
    let mut before = false;
    for (path, body) in [
        ("/api/synthesize", &text),
        ("/api/synthesize-with-highlighting", &text),
        ("/api/extract", &url),
        ("/api/extract/enhanced", &url),
        ("/api/extract/with-speech-marks", &url),
        ("/api/extract-and-synthesize", &url),
    ] {
        if before {
            Socket::follow(&app, &user, "again").await.rest().await.expect_end("completed");
        }
        before = true;
        let request = app.request(Method::POST, path).bearer_auth(&user.token);
        let request = request.header("x-progress-id", "again").json(body);
        let reply = app.send(request).await.expect_status(200);
        assert_eq!(reply.header("x-progress-id"), "again", "{path}");
        let now = app.get_as(&user, "/api/extract/progress/again").await.expect_status(200).json;
        assert_eq!(now["current_status"], "completed", "{path}");
    }
}

#[tokio::test]
async fn a_name_is_no_part_of_what_a_key_stands_for() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let ask = async |name: &str| {
        let request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
        let body = json!({ "text_to_speech": "Hello.", "extraction_id": name });
        app.send(request.header("idempotency-key", "one").json(&body)).await.expect_status(200)
    };
    let (first, second) = (ask("a").await, ask("b").await);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(first.json, second.json);
    assert_eq!(app.balance(&user).await, 9);
}

#[tokio::test]
async fn nobody_asked_to_follow_costs_nothing_and_is_not_told() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let reply = app.synthesize(&user, "Hello.").await.expect_status(200);
    assert_eq!(reply.header("x-progress-id"), "");
    assert_eq!(app.metric("tts_reader_progress_kept").await, 0.0);
    assert_eq!(app.metric("tts_reader_progress_records_total").await, 0.0);
}

#[tokio::test]
async fn who_comes_later_is_told_the_newest_first_and_who_comes_again_what_is_new() {
    let app = Arc::new(TestApp::start().await);
    let user = app.account("PRO", 10).await;
    let site = SlowSite::start().await;
    let begun = begin(&app, &user, &site, "a").await;
    let mut later = Socket::follow(&app, &user, "a").await;
    let newest = later.record().await;
    assert_eq!(newest["message"], "Fetching the page");
    let known = newest["sequence"].as_u64().unwrap();
    drop(later);
    let token = format!("bearer, {}", user.token);
    let after = async |sequence: u64| {
        let path = format!("/api/extract/ws/a?after={sequence}");
        Socket::open(&app, &path, &[("sec-websocket-protocol", &token)]).await.unwrap()
    };
    let (again, whole) = (after(known).await, after(0).await);
    site.answer();
    begun.asking.await.unwrap().expect_status(200);
    let (again, whole) = (again.rest().await, whole.rest().await);
    assert_eq!(again.expect_end("completed").records[0]["sequence"], known + 1);
    whole.expect_whole("completed");
    assert_eq!(whole.records[known as usize..], again.records);
    // It is over, and known for a while.
    let over = Socket::follow(&app, &user, "a").await.rest().await;
    assert_eq!(over.expect_end("completed").records.len(), 1);
    begun.watching.rest().await.expect_end("completed");
}

#[tokio::test]
async fn the_route_shows_where_a_request_is_and_what_was_before() {
    let app = Arc::new(TestApp::start().await);
    let (ann, bob) = (app.account("PRO", 10).await, app.account("PRO", 10).await);
    let site = SlowSite::start().await;
    let begun = begin(&app, &ann, &site, "a").await;
    let path = "/api/extract/progress/a";
    let now = app.get_as(&ann, path).await.expect_status(200).json;
    assert_eq!(
        (&now["extraction_id"], &now["current_status"], &now["current_message"]),
        (&json!("a"), &json!("processing"), &json!("Fetching the page"))
    );
    site.answer();
    begun.asking.await.unwrap().expect_status(200);
    let over = app.get_as(&ann, path).await.expect_status(200).json;
    assert_eq!((&over["current_status"], &over["progress"]), (&json!("completed"), &json!(1.0)));
    let history = over["history"].as_array().unwrap();
    assert!((2..=5).contains(&history.len()), "{history:?}");
    assert_eq!(history.last().unwrap()["message"], over["current_message"]);
    for (user, path) in [(&bob, path), (&ann, "/api/extract/progress/b")] {
        let reply = app.get_as(user, path).await.expect_status(404);
        assert_eq!(reply.detail(), "Extraction progress not found");
    }
}

#[tokio::test]
async fn a_request_that_fails_or_whose_client_hangs_up_is_told_as_failed() {
    let app = Arc::new(TestApp::start().await);
    let user = app.account("PRO", 10).await;
    let page = article_site(String::new()).await;
    let nothing = page.replace("article", "nothing");
    let watching = Socket::follow(&app, &user, "a").await;
    let refused = extract(&app, &user, &nothing, "a").await.expect_status(422);
    assert_eq!(refused.header("x-progress-id"), "a");
    let heard = watching.rest().await;
    assert_eq!(heard.expect_whole("failed").messages().last(), Some(&refused.detail()));
    // Not enough credits: nothing was spoken.
    let poor = app.account("PRO", 0).await;
    let watching = Socket::follow(&app, &poor, "a").await;
    let body = json!({ "text_to_speech": "Hello.", "extraction_id": "a" });
    app.post_as(&poor, "/api/synthesize", body).await.expect_status(402);
    watching.rest().await.expect_whole("failed");

    let site = SlowSite::start().await;
    let begun = begin(&app, &user, &site, "b").await;
    begun.asking.abort();
    let heard = begun.watching.rest().await;
    heard.expect_end("failed");
    assert_eq!(heard.messages(), ["The request ended before its work was done"]);
}

#[tokio::test]
async fn a_name_is_of_one_request_at_a_time() {
    let app = Arc::new(TestApp::start().await);
    let (ann, bob) = (app.account("PRO", 10).await, app.account("PRO", 10).await);
    let site = SlowSite::start().await;
    let begun = begin(&app, &ann, &site, "a").await;
    let refused = extract(&app, &ann, &site.page, "a").await.expect_status(409);
    assert!(refused.detail().starts_with("A request with the progress id a is under way"));
    // Somebody else's is another one.
    site.answer();
    site.answer();
    extract(&app, &bob, &site.page, "a").await.expect_status(200);
    begun.asking.await.unwrap().expect_status(200);
    let first = begun.watching.rest().await;
    // Used again when it is free: the records go on, the progress begins anew.
    let last = first.expect_end("completed").records.last().unwrap()["sequence"].as_u64().unwrap();
    let token = format!("bearer, {}", ann.token);
    let path = format!("/api/extract/ws/a?after={last}");
    let watching = Socket::open(&app, &path, &[("sec-websocket-protocol", &token)]).await.unwrap();
    site.answer();
    extract(&app, &ann, &site.page, "a").await.expect_status(200);
    let second = watching.rest().await;
    assert_eq!(second.expect_whole("completed").records[0]["sequence"], last + 1);
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let long = "x".repeat(65);
    let ask = |names: &[&str], body: &str| {
        let mut request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
        for name in names {
            request = request.header("x-progress-id", *name);
        }
        app.send(request.json(&json!({ "text_to_speech": "Hello.", "extraction_id": body })))
    };
    for names in [&["a b"][..], &["../a"], &[long.as_str()], &["a", "b"]] {
        ask(names, "a").await.expect_status(422);
    }
    for body in ["", "a/b", "ü", long.as_str()] {
        let refused = ask(&[], body).await.expect_status(422);
        assert_eq!(refused.json["detail"][0]["loc"], json!(["body", "extraction_id"]));
    }
    let refused = ask(&["a"], "b").await.expect_status(422);
    assert!(refused.detail().contains("two different ids"), "{}", refused.detail());
    ask(&["a"], "a").await.expect_status(200);
    assert_eq!(app.balance(&user).await, 9, "only what was spoken is paid");
}

#[tokio::test]
async fn what_is_over_is_forgotten() {
    let app = TestApp::with(|settings| settings.progress.keep = Duration::ZERO).await;
    let user = app.account("PRO", 10).await;
    let page = article_site(article(5)).await;
    extract(&app, &user, &page, "a").await.expect_status(200);
    while app.metric("tts_reader_progress_kept").await > 0.0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
