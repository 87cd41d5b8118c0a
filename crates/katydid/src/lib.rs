//! Write load tests as simulated users in Rust.
