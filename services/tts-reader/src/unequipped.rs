//! What this service has not: 501, with what is missing and what would help.

use tts_reader_extraction::Lack;

use crate::{errors::ApiError, textract};

impl From<Lack> for ApiError {
    fn from(lack: Lack) -> Self {
        let (missing, next) = match lack {
            Lack::Browser => (
                "browser",
                "There is no setting that gives this service a browser; send the text as `content` to \
                 /api/extract/enhanced."
                    .to_owned(),
            ),
            Lack::PictureReader => (
                "textract",
                format!(
                    "Amazon Textract would, for which this service lacks {}; or give a document \
                     whose text can be selected.",
                    textract::LACKING
                ),
            ),
            Lack::PdfReader => (
                "pdf",
                "This service runs inside another program; `tts-reader serve` reads them.".to_owned(),
            ),
        };
        Self::Unequipped { missing, detail: format!("{lack}. {next}") }
    }
}
