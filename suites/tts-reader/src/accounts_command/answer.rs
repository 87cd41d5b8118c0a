//! What the target answered, and what that says about it.

use reqwest::{Response, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tts_reader_accounts::RegistryError;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// # Errors
    /// When the connection breaks.
    pub(super) async fn of(response: Response) -> reqwest::Result<Self> {
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = response.status().as_u16();
        Ok(Self { status, location, body: response.bytes().await?.to_vec() })
    }

    /// What was asked for.
    ///
    /// # Errors
    /// When the answer is another.
    pub(super) fn read<T: DeserializeOwned>(&self, base: &str) -> Result<T, RegistryError> {
        let refused = |text: String| Err(RegistryError::Refused(text));
        match (self.status, &self.location) {
            (200, _) => serde_json::from_slice(&self.body).map_err(|error| {
                let why = format!("its answer is not about test accounts ({error})");
                RegistryError::Refused(stranger(base, &why))
            }),
            (status @ 300..400, Some(location)) => {
                refused(format!("{base} answers {status} and sends on to {location}; name that"))
            }
            (409, _) => refused(format!("{}; choose another --prefix", self.detail())),
            (status @ 400..500, _) => {
                refused(format!("{base} answers {status}: {}", self.detail()))
            }
            (status, _) => {
                Err(RegistryError::Failed(format!("{base} answers {status}: {}", self.detail())))
            }
        }
    }

    /// The reason that the service gave.
    fn detail(&self) -> String {
        let json: Option<Value> = serde_json::from_slice(&self.body).ok();
        let detail = json.as_ref().and_then(|json| json["detail"].as_str());
        detail.unwrap_or("it does not say why").to_owned()
    }
}

/// No answer.
pub(super) fn broken(base: &str, error: &reqwest::Error) -> RegistryError {
    let reason = innermost(error);
    if error.is_connect() {
        return RegistryError::Refused(format!(
            "nothing answers at {base} ({reason}); start the backend (`tts-reader serve --dev`) or \
             name another one with --target"
        ));
    }
    RegistryError::Failed(if error.is_timeout() {
        format!("{base} does not answer in time")
    } else {
        format!("{base} broke the conversation off: {reason}")
    })
}

/// The sentence for whatever is not the service.
pub(super) fn stranger(base: &str, why: &str) -> String {
    format!("{base} is not a TTS Reader: {why}; name another one with --target")
}

/// The cause that the system gave, without the layers around it.
fn innermost(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
