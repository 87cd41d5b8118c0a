//! In the place of `s3.rs` where this binary was built without it.

use std::sync::Arc;

use super::Storage;
use crate::settings::Bucket;

pub(super) fn open(_: &Bucket) -> Result<Arc<dyn Storage>, String> {
    Err("STORAGE=s3: this tts-reader was built without S3; build it by \
         `cargo build --release -p tts-reader --features s3`, or leave STORAGE out"
        .to_owned())
}
