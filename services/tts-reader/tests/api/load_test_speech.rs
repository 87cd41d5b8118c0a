//! The engine that stands for Amazon Polly in load tests, through the front door.

use std::{sync::Arc, time::Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tts_reader::SpeechEngine;

use crate::{
    app::{TestApp, User},
    decoding::decode,
};

async fn app(quota: u32) -> TestApp {
    TestApp::with(|settings| {
        settings.speech.engine = SpeechEngine::LoadTest;
        settings.speech.reuse = false;
        settings.speech.quota = quota;
    })
    .await
}

async fn audio(app: &TestApp, spoken: &Value) -> Vec<u8> {
    let link = spoken["audio_url"].as_str().unwrap();
    let reply = app.request(Method::GET, link).send().await.unwrap().error_for_status().unwrap();
    reply.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn what_is_standard_only_is_refused_as_neural_and_costs_nothing() {
    let app = TestApp::with(|settings| {
        settings.speech.engine = SpeechEngine::LoadTest;
        settings.neural_voices = true;
    })
    .await;
    let user = app.account("PRO", 10).await;
    let speak = |body| app.post_as(&user, "/api/synthesize", body);
    let aditi = json!({ "text_to_speech": "Hello.", "voice_id": "Aditi", "engine": "neural" });
    let page = json!({ "url": "http://127.0.0.1:1/", "voice": "Aditi", "engine": "neural" });
    for (path, body) in [
        ("/api/synthesize", &aditi),
        ("/api/synthesize-with-highlighting", &aditi),
        // Before anybody is asked for the page.
        ("/api/extract-and-synthesize", &page),
    ] {
        let refused = app.post_as(&user, path, body.clone()).await.expect_status(400);
        assert_eq!(
            refused.detail(),
            "the speech engine `load-test` has no neural voice `Aditi`; name the other engine, or \
             another voice of /api/voices"
        );
    }
    assert_eq!(app.balance(&user).await, 10);
    // What is only liked gives way: first the engine, then the voice.
    let likes = json!({ "voice_id": "Aditi", "engine": "neural" });
    app.post_as(&user, "/api/preferences", likes).await.expect_status(200);
    for (body, voice, engine) in [
        (json!({ "text_to_speech": "One." }), "Aditi", "standard"),
        (json!({ "text_to_speech": "Two.", "voice_id": "Aditi" }), "Aditi", "standard"),
        (json!({ "text_to_speech": "Three.", "engine": "neural" }), "Joanna", "neural"),
        (json!({ "text_to_speech": "Four.", "voice_id": "Amy" }), "Amy", "neural"),
    ] {
        let spoken = speak(body).await.expect_status(200).json;
        let used = (&spoken["voice_used"], &spoken["engine_used"]);
        assert_eq!(used, (&json!(voice), &json!(engine)), "{spoken:#}");
    }
}

#[tokio::test]
async fn its_audio_plays_for_as_long_as_it_says_and_has_marks_as_the_map_of_a_text_has() {
    let app = app(1_000).await;
    let user = app.account("PRO", 10).await;
    // Two chunks, each with two calls.
    let text = "Twelve words are in this sentence, and each of them is counted. ".repeat(60);
    let text = &text[..3_200];
    let start = Instant::now();
    let spoken = app.synthesize(&user, text).await.expect_status(200).json;
    // 32 hundreds of characters, twice, at 0.05 to 0.2 seconds.
    let took = start.elapsed().as_secs_f64();
    assert!((2.0 * 32.0 * 0.05..2.0 * 32.0 * 0.2 + 5.0).contains(&took), "{took}");

    let marks = spoken["speech_marks"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&str> {
        let marks = marks.iter().filter(|mark| mark["type"] == kind);
        marks.map(|mark| mark["value"].as_str().unwrap()).collect()
    };
    let (sentences, words) = (of("sentence"), of("word"));
    let clean = |word| str::trim_matches(word, [',', '.']);
    assert_eq!(words, text.split_whitespace().map(clean).collect::<Vec<_>>());
    assert_eq!(sentences[0], "Twelve words are in this sentence, and each of them is counted.");
    assert_eq!(sentences.len(), text.split_inclusive(". ").count());
    let times: Vec<u64> = marks.iter().map(|mark| mark["time"].as_u64().unwrap()).collect();
    assert!(times.is_sorted());

    let seconds = spoken["duration_seconds"].as_f64().unwrap();
    let samples = decode(&audio(&app, &spoken).await, false);
    let heard = samples.len() as f64 / 16_000.0;
    assert!((heard - seconds).abs() < 0.1, "{heard} {seconds}");
    // 120 to 300 words a minute.
    let pace = words.len() as f64 / seconds * 60.0;
    assert!((120.0..300.0).contains(&pace), "{pace} words a minute");
    assert!(samples.iter().any(|sample| sample.abs() > 0.05), "there is something to hear");

    let again = app.synthesize(&user, text).await.expect_status(200).json;
    assert_eq!(
        (&again["speech_marks"], &again["duration_seconds"]),
        (&spoken["speech_marks"], &spoken["duration_seconds"])
    );
    let health = app.get("/api/health").await.expect_status(200).json;
    assert_eq!(health["services"]["speech_engine"], "healthy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_quota_it_is_throttled_and_what_stays_so_is_503_for_nothing() {
    let app = Arc::new(app(4).await);
    let user = app.account("PRO", 100).await;
    let tries: Vec<_> = (0..30)
        .map(|number| {
            let (app, user) = (Arc::clone(&app), user.clone());
            tokio::spawn(async move { app.synthesize(&user, &format!("Number {number}.")).await })
        })
        .collect();
    let (mut spoken, mut refused) = (0, 0);
    for one in tries {
        let reply = one.await.unwrap();
        match reply.status {
            200 => spoken += 1,
            503 => {
                assert!(reply.header("retry-after").parse::<u64>().unwrap() >= 1);
                assert!(reply.detail().starts_with("The speech engine is busy"), "{}", reply.json);
                refused += 1;
            }
            other => panic!("{other}: {:#}", reply.json),
        }
    }
    assert!(spoken >= 2 && refused >= 10, "{spoken} and {refused}");
    assert_eq!(app.balance(&user).await, 100 - spoken);
    speaks_again(&app, &user).await;
}

/// Throttling passes, and it does not open the breaker.
async fn speaks_again(app: &TestApp, user: &User) {
    for _ in 0..100 {
        if app.synthesize(user, "Once more.").await.status == 200 {
            return;
        }
    }
    panic!("it never speaks again");
}

#[tokio::test]
async fn it_speaks_with_the_engine_that_was_asked_for() {
    let app = TestApp::with(|settings| {
        settings.speech.engine = SpeechEngine::LoadTest;
        settings.neural_voices = true;
    })
    .await;
    let user = app.account("PRO", 10).await;
    for engine in ["neural", "standard"] {
        let body = json!({ "text_to_speech": "Hello.", "engine": engine });
        let spoken = app.post_as(&user, "/api/synthesize", body).await.expect_status(200).json;
        assert_eq!(spoken["engine_used"], engine);
    }
}

#[tokio::test]
async fn an_engine_that_is_not_built_in_is_told_at_the_start() {
    let home = crate::app::Home::fresh();
    let mut settings = home.settings();
    settings.speech.engine = SpeechEngine::Polly;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let error = tts_reader::run(listener, settings, async {}).await.unwrap_err().to_string();
    assert!(error.contains("SPEECH_ENGINE=polly") && error.contains("choose local"), "{error}");
}
