//! In the place of `polly.rs` where this binary was built without it.

use std::sync::Arc;

use super::engine::Speech;
use crate::{settings::Settings, workers::Pool};

pub(super) fn open(_: &Settings, _: Arc<Pool>) -> Result<Box<dyn Speech>, String> {
    Err("SPEECH_ENGINE=polly: this tts-reader was built without Amazon Polly; build it by \
         `cargo build --release -p tts-reader --features polly`, or choose local"
        .to_owned())
}
