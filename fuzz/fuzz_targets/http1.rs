//! What a target answers, in any pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    katydid_engine::fuzzing::http1(data);
});
