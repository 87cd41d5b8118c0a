//! One answer of a site: where it points to, and its body up to a cap.

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use reqwest::{Response, StatusCode};
use url::Url;

use super::{Stage, Watch, classify};
use crate::error::ExtractError;

/// The head of an answer, with the body still to come.
pub(crate) struct Answer {
    response: Response,
}

/// What to do with a body that is larger than it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooMuch {
    Refuse,
    /// Its beginning is enough.
    Cut,
}

impl Answer {
    pub(crate) fn new(response: Response) -> Self {
        Self { response }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub(crate) fn url(&self) -> String {
        self.response.url().to_string()
    }

    pub(crate) fn content_type(&self) -> Option<String> {
        self.header(CONTENT_TYPE)
    }

    /// Where a 3xx answer points to; `None` when the answer is the page (or an error).
    pub(crate) fn redirect(&self) -> Result<Option<Url>, ExtractError> {
        if !matches!(self.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let Some(location) = self.headers().get(LOCATION) else { return Ok(None) };
        let broken = || ExtractError::Transfer("it redirects to something that is no URL".into());
        // Sites do send raw UTF-8 here; `to_str` would take ASCII only.
        let text = std::str::from_utf8(location.as_bytes()).map_err(|_| broken())?;
        self.response.url().join(text).map(Some).map_err(|_| broken())
    }

    /// Reads the body, `limit` bytes at most.
    pub(crate) async fn body(
        mut self,
        limit: usize,
        too_much: TooMuch,
        watch: &Watch<'_>,
    ) -> Result<Vec<u8>, ExtractError> {
        // gzip and br are undone by the client, which then drops the header.
        if let Some(coding) = self.header(CONTENT_ENCODING)
            && !coding.eq_ignore_ascii_case("identity")
        {
            let what = format!("A page in the unknown encoding {coding:?}");
            return Err(ExtractError::UnsupportedContent { what });
        }
        let of = self.response.content_length();
        let announced = of.unwrap_or(0);
        if announced > limit as u64 && too_much == TooMuch::Refuse {
            return Err(ExtractError::TooLarge { limit });
        }
        let mut body = Vec::with_capacity((announced as usize).min(limit));
        while let Some(chunk) = self.response.chunk().await.map_err(|e| classify(&e))? {
            let room = limit - body.len();
            if chunk.len() > room && too_much == TooMuch::Refuse {
                return Err(ExtractError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            watch(Stage::Received { bytes: body.len() as u64, of });
            if body.len() == limit && too_much == TooMuch::Cut {
                break;
            }
        }
        Ok(body)
    }

    fn header(&self, name: HeaderName) -> Option<String> {
        let value = self.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
    }
}
