//! Amazon Polly, one call at a time.

use std::sync::Arc;

use tts_reader_aws::{AwsError, Mark, POLLY_LONGEST, Polly, Request};
use tts_reader_speech::MarkKind;

use super::{
    engine::{Doing, Engine, Speech},
    remote::{Call, CallError, Remote, RemoteEngine, RemoteMark, Sound},
};
use crate::{settings::Settings, workers::Pool};

/// Polly, with the keys of the settings.
#[derive(Debug)]
struct AmazonPolly(Polly);

/// # Errors
/// When there are no keys, or the client cannot be set up.
pub(super) fn open(settings: &Settings, pool: Arc<Pool>) -> Result<Box<dyn Speech>, String> {
    let aws = settings.aws.as_ref();
    let aws = aws.ok_or("SPEECH_ENGINE=polly: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")?;
    let polly =
        Polly::new(aws.config()).map_err(|error| format!("SPEECH_ENGINE=polly: {error}"))?;
    Ok(Box::new(RemoteEngine::new(Arc::new(AmazonPolly(polly)), pool)))
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

    fn audio<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Sound, CallError>> {
        Box::pin(async move { Ok(Sound::Pcm(self.0.audio(request(call)).await?)) })
    }

    fn marks<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Vec<RemoteMark>, CallError>> {
        Box::pin(async move {
            let marks = self.0.marks(request(call)).await?;
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
            AwsError::Unfit { .. } | AwsError::Refused { .. } => Self::Refused(error.to_string()),
            other => Self::Away(other.to_string()),
        }
    }
}
