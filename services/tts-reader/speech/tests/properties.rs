//! Properties that hold for any text.

mod common;

use common::{ENGINE, check_marks};
use proptest::prelude::*;
use tts_reader_speech::{AudioFormat, SpeechError, SpeechRequest, check, speakable_chars};

/// Words, numbers, odd Unicode and all kinds of space, mixed.
fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,8}",
        2 => "[0-9.,:$%/-]{1,8}",
        2 => "[!-~]{1,6}",
        1 => "\\PC{1,4}",
        1 => prop::sample::select(vec![
            "é", "e\u{301}", "€5", "5 €", "£1,000.50", "½", "2½", "—", "–", "…", "“x”", "日本", "👩‍👩‍👧",
            "🇬🇧", "ß", "\u{feff}", "\u{ad}", "\u{202e}", "İ", "Ω", "𝐀", "ﷺ", "１２", "\0", "U.S.", "Dr.",
            "a.b.c", "www.x.org", "$", "-5", "+", "I", "$1,2,3", "'s", "''", "a'", "1'", "XVI", "0e9",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![" ", "\n", "\n\n", "\r\n", "\t", "\u{a0}", "\u{3000}", "\u{2029}"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_spoken_with_true_marks_or_refused(text in odd_text()) {
        let request = SpeechRequest::new(&text, "Matthew").format(AudioFormat::Wav);
        match ENGINE.synthesize(&request) {
            Ok(speech) => {
                check_marks(&text, &speech);
                prop_assert!(speakable_chars(&text) > 0);
                prop_assert!(check(&request).is_ok());
            }
            // The check before charging must agree with the outcome.
            Err(error) => {
                prop_assert_eq!(&error, &SpeechError::NothingToSay);
                prop_assert!(check(&request) == Err(error));
            }
        }
    }

    #[test]
    fn every_latin_word_is_heard(word in "[a-zA-Z0-9]{1,12}") {
        let speech = ENGINE.synthesize(&SpeechRequest::new(&word, "Matthew"));
        prop_assert!(speech.is_ok(), "{:?}", speech.err());
    }
}
