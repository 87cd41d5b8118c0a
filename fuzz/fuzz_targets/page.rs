//! What a site sends as a page.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    tts_reader_extraction::fuzzing::page(data);
});
