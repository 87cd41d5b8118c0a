//! A text to be spoken: cut into sentences and words, said, and every mark is its part of the text.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    tts_reader_speech::fuzzing::speech(text);
});
