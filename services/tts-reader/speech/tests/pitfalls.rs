//! The engine's known pitfalls, one test each.

mod common;

use std::time::{Duration, Instant};

use common::{ENGINE, check_marks, values, wav};
use tts_reader_speech::{
    AudioFormat, MAX_CHARACTERS, MarkKind, SpeechError, SpeechRequest, check, speakable_chars,
};

fn words(text: &str) -> Vec<String> {
    let speech = wav(text, "Matthew");
    check_marks(text, &speech);
    values(&speech, MarkKind::Word).into_iter().map(str::to_owned).collect()
}

fn assert_same(one: &str, other: &str) {
    assert!(wav(one, "Amy").audio == wav(other, "Amy").audio, "{one:?} and {other:?} differ");
}

fn seconds(text: &str) -> f64 {
    wav(text, "Matthew").duration.as_secs_f64()
}

fn refusal(text: &str) -> SpeechError {
    ENGINE.synthesize(&SpeechRequest::new(text, "Matthew")).expect_err("a refusal")
}

#[test]
fn a_token_of_8000_characters_is_split_and_quick() {
    let text = "abcdefgh".repeat(1_000);
    let started = Instant::now();
    let speech = ENGINE.synthesize(&SpeechRequest::new(&text, "Matthew")).unwrap();
    let took = started.elapsed();
    check_marks(&text, &speech);
    assert!(speech.marks.iter().filter(|m| m.kind == MarkKind::Word).all(|m| m.value.len() <= 100));
    assert_eq!(speech.marks.iter().filter(|m| m.kind == MarkKind::Word).count(), 80);
    // A debug build without the split takes minutes; audio of this length takes a few seconds.
    assert!(took < Duration::from_mins(1), "{took:?}");
}

#[test]
fn five_thousand_nines_end_within_bounds() {
    let text = "9".repeat(5_000);
    let speech = ENGINE.synthesize(&SpeechRequest::new(&text, "Matthew")).unwrap();
    check_marks(&text, &speech);
    assert!(speech.duration < AudioFormat::Mp3.longest());
}

#[test]
fn audio_beyond_the_cap_is_refused_with_the_way_out() {
    let text = "9".repeat(12_000);
    let request = SpeechRequest::new(&text, "Matthew").format(AudioFormat::Wav);
    let error = ENGINE.synthesize(&request).expect_err("longer than 30 minutes");
    assert_eq!(
        error.to_string(),
        "spoken, this text is longer than 30 minutes, the most for one WAV file; send it in parts"
    );
}

#[test]
fn a_hundred_thousand_nines_are_refused_before_any_audio_is_made() {
    let text = "9".repeat(MAX_CHARACTERS);
    let started = Instant::now();
    assert!(matches!(refusal(&text), SpeechError::TooLong { .. }));
    // Measuring takes about a second; making and encoding three hours first took twenty.
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_text_beyond_the_character_limit_is_refused_at_once() {
    let text = "é".repeat(MAX_CHARACTERS + 1);
    assert_eq!(
        refusal(&text),
        SpeechError::TextTooLong { characters: MAX_CHARACTERS + 1, limit: MAX_CHARACTERS }
    );
}

#[test]
fn punctuation_pictures_and_other_scripts_are_refused_clearly() {
    for text in [
        "",
        "   \n",
        "...",
        "?!?!",
        "— … «»",
        "😀🎉👍🏽",
        "日本語のテキスト",
        "Привет, мир!",
        "\u{301}\u{200d}",
    ] {
        assert_eq!(speakable_chars(text), 0, "{text:?}");
        assert_eq!(check(&SpeechRequest::new(text, "Joanna")), Err(SpeechError::NothingToSay));
        assert_eq!(refusal(text), SpeechError::NothingToSay, "{text:?}");
    }
    assert!(refusal("日本").to_string().contains("at least one Latin letter"));
}

#[test]
fn what_cannot_be_said_inside_a_text_is_counted() {
    let text = "I love 日本 food 😀 very much.";
    let speech = wav(text, "Matthew");
    check_marks(text, &speech);
    assert_eq!(values(&speech, MarkKind::Word), ["I", "love", "food", "very", "much"]);
    assert_eq!(speech.skipped_characters, 3);
}

#[test]
fn accents_are_folded_and_the_marks_keep_them() {
    assert_eq!(words("café naïve Zoë ﬁne"), ["café", "naïve", "Zoë", "ﬁne"]);
    // The same letters written with combining marks, and sound for sound the same as without.
    assert_eq!(words("cafe\u{301} society"), ["cafe\u{301}", "society"]);
    assert_same("Cafe society", "Café society");
    assert_same("Strasse", "Straße");
}

#[test]
fn money_is_said_after_its_amount() {
    assert_same("It costs 50 euros now.", "It costs €50 now.");
    assert_same("It costs 1 pound.", "It costs £1.");
    assert_same("5 million euros.", "€5 million.");
    assert_eq!(words("-$5 or -5"), ["-", "$5", "or", "-5"]);
    let long = format!("€{}", "9".repeat(250));
    assert_eq!(
        words(&long).iter().map(|word| word.chars().count()).collect::<Vec<_>>(),
        [101, 100, 50]
    );
    assert_eq!(words("Pay €50, or 20€ today."), ["Pay", "€50", "or", "20€", "today"]);
}

#[test]
fn symbols_are_words() {
    assert_same("fish and chips", "fish & chips");
    assert_same("20 percent", "20 %");
    assert_eq!(words("R&D at 5°"), ["R", "&", "D", "at", "5", "°"]);
    assert_eq!(words("2½ cups"), ["2", "½", "cups"]);
}

#[test]
fn dashes_separate_words_and_pause() {
    assert_eq!(words("a long—dash and–another"), ["a", "long", "dash", "and", "another"]);
    assert_eq!(words("well-known re‑read"), ["well-known", "re‑read"]);
    assert!(seconds("one—two") > seconds("one two") + 0.1);
}

#[test]
fn quotes_of_every_kind_surround_words() {
    assert_eq!(words("“Hello,” «she» ‘said’"), ["Hello", "she", "said"]);
    assert_same("it's don't", "it’s don’t");
}

#[test]
fn the_rate_is_clamped() {
    let speak = |rate| {
        ENGINE.synthesize(&SpeechRequest::new("One two three four.", "Amy").rate(rate)).unwrap()
    };
    assert!(speak(1.5) == speak(9.0));
    assert!(speak(0.5) == speak(-3.0));
    assert!(speak(1.0) == speak(f32::NAN));
    assert_eq!(speak(f32::INFINITY).rate, 1.5);
}

#[test]
fn an_unknown_voice_is_refused_with_the_nearest_name() {
    let error = ENGINE.synthesize(&SpeechRequest::new("Hi.", "joana")).expect_err("no such voice");
    assert!(error.to_string().contains("no voice `joana`; did you mean `Joanna`?"), "{error}");
    let long = "x".repeat(100_000);
    let error = check(&SpeechRequest::new("Hi.", &long)).expect_err("no such voice");
    assert!(error.to_string().len() < 200);
}

#[test]
fn a_sentence_without_end_is_spoken_in_bounded_passages() {
    let text = "and then we went on to the next town ".repeat(100);
    let speech = ENGINE.synthesize(&SpeechRequest::new(&text, "Matthew")).unwrap();
    check_marks(&text, &speech);
    assert_eq!(values(&speech, MarkKind::Sentence).len(), 1);
    assert_eq!(values(&speech, MarkKind::Word).len(), 900);
}
