//! `GET /api/voices`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use tts_reader_speech::Voice;

use crate::{app::App, auth::Caller, settings::SpeechEngine, speech::Engine};

/// One entry of the list.
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

/// Those that the standard engine has, as far as is known; the contract lists no others.
pub(crate) async fn voices(State(app): State<Arc<App>>, _: Caller) -> Json<Vec<Entry>> {
    let speaker = app.settings.speech.engine;
    let offered = |voice: &&Voice| app.speaker.offers(voice, Engine::Standard).is_ok();
    let voices = tts_reader_speech::voices().iter().filter(offered);
    Json(voices.map(|voice| Entry::of(voice, speaker)).collect())
}

impl Entry {
    fn of(voice: &Voice, speaker: SpeechEngine) -> Self {
        Self {
            id: voice.id,
            name: voice.name,
            gender: voice.gender,
            language: voice.language,
            language_code: voice.language_code,
            engine: Engine::Standard.word(),
            tts_optimized: true,
            supports_speech_marks: true,
            description: match speaker {
                SpeechEngine::Local => {
                    format!("{}; neural is the same voice", voice.description())
                }
                SpeechEngine::LoadTest => {
                    "says that this is a load test, in one voice for all".to_owned()
                }
                SpeechEngine::Polly => format!("Amazon Polly: {} ({})", voice.id, voice.language),
            },
        }
    }
}
