//! Strange texts: each has a documented result, in bounded time.

mod common;

use std::time::{Duration, Instant};

use common::{ENGINE, check_marks, values, wav};
use tts_reader_speech::{MAX_CHARACTERS, MarkKind, SpeechError, SpeechRequest};

/// What becomes of a text: its words, or the error; never later than in a minute.
fn spoken(text: &str) -> Result<Vec<String>, SpeechError> {
    let started = Instant::now();
    let speech = ENGINE.synthesize(&SpeechRequest::new(text, "Matthew"));
    let took = started.elapsed();
    let begin: String = text.chars().take(20).collect();
    assert!(took < Duration::from_mins(1), "{took:?} for {begin:?}…");
    let speech = speech?;
    check_marks(text, &speech);
    Ok(values(&speech, MarkKind::Word).into_iter().map(str::to_owned).collect())
}

fn long(unit: &str) -> String {
    unit.repeat(MAX_CHARACTERS / unit.chars().count())
}

#[test]
fn nothing_that_can_be_said() {
    for text in [
        "😀",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "?!…—«»",
        "\0\u{1}\u{7}\u{1b}\u{7f}\u{85}",
        "\u{202e}\u{2066}\u{feff}",
        "שלום עולם",
        "مرحبا بالعالم ٣",
        "<speak></speak>",
        "<p><br/></p>",
        "\u{301}\u{20dd}",
    ] {
        assert_eq!(spoken(text), Err(SpeechError::NothingToSay), "{text:?}");
    }
    for unit in ["?", "😀", " ", "\u{301}", "<", "\u{202e}", "<p>", "\0"] {
        assert_eq!(spoken(&long(unit)), Err(SpeechError::NothingToSay), "{unit:?}");
    }
}

#[test]
fn control_characters_separate_words_and_are_silent() {
    assert_eq!(spoken("one\0two\u{7}three\u{1b}").unwrap(), ["one", "two", "three"]);
    // A terminal's colours are not obeyed; what remains of them is text.
    assert_eq!(spoken("\u{1b}[1mbold").unwrap(), ["1mbold"]);
}

#[test]
fn right_to_left_script_is_skipped_and_the_marks_hold() {
    let text = "The word \u{2067}שָׁלוֹם\u{2069} means peace, \u{202b}مرحبا\u{202c} hello.";
    let speech = wav(text, "Matthew");
    check_marks(text, &speech);
    assert_eq!(values(&speech, MarkKind::Word), ["The", "word", "means", "peace", "hello"]);
    assert_eq!(speech.skipped_characters, 9);
}

#[test]
fn tags_are_silent_and_never_obeyed() {
    let plain = wav("Hello world. Bye now.", "Amy");
    let tagged = wav(
        "<speak><p>Hello <emphasis level=\"strong\">world</emphasis>.</p> <s>Bye <b>now</b>.</s></speak>",
        "Amy",
    );
    assert!(plain.audio == tagged.audio);
    // No tempo, no voice, no phonemes by tag.
    let text = "<prosody rate='x-slow' pitch=\"+50%\"><voice name=\"Brian\">Hello world.</voice></prosody>";
    assert!(wav(text, "Amy").audio == wav("Hello world.", "Amy").audio);
    assert_eq!(spoken("One<br>two<break time=\"3s\"/>three").unwrap(), ["One", "two", "three"]);
    // A block ends a sentence.
    let speech = wav("<h1>Title</h1><p>Text without end", "Amy");
    assert_eq!(values(&speech, MarkKind::Sentence), ["Title", "Text without end"]);
    // What only looks like a tag is text.
    assert_eq!(
        spoken("if x <y and y> 3 then Vec<String>").unwrap(),
        ["if", "x", "y", "and", "y", "3", "then", "Vec", "String"]
    );
}

#[test]
fn a_hundred_thousand_digits_would_be_too_long() {
    for unit in ["9", "1234567890", "３"] {
        assert!(matches!(spoken(&long(unit)), Err(SpeechError::TooLong { .. })), "{unit}");
    }
}

#[test]
fn one_word_of_a_hundred_thousand_letters_is_said_in_pieces_or_too_long() {
    // Each letter by its name: "double u", three hours are not enough.
    assert!(matches!(spoken(&long("w")), Err(SpeechError::TooLong { .. })));
    let text = long("banana");
    let speaking = ENGINE.speak(&SpeechRequest::new(&text, "Matthew")).unwrap();
    assert_eq!(speaking.sentences(), 1);
    for part in speaking.take(5) {
        let part = part.unwrap();
        assert!((5_000..300_000).contains(&part.audio.len()), "{}", part.audio.len());
    }
}

#[test]
fn a_long_word_is_not_cut_within_a_letter() {
    let text = format!("a{}", "ß".repeat(150));
    let words = spoken(&text).unwrap();
    assert_eq!(words.concat(), text);
    assert_eq!(words.iter().map(|word| word.chars().count()).collect::<Vec<_>>(), [50, 50, 50, 1]);
}

#[test]
fn long_texts_of_odd_pieces_end_in_time() {
    for unit in ["a", "é", "e\u{301}", "A. ", "a\n", "\"", "<b x=\"", "<b>x", "€1 ", "-", "a,"] {
        let text = format!("Yes {}", long(unit).chars().take(3_000).collect::<String>());
        match spoken(&text) {
            Ok(words) => assert_eq!(words[0], "Yes", "{unit:?}"),
            Err(error) => {
                assert!(matches!(error, SpeechError::TooLong { .. }), "{unit:?}: {error}");
            }
        }
    }
}
