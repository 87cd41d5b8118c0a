//! `GET /api/voices`.

use std::sync::LazyLock;

use axum::Json;
use serde::Serialize;

use crate::auth::Caller;

/// One entry of the list; it never changes while the service runs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    id: &'static str,
    name: &'static str,
    gender: &'static str,
    language: &'static str,
    language_code: &'static str,
    engine: &'static str,
    tts_optimized: bool,
    supports_speech_marks: bool,
    /// What is really heard: labels of the catalogue are not accents.
    description: String,
}

static VOICES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    tts_reader_speech::voices()
        .iter()
        .map(|voice| Entry {
            id: voice.id,
            name: voice.name,
            gender: voice.gender,
            language: voice.language,
            language_code: voice.language_code,
            engine: "standard",
            tts_optimized: true,
            supports_speech_marks: true,
            description: voice.description(),
        })
        .collect()
});

pub(crate) async fn voices(_: Caller) -> Json<&'static [Entry]> {
    Json(VOICES.as_slice())
}
