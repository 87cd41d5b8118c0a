//! Variety of the texts: no cache can answer for the server.

use std::collections::HashSet;

use tts_reader_load_test::texts::{
    LONGEST, LONGEST_MEDIUM, LONGEST_SHORT, Length, SHORTEST, speech_text,
};

#[test]
fn texts_differ_by_number_and_repeat_with_it() {
    let texts: HashSet<String> =
        (0..5_000).map(|number| speech_text(number, Length::Mixed)).collect();
    assert_eq!(texts.len(), 5_000);
    assert_eq!(speech_text(42, Length::Mixed), speech_text(42, Length::Mixed));
}

#[test]
fn lengths_are_those_of_real_requests_and_some_longer() {
    let lengths: Vec<usize> =
        (0..5_000).map(|number| speech_text(number, Length::Mixed).len()).collect();
    assert!(lengths.iter().all(|length| (SHORTEST..=LONGEST).contains(length)));
    let short = lengths.iter().filter(|length| **length <= LONGEST_SHORT).count();
    assert!((3_200..4_000).contains(&short), "{short} of 5000 are short");
    let paid = |credits: usize| lengths.iter().any(|length| length.div_ceil(1_000) == credits);
    assert!(paid(1) && paid(2) && paid(3));
}

#[test]
fn texts_are_plain_sentences() {
    for number in 0..500 {
        let text = speech_text(number, Length::Mixed);
        assert!(text.is_ascii() && text.ends_with('.') && !text.contains("  "), "{text}");
        assert!(text.starts_with(|first: char| first.is_ascii_uppercase()), "{text}");
    }
}

#[test]
fn a_length_that_is_asked_for_is_kept() {
    for (word, shortest, longest) in [
        ("short", SHORTEST, LONGEST_SHORT),
        ("medium", SHORTEST, LONGEST_MEDIUM),
        ("long", LONGEST_SHORT, LONGEST),
    ] {
        let length = Length::parse(word).unwrap();
        let texts = || (0..500).map(|number| speech_text(number, length).len());
        assert!(texts().all(|length| (shortest..=longest).contains(&length)), "{word}");
        let mean = texts().sum::<usize>() / 500;
        assert!((shortest..longest).contains(&mean), "{word}: {mean}");
    }
    for characters in [20, 21, 300, 1_000, 5_000] {
        let length = Length::parse(&characters.to_string()).unwrap();
        for number in 0..200 {
            let text = speech_text(number, length);
            assert_eq!(text.len(), characters, "{text}");
            assert!(text.ends_with('.') && !text.ends_with(".."), "{text}");
        }
    }
    for wrong in ["", "huge", "19", "100001", "-5", "1.5"] {
        assert!(Length::parse(wrong).is_err(), "{wrong}");
    }
}
