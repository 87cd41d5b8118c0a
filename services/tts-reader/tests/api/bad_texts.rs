//! Texts that nobody expects: each has its documented answer, and what is not spoken costs nothing and
//! leaves nothing behind.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::app::{Reply, TestApp, User};

const CREDITS: i64 = 200;
const NOTHING: &str = "nothing in this text can be spoken";

/// Files of audio, finished or not.
fn files(dir: &Path) -> usize {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let entries = entries.map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.file_name().is_some_and(|name| name == ".mark") {
            true => 0,
            false if path.is_dir() => files(&path),
            false => 1,
        })
        .sum()
}

async fn speak(app: &TestApp, user: &User, text: &str) -> Reply {
    app.synthesize(user, text).await
}

#[tokio::test]
async fn what_cannot_be_spoken_is_refused_for_nothing_and_leaves_nothing() {
    let app = TestApp::start().await;
    let user = app.account("PRO", CREDITS).await;
    let digits = "9".repeat(100_000);
    let too_long = "a".repeat(100_001);
    for (what, text, words) in [
        ("one emoji", "😀", NOTHING),
        ("control characters", "\u{1}\u{7}\u{1b}\u{7f}\u{200b}", NOTHING),
        ("right to left", "שלום עולם، مرحبا بالعالم", NOTHING),
        ("only punctuation", "?!… — ;;; «»", NOTHING),
        ("only space", " \t\n ", NOTHING),
        ("only tags", "<speak><break time=\"1s\"/></speak>", NOTHING),
        ("100,000 digits", digits.as_str(), "spoken, this text is longer than 180 minutes"),
        ("100,001 characters", too_long.as_str(), "string_too_long"),
        ("a NUL", "Hello\0world", "U+0000"),
        ("empty", "", "string_too_short"),
    ] {
        let reply = speak(&app, &user, text).await.expect_status(422);
        assert!(reply.json.to_string().contains(words), "{what}: {:.300}", reply.json.to_string());
    }
    let body = json!({ "text_to_speech": "Hello.", "voice_id": "Mathew" });
    let reply = app.post_as(&user, "/api/synthesize", body).await.expect_status(400);
    assert!(reply.detail().contains("did you mean `Matthew`?"), "{}", reply.json);

    assert_eq!(app.balance(&user).await, CREDITS);
    assert_eq!(files(&app.path().join("users")), 0);
    for figure in ["tts_reader_speech_running", "tts_reader_speech_waiting"] {
        assert_eq!(app.metric(figure).await, 0.0, "{figure}");
    }
    assert_eq!(app.metric("tts_reader_credits_total{what=\"spent\"}").await, 0.0);
}

#[tokio::test]
async fn what_can_be_spoken_in_part_is_spoken_in_that_part() {
    let app = TestApp::start().await;
    let user = app.account("PRO", CREDITS).await;
    for (what, text, heard) in [
        ("an emoji between words", "Hello 😀 world", vec!["Hello", "world"]),
        ("control characters", "Hello\u{7} world\u{1b}", vec!["Hello", "world"]),
        (
            "right to left beside English",
            "The word שלום means peace.",
            vec!["The", "word", "means", "peace"],
        ),
        (
            "tags are no commands",
            "<speak>Stop <break time=\"60s\"/> now</speak>",
            vec!["Stop", "now"],
        ),
    ] {
        let spoken = speak(&app, &user, text).await.expect_status(200).json;
        let marks = spoken["speech_marks"].as_array().unwrap();
        let characters: Vec<char> = text.chars().collect();
        let words: Vec<&Value> =
            marks.iter().filter(|mark| mark["type"] == "word").map(|mark| &mark["value"]).collect();
        assert_eq!(words, heard, "{what}: {marks:?}");
        for mark in marks {
            let at = |name: &str| mark[name].as_u64().unwrap() as usize;
            let slice: String = characters[at("start")..at("end")].iter().collect();
            assert_eq!(mark["value"], slice, "{what}");
        }
        assert!(spoken["duration_seconds"].as_f64().unwrap() < 30.0, "{what}");
        assert_eq!(spoken["credits_used"], 1);
    }
}

#[tokio::test]
async fn a_hundred_thousand_characters_are_spoken_to_the_end() {
    let app = TestApp::start().await;
    let user = app.account("PRO", CREDITS).await;
    let sentence = "The river rose in the night, and the mill stood still till noon. ";
    let mut text = sentence.repeat(100_000 / sentence.len() + 1);
    text.truncate(99_995);
    text.push_str(" End.");
    assert_eq!(text.chars().count(), 100_000);
    let spoken = speak(&app, &user, &text).await.expect_status(200).json;
    assert_eq!(
        (&spoken["credits_used"], &spoken["characters_used"]),
        (&json!(100), &json!(100_000))
    );
    let last = spoken["speech_marks"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["value"], &last["end"]), (&json!("End"), &json!(99_999)));
    let seconds = spoken["duration_seconds"].as_f64().unwrap();
    let said = last["time"].as_f64().unwrap() / 1_000.0;
    assert!(seconds > 3_000.0 && said < seconds && said > seconds - 2.0, "{said} of {seconds}");
    assert_eq!(app.balance(&user).await, CREDITS - 100);
}
