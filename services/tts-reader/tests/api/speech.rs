//! Audio: its link, its marks, and a queue that says when it is full.

use std::sync::Arc;

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_voice_that_is_none_is_refused_also_where_another_counts() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 5).await;
    for mut body in [json!({ "voice": "AAA" }), json!({ "voice": "AAA", "voice_id": "Amy" })] {
        // No page is read for it.
        body["url"] = "http://127.0.0.1:1/article".into();
        let reply = app.post_as(&user, "/api/extract-and-synthesize", body).await;
        assert!(reply.expect_status(400).detail().starts_with("there is no voice `AAA`"));
    }
    assert_eq!(app.balance(&user).await, 5);
}

#[tokio::test]
async fn the_link_plays_without_a_token_and_only_as_it_was_given() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let spoken = app.synthesize(&user, "Hello, world.").await.expect_status(200).json;
    let link = spoken["audio_url"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/audio/", app.url)), "{link}");
    let reply = app.request(reqwest::Method::GET, link).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-type"], "audio/mpeg");
    let length: usize = reply.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let audio = reply.bytes().await.unwrap();
    assert_eq!(audio.len(), length);
    assert!(audio.len() > 2_000 && audio[0] == 0xff, "starts like an MP3 frame");

    let part = app.request(reqwest::Method::GET, link).header("range", "bytes=0-99");
    assert_eq!(part.send().await.unwrap().status(), 206);
    let (path, query) = link.split_once('?').unwrap();
    let other = path.replace(".mp3", ".wav");
    for wrong in [
        path.to_owned(),
        format!("{other}?{query}"),
        link.replace("expires=1", "expires=2"),
        link[..link.len() - 1].to_owned(),
    ] {
        let reply = app.get(&wrong).await.expect_status(403);
        assert_eq!(reply.detail(), "This link is not valid or has expired");
    }
}

#[tokio::test]
async fn a_link_that_has_expired_is_refused() {
    let app =
        TestApp::with(|settings| settings.audio_link_lifetime = std::time::Duration::ZERO).await;
    let user = app.account("PRO", 10).await;
    let spoken = app.synthesize(&user, "Hello, world.").await.expect_status(200).json;
    app.get(spoken["audio_url"].as_str().unwrap()).await.expect_status(403);
}

#[tokio::test]
async fn marks_point_into_the_text_in_characters() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let text = "A café opens. Naïve people drink tea!";
    let spoken = app.synthesize(&user, text).await.expect_status(200).json;
    let marks = spoken["speech_marks"].as_array().unwrap();
    let characters: Vec<char> = text.chars().collect();
    let mut words = 0;
    let mut sentences = 0;
    let mut last = 0;
    for mark in marks {
        let at = |name: &str| mark[name].as_u64().unwrap() as usize;
        let slice: String = characters[at("start")..at("end")].iter().collect();
        assert_eq!(mark["value"], slice, "{mark}");
        match mark["type"].as_str().unwrap() {
            "word" => {
                assert!(at("time") >= last, "{mark}");
                last = at("time");
                words += 1;
            }
            "sentence" => sentences += 1,
            other => panic!("a mark of type {other}"),
        }
    }
    assert_eq!((words, sentences), (7, 2));
    let duration = spoken["duration_seconds"].as_f64().unwrap();
    assert!(duration > 1.0 && (last as f64) < duration * 1_000.0, "{duration}");
}

#[tokio::test]
async fn links_use_the_public_address_when_there_is_one() {
    let app = TestApp::with(|s| s.public_url = Some("https://tts.example/api".to_owned())).await;
    let user = app.account("PRO", 10).await;
    let spoken = app.synthesize(&user, "Hello.").await.expect_status(200).json;
    assert!(spoken["audio_url"].as_str().unwrap().starts_with("https://tts.example/api/audio/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_answers_503_at_once_and_charges_nothing() {
    let app = Arc::new(
        TestApp::with(|settings| {
            settings.speech.threads = 1;
            settings.speech_queue = 0;
        })
        .await,
    );
    let (rich, other) = (app.account("PRO", 100).await, app.account("PRO", 5).await);
    let long = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.synthesize(&rich, &"The quick brown fox jumps. ".repeat(800)).await }
    });
    while app.metric("tts_reader_speech_running").await < 1.0 {
        assert!(!long.is_finished(), "the long synthesis was over before it was seen");
        tokio::task::yield_now().await;
    }
    let refused = app.synthesize(&other, "Hello.").await.expect_status(503);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert!(refused.detail().contains("busy"), "{}", refused.json);
    assert_eq!(app.balance(&other).await, 5);
    assert_eq!(app.metric("tts_reader_speech_refused_total").await, 1.0);
    long.await.unwrap().expect_status(200);
    app.synthesize(&other, "Hello.").await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hangs_up_is_not_charged() {
    let app = TestApp::with(|settings| settings.speech.threads = 1).await;
    let user = app.account("PRO", 100).await;
    let text = "The quick brown fox jumps. ".repeat(800);
    let request = app
        .request(reqwest::Method::POST, "/api/synthesize")
        .bearer_auth(&user.token)
        .json(&json!({ "text_to_speech": text }));
    let waiting = tokio::spawn(async move { request.send().await.map(|_| ()) });
    while app.metric("tts_reader_speech_running").await < 1.0 {
        assert!(!waiting.is_finished(), "the synthesis was over before it was seen");
        tokio::task::yield_now().await;
    }
    assert!(app.balance(&user).await < 100, "reserved");
    waiting.abort();
    while app.balance(&user).await < 100 {
        tokio::task::yield_now().await;
    }
}
