//! Amazon Polly, one call at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tts_reader_aws::{AwsError, Mark, POLLY_LONGEST, Polly, Request};
use tts_reader_speech::{MarkKind, Voice};

use super::{
    engine::{Doing, Engine, Speech},
    remote::{Call, CallError, Remote, RemoteEngine, RemoteMark, Sound},
};
use crate::{aws::told, settings::Settings, workers::Pool};

/// Polly, with the keys of the settings.
#[derive(Debug)]
struct AmazonPolly {
    polly: Polly,
    /// Engines by voice, once they were told.
    voices: Mutex<Option<HashMap<String, Vec<String>>>>,
}

impl AmazonPolly {
    fn voices(&self) -> MutexGuard<'_, Option<HashMap<String, Vec<String>>>> {
        // Replaced as a whole.
        self.voices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// # Errors
/// When there are no keys, or the client cannot be set up.
pub(super) fn open(settings: &Settings, pool: Arc<Pool>) -> Result<Box<dyn Speech>, String> {
    let aws = settings.aws.as_ref();
    let aws = aws.ok_or("SPEECH_ENGINE=polly: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")?;
    let polly =
        Polly::new(aws.config()).map_err(|error| format!("SPEECH_ENGINE=polly: {error}"))?;
    let polly = AmazonPolly { polly, voices: Mutex::default() };
    Ok(Box::new(RemoteEngine::new(Arc::new(polly), pool)))
}

impl Remote for AmazonPolly {
    fn name(&self) -> &'static str {
        "polly"
    }

    fn longest(&self) -> usize {
        POLLY_LONGEST
    }

    /// Both are there.
    fn speaks(&self, asked: Engine) -> Engine {
        asked
    }

    fn offers(&self, voice: &Voice, engine: Engine) -> bool {
        let has = |engines: &Vec<String>| engines.iter().any(|one| one == engine.word());
        self.voices().as_ref().is_none_or(|known| known.get(voice.id).is_some_and(has))
    }

    fn learn(&self) -> Doing<'_, Result<(), CallError>> {
        Box::pin(async move {
            let voices = self.polly.voices().await?;
            let voices = voices.into_iter().map(|voice| (voice.id, voice.supported_engines));
            *self.voices() = Some(voices.collect());
            Ok(())
        })
    }

    fn audio<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Sound, CallError>> {
        Box::pin(async move { Ok(Sound::Pcm(self.polly.audio(request(call)).await?)) })
    }

    fn marks<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Vec<RemoteMark>, CallError>> {
        Box::pin(async move {
            let marks = self.polly.marks(request(call)).await?;
            Ok(marks.into_iter().map(RemoteMark::from).collect())
        })
    }
}

fn request(call: &Call) -> Request<'_> {
    let engine = match call.engine {
        Engine::Standard => tts_reader_aws::Engine::Standard,
        Engine::Neural => tts_reader_aws::Engine::Neural,
    };
    Request { text: &call.text, voice_id: call.voice.id, engine }
}

impl From<Mark> for RemoteMark {
    fn from(mark: Mark) -> Self {
        let kind = match mark.kind {
            tts_reader_aws::MarkKind::Sentence => MarkKind::Sentence,
            tts_reader_aws::MarkKind::Word => MarkKind::Word,
        };
        let Mark { time_ms, start_byte, end_byte, .. } = mark;
        Self { time_ms, kind, start_byte, end_byte }
    }
}

impl From<AwsError> for CallError {
    fn from(error: AwsError) -> Self {
        match error {
            AwsError::Throttled { .. } => Self::Throttled { after: None },
            AwsError::Refused { code, message, .. } if is_of_the_voice(&code, &message) => {
                Self::NoVoice
            }
            AwsError::Unfit { .. } | AwsError::Refused { .. } => Self::Refused(told(&error)),
            other => Self::Away(other.to_string()),
        }
    }
}

/// The documentation has a code for it; what is answered is `ValidationException: This voice does not
/// support the selected engine: standard`.
fn is_of_the_voice(code: &str, message: &str) -> bool {
    code == "EngineNotSupportedException"
        || (code == "ValidationException" && message.to_ascii_lowercase().contains("voice"))
}

#[cfg(test)]
mod tests {
    use super::is_of_the_voice;

    #[test]
    fn what_is_said_of_a_voice_is_told_from_other_refusals() {
        for (code, message, of_the_voice) in [
            ("EngineNotSupportedException", "it does not say why", true),
            (
                "ValidationException",
                "This voice does not support the selected engine: standard",
                true,
            ),
            ("ValidationException", "Value 'Nobody' at 'voiceId' failed to satisfy", true),
            ("ValidationException", "Value at 'text' failed to satisfy", false),
            ("AccessDeniedException", "not authorized for this voice", false),
        ] {
            assert_eq!(is_of_the_voice(code, message), of_the_voice, "{code}: {message}");
        }
    }
}
