//! A text to be spoken: cut into sentences and words, said, and every mark is its part of the text.
#![no_main]

use std::sync::LazyLock;

use tts_reader_speech::{AudioFormat, MarkKind, SpeechEngine, SpeechRequest, check};

/// Longer ones only take longer.
const LONGEST: usize = 600;

static ENGINE: LazyLock<SpeechEngine> = LazyLock::new(SpeechEngine::new);

libfuzzer_sys::fuzz_target!(|text: &str| {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let request = SpeechRequest::new(text, "Matthew").format(AudioFormat::Wav).rate(1.5);
    let Ok(speaking) = ENGINE.speak(&request) else {
        assert!(check(&request).is_err() || text.len() > 100);
        return;
    };
    assert!(check(&request).is_ok());
    let (sentences, mut last, mut read, mut heard) = (speaking.sentences(), 0, 0, 0);
    for part in speaking {
        let part = part.expect("what begins can be spoken");
        assert!(part.sentence == last || part.sentence == last + 1);
        last = part.sentence;
        for mark in &part.marks {
            assert_eq!(mark.value, text[mark.start_byte..mark.end_byte]);
            assert_eq!(mark.start, text[..mark.start_byte].chars().count());
            assert_eq!(mark.end, text[..mark.end_byte].chars().count());
            assert!(mark.start_byte >= read && mark.time_ms >= heard && mark.time_ms < mark.end_ms);
            if mark.kind == MarkKind::Word {
                (read, heard) = (mark.end_byte, mark.end_ms);
            }
        }
    }
    assert_eq!(last, sentences);
});
