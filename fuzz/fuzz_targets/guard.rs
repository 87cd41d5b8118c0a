//! A URL that somebody asks for, and where its site redirects to.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    tts_reader_extraction::fuzzing::guard(data);
});
