//! Properties that hold for any text.

mod common;

use common::{ENGINE, check_marks, values, wav};
use proptest::prelude::*;
use tts_reader_speech::{
    AudioFormat, MarkKind, SpeechError, SpeechRequest, check, speakable_chars,
};

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
            "<b>", "</p>", "<a href=\"x y\">", "<p", "a\u{301}\u{328}b", "🇬", "\u{1d400}x", "שלום", "\u{2067}x\u{2069}",
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

    /// The sentences cut the words that are heard and nothing else: each word lies in exactly one,
    /// the one that its part belongs to, and what lies between two of them is no word.
    #[test]
    fn sentences_cut_a_text_into_parts_that_say_it_all(text in odd_text()) {
        let request = SpeechRequest::new(&text, "Matthew").format(AudioFormat::Wav);
        let Ok(mut speaking) = ENGINE.speak(&request) else { return Ok(()) };
        let (all, mut last, mut end) = (speaking.sentences(), 0, 0);
        for part in speaking.by_ref() {
            let part = part.unwrap();
            prop_assert!(part.sentence == last || part.sentence == last + 1);
            last = part.sentence;
            for mark in part.marks.iter().filter(|mark| mark.kind == MarkKind::Sentence) {
                prop_assert!(mark.start_byte >= end);
                prop_assert!(!mark.value.starts_with(char::is_whitespace));
                prop_assert!(!mark.value.ends_with(char::is_whitespace));
                end = mark.end_byte;
            }
        }
        prop_assert_eq!(last, all);
        let whole = ENGINE.synthesize(&request).unwrap();
        let words = whole.marks.iter().filter(|mark| mark.kind == MarkKind::Word);
        let heard: usize = words.map(|mark| mark.end - mark.start).sum();
        prop_assert!(heard <= speakable_chars(&text));
    }

    /// A text of plain words in sentences is cut where it was put together; no abbreviation has
    /// seven letters.
    #[test]
    fn plain_sentences_are_found_again(
        sentences in prop::collection::vec("[A-Z][a-z]{2,6}( [a-z]{2,6}){0,4} [a-z]{7,9}[.!?]", 1..5)
    ) {
        let text = sentences.join(" ");
        let speech = wav(&text, "Matthew");
        prop_assert_eq!(values(&speech, MarkKind::Sentence), sentences);
    }

    #[test]
    fn every_latin_word_is_heard(word in "[a-zA-Z0-9]{1,12}") {
        let speech = ENGINE.synthesize(&SpeechRequest::new(&word, "Matthew"));
        prop_assert!(speech.is_ok(), "{:?}", speech.err());
    }
}
