//! The two calls for a text: what is heard, and when.

use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};

use super::marks::{self, Mark};
use crate::client::{Call, Service};
use crate::{AwsError, Config};

/// Characters that Polly takes at once.
pub const LONGEST: usize = 3_000;
/// Samples a second of the sound.
pub const SAMPLE_RATE: u32 = 16_000;
/// Far above what so many characters can amount to: half an hour.
const MOST_AUDIO: usize = 64 << 20;
const MOST_MARKS: usize = 4 << 20;

/// Polly, as one pair of keys reaches it. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Polly {
    pub(super) service: Service,
}

/// What to speak.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Any text of up to [`LONGEST`] characters; no markup.
    pub text: &'a str,
    /// Such as `Joanna`.
    pub voice_id: &'a str,
    /// Which of Polly's engines.
    pub engine: Engine,
}

/// Polly's engines that the service offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The older one, which has most voices.
    Standard,
    /// The better one.
    Neural,
}

impl Engine {
    /// As Polly calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Neural => "neural",
        }
    }
}

impl Polly {
    /// # Errors
    /// When the endpoint is no address, or the HTTP client cannot be set up.
    pub fn new(config: Config) -> Result<Self, AwsError> {
        Ok(Self { service: Service::new("polly", config)? })
    }

    /// The sound of a text: mono, 16 bits, [`SAMPLE_RATE`]. Samples, not MP3, because those of two texts
    /// can be joined without the silence that an encoder puts around each of its streams. One try.
    ///
    /// # Errors
    /// When the text is too long, or the call comes to nothing.
    pub async fn audio(&self, request: Request<'_>) -> Result<Vec<i16>, AwsError> {
        const STEP: &str = "Polly: speak";
        let rate = SAMPLE_RATE.to_string();
        let form = json!({ "OutputFormat": "pcm", "SampleRate": rate });
        let audio = self.call(STEP, request, form, MOST_AUDIO).await?;
        let (samples, rest) = audio.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(AwsError::nonsense(STEP, "half a sample at the end"));
        }
        Ok(samples.iter().map(|sample| i16::from_le_bytes(*sample)).collect())
    }

    /// When the sentences and words of a text are heard. One try.
    ///
    /// # Errors
    /// When the text is too long, or the call comes to nothing.
    pub async fn marks(&self, request: Request<'_>) -> Result<Vec<Mark>, AwsError> {
        const STEP: &str = "Polly: mark the words";
        let form = json!({ "OutputFormat": "json", "SpeechMarkTypes": ["sentence", "word"] });
        let lines = self.call(STEP, request, form, MOST_MARKS).await?;
        marks::marks(&lines, request.text).map_err(|cause| AwsError::nonsense(STEP, cause))
    }

    async fn call(
        &self,
        step: &str,
        request: Request<'_>,
        mut body: Value,
        most_bytes: usize,
    ) -> Result<Bytes, AwsError> {
        let length = request.text.chars().count();
        if length > LONGEST {
            let reason = format!("{length} characters are more than the {LONGEST} of one call");
            return Err(AwsError::unfit(step, reason));
        }
        body["Engine"] = request.engine.as_str().into();
        body["Text"] = request.text.into();
        body["TextType"] = "text".into();
        body["VoiceId"] = request.voice_id.into();
        let call = Call {
            step,
            method: Method::POST,
            path: "/v1/speech",
            query: &[],
            headers: &[("content-type", "application/json")],
            body: body.to_string().into(),
            most_bytes,
        };
        self.service.once(&call).await
    }
}
