//! A target as text.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    katydid_cli::fuzzing::target(data);
});
