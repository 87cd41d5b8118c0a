//! A plan file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    katydid_cli::fuzzing::plan(data);
});
