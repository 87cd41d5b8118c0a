//! Files in a bucket of S3, or of what speaks like it.
//!
//! The library `object_store` knows the API; the HTTP client (`transport.rs`) and the cryptography
//! (`crypto.rs`) are those that the service has anyway, so that it brings neither of its own.

mod bucket;
mod crypto;
mod transport;

pub use bucket::{Bucket, Object};
