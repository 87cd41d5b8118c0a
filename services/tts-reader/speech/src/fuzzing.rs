//! What the fuzz target calls (`fuzz/`): a text that somebody wants spoken.
//!
//! It says whether there was something to say; a promise that is broken is a panic.

use std::sync::LazyLock;
use std::time::Duration;

use crate::{
    AudioFormat, MarkKind, Span, SpeechEngine, SpeechMark, SpeechRequest, check, spans,
    speakable_chars,
};

/// Longer ones only take longer.
const LONGEST: usize = 600;

static ENGINE: LazyLock<SpeechEngine> = LazyLock::new(SpeechEngine::new);

/// Speaks a text, or its beginning, and judges parts, marks, spans and the file.
pub fn speech(text: &str) -> bool {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let places = spans(text);
    assert_in_order(text, &places);
    let rate = if text.len().is_multiple_of(2) { 1.5 } else { 1.0 };
    let request = SpeechRequest::new(text, "Matthew").format(AudioFormat::Wav).rate(rate);
    let mut speaking = match ENGINE.speak(&request) {
        Ok(speaking) => speaking,
        // So short a text is never too long to be spoken: whoever is charged after the check is not refused.
        Err(error) => {
            assert_eq!(check(&request), Err(error));
            assert!(places.is_empty() && speakable_chars(text) == 0);
            return false;
        }
    };
    assert!(check(&request).is_ok() && speakable_chars(text) > 0);
    let sentences = places.iter().filter(|span| span.kind == MarkKind::Sentence).count();
    assert_eq!(speaking.sentences(), sentences);

    let (mut file, mut marks, mut last, mut until) = (Vec::new(), Vec::new(), 0, Duration::ZERO);
    for part in speaking.by_ref() {
        let part = part.expect("what begins can be spoken");
        assert!(part.sentence == last || part.sentence == last + 1, "no sentence is left out");
        assert!(part.until >= until, "time goes on");
        (last, until) = (part.sentence, part.until);
        assert!(part.marks.iter().all(|mark| u128::from(mark.end_ms) <= until.as_millis()));
        file.extend(part.audio);
        marks.extend(part.marks);
    }
    assert_eq!(last, sentences);
    assert_true(text, &marks, &places);
    let ended = speaking.finish();
    assert_eq!(ended.duration, until);
    assert_whole(&file, &ended.head, until);
    true
}

/// Spans lie within the text, one after another, each word in the sentence before it.
fn assert_in_order(text: &str, places: &[Span]) {
    let (mut sentence, mut read) = ((0, 0), 0);
    for span in places {
        let value = &text[span.start_byte..span.end_byte];
        assert!(!value.is_empty() && span.start_byte >= read, "{span:?}");
        assert_eq!(span.start, text[..span.start_byte].chars().count(), "{span:?}");
        assert_eq!(span.end, span.start + value.chars().count(), "{span:?}");
        match span.kind {
            MarkKind::Sentence => {
                assert!(span.start_byte >= sentence.1, "{span:?}");
                sentence = (span.start_byte, span.end_byte);
            }
            MarkKind::Word => {
                assert!(span.start_byte >= sentence.0 && span.end_byte <= sentence.1, "{span:?}");
                read = span.end_byte;
            }
        }
    }
}

/// Marks are where the spans are, though not each of them is heard, and their times are in order.
fn assert_true(text: &str, marks: &[SpeechMark], places: &[Span]) {
    let mut places = places.iter();
    let (mut sentence, mut heard) = ((0, 0), 0);
    for mark in marks {
        let place = (mark.kind, mark.start, mark.end, mark.start_byte, mark.end_byte);
        let is_there = |it: &Span| place == (it.kind, it.start, it.end, it.start_byte, it.end_byte);
        assert!(places.any(is_there), "{mark:?} has no span, or stands before another's");
        assert_eq!(mark.value, text[mark.start_byte..mark.end_byte]);
        assert!(mark.time_ms < mark.end_ms && mark.time_ms >= heard, "{mark:?}");
        match mark.kind {
            MarkKind::Sentence => sentence = (mark.time_ms, mark.end_ms),
            MarkKind::Word => {
                assert!(mark.time_ms >= sentence.0 && mark.end_ms <= sentence.1, "{mark:?}");
                heard = mark.end_ms;
            }
        }
    }
    assert!(!marks.is_empty(), "what can be said is heard");
}

/// The file has a head and two bytes for each sample, and its head says so.
fn assert_whole(file: &[u8], head: &[u8], duration: Duration) {
    let samples = (duration.as_secs_f64() * 16_000.0).round() as usize;
    let number = |at: usize| {
        head[at..at + 4].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    assert_eq!((&head[..4], &head[36..40]), (&b"RIFF"[..], &b"data"[..]));
    assert_eq!((number(4), number(40)), (head.len() - 8 + samples * 2, samples * 2));
    assert_eq!(file.len(), head.len() + samples * 2);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, Strategy, prop, prop_oneof, proptest};

    use super::speech;

    #[test]
    fn the_seeds_of_the_fuzz_target_are_what_their_names_say() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../fuzz/seeds/speech");
        let seeds = std::fs::read_dir(folder).unwrap().map(|seed| seed.unwrap().path());
        let mut count = 0;
        for seed in seeds {
            let spoken = speech(&std::fs::read_to_string(&seed).unwrap());
            let is_good = seed.file_name().unwrap().to_string_lossy().starts_with("good");
            assert_eq!(spoken, is_good, "{}", seed.display());
            count += 1;
        }
        assert!(count >= 4, "{folder} has {count} seeds");
    }

    /// What is near the rules: tags, abbreviations, numbers, marks on letters, other scripts.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[A-Za-z]{1,9}[.,;!?]?",
            "</?(p|b|br|speak|break)( time=\"1s\")?/?>",
            "(Mr|Dr|No|e\\.g|U\\.S|Jan|Inc)\\. ?",
            "[£$€-]?[0-9]{1,6}([.,:/][0-9]{1,3})?[%½]?",
            "[\"“”‘’'()\\[\\]…—-]{1,3}",
            "[a-zéßñ\u{300}\u{301}\u{328}ﬁ１２𝐀]{1,5}",
            "[ \\t\\n\u{a0}\u{2029}]{1,3}",
            "\\PC{1,4}",
        ];
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_spoken_as_promised_or_refused(text in text()) {
            speech(&text);
        }
    }
}
