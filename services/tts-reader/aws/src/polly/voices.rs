//! Who can speak.

use reqwest::Method;
use serde::Deserialize;

use super::Polly;
use crate::{AwsError, client::Call};

const STEP: &str = "Polly: list the voices";
/// Pages of the list that are asked for; there are two or three.
const PAGES: usize = 20;

/// A voice of Polly's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Voice {
    /// What a request names, such as `Joanna`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `Female` or `Male`.
    pub gender: String,
    /// Such as `en-US`.
    pub language_code: String,
    /// Such as `US English`.
    pub language_name: String,
    /// Such as `standard` and `neural`.
    #[serde(default)]
    pub supported_engines: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    voices: Vec<Voice>,
    next_token: Option<String>,
}

impl Polly {
    /// All voices, in the order in which Polly tells them.
    ///
    /// # Errors
    /// When Polly cannot be asked, or its answer cannot be read.
    pub async fn voices(&self) -> Result<Vec<Voice>, AwsError> {
        let mut voices = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let query: Vec<_> = token.iter().map(|it| ("NextToken", it.as_str())).collect();
            let call = Call {
                step: STEP,
                method: Method::GET,
                path: "/v1/voices",
                query: &query,
                headers: &[],
                body: bytes::Bytes::new(),
                most_bytes: 1 << 20,
            };
            let body = self.service.call(&call).await?;
            let page: Page =
                serde_json::from_slice(&body).map_err(|error| AwsError::nonsense(STEP, error))?;
            voices.extend(page.voices);
            token = page.next_token;
            if token.is_none() {
                return Ok(voices);
            }
        }
        Err(AwsError::nonsense(STEP, format!("the list has more than {PAGES} pages")))
    }
}
