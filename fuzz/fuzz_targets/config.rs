//! A settings file: locust.conf or TOML.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    katydid_cli::fuzzing::config(data);
});
