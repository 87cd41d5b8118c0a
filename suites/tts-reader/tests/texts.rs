//! Variety of the texts: no cache can answer for the server.

use std::collections::HashSet;

use tts_reader_load_test::texts::{LONGEST, LONGEST_SHORT, SHORTEST, speech_text};

#[test]
fn texts_differ_by_number_and_repeat_with_it() {
    let texts: HashSet<String> = (0..5_000).map(speech_text).collect();
    assert_eq!(texts.len(), 5_000);
    assert_eq!(speech_text(42), speech_text(42));
}

#[test]
fn lengths_are_those_of_real_requests_and_some_longer() {
    let lengths: Vec<usize> = (0..5_000).map(|number| speech_text(number).len()).collect();
    assert!(lengths.iter().all(|length| (SHORTEST..=LONGEST).contains(length)));
    let short = lengths.iter().filter(|length| **length <= LONGEST_SHORT).count();
    assert!((3_200..4_000).contains(&short), "{short} of 5000 are short");
    let paid = |credits: usize| lengths.iter().any(|length| length.div_ceil(1_000) == credits);
    assert!(paid(1) && paid(2) && paid(3));
}

#[test]
fn texts_are_plain_sentences() {
    for number in 0..500 {
        let text = speech_text(number);
        assert!(text.is_ascii() && text.ends_with('.') && !text.contains("  "), "{text}");
        assert!(text.starts_with(|first: char| first.is_ascii_uppercase()), "{text}");
    }
}
