//! Amazon Textract, for documents that are pictures.

use std::time::Duration;

use tts_reader_aws::AwsError;
use tts_reader_extraction::ExtractError;

use crate::{aws::told, settings::Settings};

/// When it may have room again.
const BUSY: Duration = Duration::from_secs(5);

/// What Textract says of a document; all else that it refuses is this service's fault.
const OF_THE_DOCUMENT: [&str; 4] = [
    "BadDocumentException",
    "DocumentTooLargeException",
    "InvalidParameterException",
    "UnsupportedDocumentException",
];

/// What there is not, where there is no Textract.
pub(crate) const LACKING: &str = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// Reads scanned pages.
#[derive(Debug)]
pub(crate) struct Textract(tts_reader_aws::Textract);

impl Textract {
    /// Textract, if there are keys.
    ///
    /// # Errors
    /// When its client cannot be set up.
    pub(crate) fn open(settings: &Settings) -> Result<Option<Self>, String> {
        let Some(aws) = &settings.aws else { return Ok(None) };
        let textract = tts_reader_aws::Textract::new(aws.config());
        textract.map(|it| Some(Self(it))).map_err(|error| error.to_string())
    }

    /// What stands on a PDF of one page, of at most 10 MiB, within 45 s.
    ///
    /// # Errors
    /// When Textract does not read it.
    pub(crate) async fn read(&self, document: &[u8]) -> Result<String, ExtractError> {
        match self.0.read(document).await {
            Ok(read) => Ok(read.text()),
            Err(error) => {
                tracing::warn!(%error, "a document that is pictures was not read");
                Err(refusal(&error))
            }
        }
    }
}

fn refusal(error: &AwsError) -> ExtractError {
    let is_of_the_document = match error {
        AwsError::Unfit { .. } => true,
        AwsError::Refused { code, .. } => OF_THE_DOCUMENT.contains(&code.as_str()),
        _ => false,
    };
    if error.may_pass() {
        ExtractError::Busy { what: "The reading of pictures", retry_after: BUSY }
    } else if is_of_the_document {
        let reason = "its pictures cannot be read; give one page of at most 10 MB, or a document \
                      whose text can be selected";
        ExtractError::BadDocument { reason }
    } else {
        ExtractError::Internal(told(error))
    }
}
