//! In the place of `textract.rs` where this binary was built without it.

use tts_reader_extraction::ExtractError;

use crate::settings::Settings;

/// What there is not, where there is no Textract.
pub(crate) const LACKING: &str = "the feature `textract`, without which it was built";

/// There is none.
#[derive(Debug)]
pub(crate) enum Textract {}

impl Textract {
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(crate) fn open(_: &Settings) -> Result<Option<Self>, String> {
        Ok(None)
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(crate) async fn read(&self, _: &[u8]) -> Result<String, ExtractError> {
        match *self {}
    }
}
