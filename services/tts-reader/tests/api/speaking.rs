//! What a synthesis can be asked for: voices and engines that somebody likes, a map of the text, the
//! audio while it is spoken.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, User},
    decoding::decode,
};

#[tokio::test]
async fn preferences_count_where_the_request_names_nothing() {
    let app = TestApp::with(|settings| settings.neural_voices = true).await;
    let user = app.account("PRO", 10).await;
    let used = async |body: Value| {
        let reply = app.post_as(&user, "/api/synthesize", body).await.expect_status(200);
        reply.json["voice_used"].clone()
    };
    assert_eq!(used(json!({ "text_to_speech": "One." })).await, "Joanna");
    let likes = json!({ "voice_id": "Brian", "engine": "neural" });
    app.post_as(&user, "/api/preferences", likes).await.expect_status(200);
    assert_eq!(used(json!({ "text_to_speech": "Two." })).await, "Brian");
    assert_eq!(used(json!({ "text_to_speech": "Three.", "voice_id": null })).await, "Brian");
    assert_eq!(used(json!({ "text_to_speech": "Four.", "voice_id": "Amy" })).await, "Amy");
}

#[tokio::test]
async fn a_preference_that_cannot_be_had_is_only_a_wish() {
    let app = TestApp::start().await;
    let user = app.account("LIGHT", 10).await;
    let likes = json!({ "engine": "neural" });
    app.post_as(&user, "/api/preferences", likes).await.expect_status(200);
    let spoken = app.synthesize(&user, "Hello.").await.expect_status(200).json;
    assert_eq!(spoken["engine_used"], "standard");
    // Asked for, it is refused.
    let body = json!({ "text_to_speech": "Hello.", "engine": "neural" });
    app.post_as(&user, "/api/synthesize", body).await.expect_status(400);
    assert_eq!(app.balance(&user).await, 9);
}

#[tokio::test]
async fn a_map_has_each_sentence_and_word_by_characters_bytes_and_time() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let text = "A café opens 😀. Naïve people drink tea!\n\nПривет means hello.";
    let body = json!({ "text_to_speech": text, "voice_id": "Amy" });
    let reply = app.post_as(&user, "/api/synthesize-with-highlighting", body).await;
    let spoken = reply.expect_status(200).json;
    let sentences = spoken["highlighting"]["sentences"].as_array().unwrap();
    assert_eq!(sentences.len(), 3, "{spoken:#}");
    let characters: Vec<char> = text.chars().collect();
    let fits = |stretch: &Value, value: &Value| {
        let at = |name: &str| stretch[name].as_u64().unwrap() as usize;
        let value = value.as_str().unwrap();
        assert_eq!(&text[at("start_byte")..at("end_byte")], value);
        let slice: String = characters[at("start")..at("end")].iter().collect();
        assert_eq!(slice, value);
        assert!(at("time") < at("end_time"), "{stretch}");
        (at("time"), at("end_time"))
    };
    let mut words = Vec::new();
    let mut last = 0;
    for sentence in sentences {
        let (from, to) = fits(sentence, &sentence["text"]);
        for word in sentence["words"].as_array().unwrap() {
            let (begins, ends) = fits(word, &word["value"]);
            assert!(last <= begins && from <= begins && ends <= to, "{word}");
            last = begins;
            words.push(json!({
                "time": word["time"], "type": "word", "start": word["start"], "end": word["end"],
                "value": word["value"],
            }));
        }
    }
    // The same words as in the marks that every synthesis has.
    let marks = spoken["speech_marks"].as_array().unwrap();
    let marks: Vec<&Value> = marks.iter().filter(|mark| mark["type"] == "word").collect();
    assert_eq!(marks, words.iter().collect::<Vec<_>>());
    assert_eq!((&spoken["voice_used"], &spoken["credits_used"]), (&json!("Amy"), &json!(1)));
    assert_eq!(app.balance(&user).await, 9);
}

#[tokio::test]
async fn neural_of_this_program_is_its_standard_voice_and_every_list_says_so() {
    let app = TestApp::with(|settings| settings.neural_voices = true).await;
    let user = app.account("PRO", 10).await;
    let spoken = async |engine: &str| {
        let body = json!({ "text_to_speech": "One voice.", "voice_id": "Amy", "engine": engine });
        app.post_as(&user, "/api/synthesize", body).await.expect_status(200)
    };
    let (standard, neural) = (spoken("standard").await, spoken("neural").await);
    assert_eq!(
        (&neural.json["engine_used"], neural.header("x-cache")),
        (&json!("standard"), "HIT")
    );
    assert_eq!(neural.json["speech_marks"], standard.json["speech_marks"]);
    let voices = app.get_as(&user, "/api/voices").await.expect_status(200).json;
    let says = |voice: &Value| {
        voice["description"].as_str().unwrap().ends_with("neural is the same voice")
    };
    assert!(voices.as_array().unwrap().iter().all(says), "{voices:#}");
}

fn listen(app: &TestApp, user: &User, text: &str) -> RequestBuilder {
    app.request(Method::POST, "/api/synthesize")
        .bearer_auth(&user.token)
        .header("accept", "audio/mpeg")
        .json(&json!({ "text_to_speech": text }))
}

#[tokio::test]
async fn audio_can_be_heard_while_it_is_spoken() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let text = "The first sentence is short. The others come later. ".repeat(30);
    let request = listen(&app, &user, &text).header("idempotency-key", "a walk in the park");
    let reply = request.send().await.unwrap();
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["content-type"]),
        (200, &"audio/mpeg".parse().unwrap())
    );
    assert!(reply.headers().get("content-length").is_none(), "nobody knows it yet");
    assert_eq!(reply.headers()["cache-control"], "no-store");
    let heard = decode(&reply.bytes().await.unwrap(), true).len() as f64 / 16_000.0;
    assert_eq!(app.balance(&user).await, 8);

    // The same key gives the marks and the link of what was heard, for nothing.
    let body = json!({ "text_to_speech": text });
    let request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
    let request = request.header("idempotency-key", "a walk in the park").json(&body);
    let told = app.send(request).await.expect_status(200);
    assert_eq!(told.header("idempotent-replayed"), "true");
    let seconds = told.json["duration_seconds"].as_f64().unwrap();
    assert!((heard - seconds).abs() < 0.1, "{heard} {seconds}");
    assert_eq!(app.balance(&user).await, 8);
    let link = told.json["audio_url"].as_str().unwrap();
    let kept = app.request(Method::GET, link).send().await.unwrap().bytes().await.unwrap();
    assert!((decode(&kept, true).len() as f64 / 16_000.0 - seconds).abs() < 0.01);
}

#[tokio::test]
async fn a_field_asks_for_it_too_and_wins_over_the_header() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let ask = |stream: Value, accept: &'static str| {
        let body = json!({ "text_to_speech": "Hello.", "stream": stream });
        let request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
        app.send(request.header("accept", accept).json(&body))
    };
    assert_eq!(ask(json!(true), "*/*").await.header("content-type"), "audio/mpeg");
    assert_eq!(ask(json!(false), "audio/mpeg").await.header("content-type"), "application/json");
    assert_eq!(ask(Value::Null, "audio/mpeg").await.header("content-type"), "audio/mpeg");
    ask(json!("yes"), "*/*").await.expect_status(422);
    // Before anything is heard, refusals are as always.
    let poor = app.account("PRO", 0).await;
    let refused = app.send(listen(&app, &poor, "Hello.")).await.expect_status(402);
    assert!(refused.detail().starts_with("Insufficient credits"), "{}", refused.json);
}

#[tokio::test]
async fn audio_that_breaks_off_is_noticed_and_not_charged() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    // It can be spoken, but neither kept nor paid for.
    let users = app.path().join("users");
    std::fs::remove_dir_all(&users).unwrap();
    std::fs::write(&users, "in the way").unwrap();
    // The connection may break before so much as the head was sent; it never ends as if all were well.
    match listen(&app, &user, "Hello, world.").send().await {
        Ok(reply) => {
            assert_eq!(reply.status(), 200, "the first sentence was there");
            let error = reply.bytes().await.expect_err("the end is missing");
            assert!(error.is_body() || error.is_decode(), "{error:?}");
        }
        Err(error) => assert!(error.is_request(), "{error:?}"),
    }
    assert_eq!(app.balance(&user).await, 10);
}

#[tokio::test]
async fn whoever_has_heard_a_part_pays_for_the_whole() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 100).await;
    let text = "The quick brown fox jumps. ".repeat(800);
    let mut reply = listen(&app, &user, &text).send().await.unwrap();
    assert!(!reply.chunk().await.unwrap().unwrap().is_empty());
    drop(reply);
    while app.metric("tts_reader_credits_total{what=\"spent\"}").await < 22.0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.balance(&user).await, 78);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_too_much_waiting_is_refused_and_others_are_not() {
    let app = Arc::new(
        TestApp::with(|settings| {
            settings.speech.threads = 1;
            settings.speech.queue_per_account = 1;
        })
        .await,
    );
    let (greedy, other) = (app.account("PRO", 100).await, app.account("PRO", 5).await);
    let long = tokio::spawn({
        let (app, greedy) = (Arc::clone(&app), greedy.clone());
        async move { app.synthesize(&greedy, &"The quick brown fox jumps. ".repeat(1_000)).await }
    });
    while app.metric("tts_reader_speech_running").await < 1.0 {
        assert!(!long.is_finished(), "the long synthesis was over before it was seen");
        tokio::task::yield_now().await;
    }
    let refused = app.synthesize(&greedy, "Hello.").await.expect_status(503);
    assert!(
        refused.detail().starts_with("Speech synthesis for this account is busy"),
        "{}",
        refused.json
    );
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    // Others need not wait for the end of the long text either.
    app.synthesize(&other, "Hello.").await.expect_status(200);
    assert!(!long.is_finished(), "the short text was spoken in between");
    long.await.unwrap().expect_status(200);
}
