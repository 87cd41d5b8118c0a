//! Amazon Textract: a picture or a page of PDF to its lines, in the order in which people read them.

mod layout;

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::json;

pub use layout::{Document, Layout, Line};

use crate::client::{Call, Service};
use crate::{AwsError, Config};

/// The largest document that is taken, in bytes.
pub const MAX_BYTES: usize = 10 << 20;
/// A page of text has a few hundred kilobytes of blocks.
const MOST_ANSWER: usize = 32 << 20;
const STEP: &str = "Textract: read the document";
/// What a call with all its tries may take.
const TIMEOUT: Duration = Duration::from_secs(45);

/// Textract, as one pair of keys reaches it. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Textract {
    service: Service,
}

impl Textract {
    /// # Errors
    /// When the endpoint is no address, or the HTTP client cannot be set up.
    pub fn new(mut config: Config) -> Result<Self, AwsError> {
        let patience = &mut config.patience;
        patience.all = patience.all.min(TIMEOUT);
        // Reading takes longer than speaking: a try has the time there is.
        patience.one = patience.all;
        Ok(Self { service: Service::new("textract", config)? })
    }

    /// The lines of a PNG, JPEG, TIFF or PDF of one page, within 45 s.
    ///
    /// # Errors
    /// When the document is none of these or too large, or the call comes to nothing.
    pub async fn read(&self, document: &[u8]) -> Result<Document, AwsError> {
        check(document)?;
        let body = json!({
            "Document": { "Bytes": BASE64_STANDARD.encode(document) },
            "FeatureTypes": ["LAYOUT"],
        });
        let call = Call {
            step: STEP,
            method: Method::POST,
            path: "/",
            query: &[],
            headers: &[
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "Textract.AnalyzeDocument"),
            ],
            body: body.to_string().into(),
            most_bytes: MOST_ANSWER,
        };
        let answer = self.service.call(&call).await?;
        layout::document(&answer).map_err(|cause| AwsError::nonsense(STEP, cause))
    }
}

/// Refuses at once what Textract would refuse after it was sent.
fn check(document: &[u8]) -> Result<(), AwsError> {
    if document.len() > MAX_BYTES {
        let reason = format!("it has {} bytes, more than {MAX_BYTES}", document.len());
        return Err(AwsError::unfit(STEP, reason));
    }
    let kinds: [&[u8]; 5] =
        [b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*"];
    if kinds.iter().any(|kind| document.starts_with(kind)) {
        return Ok(());
    }
    Err(AwsError::unfit(STEP, "it is no PNG, JPEG, TIFF or PDF, the only ones that Textract reads"))
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, check};

    #[test]
    fn only_what_textract_reads_is_sent() {
        check(b"%PDF-1.7 ...").unwrap();
        let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
        large.resize(MAX_BYTES, 0);
        check(&large).unwrap();
        large.push(0);
        for (document, words) in [
            (&large[..], "10485761 bytes, more than 10485760"),
            (&b"<html>"[..], "no PNG, JPEG"),
            (&b""[..], "no PNG"),
        ] {
            let error = check(document).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
