//! Redirects: which answers lead on, and with what.

use http::{HeaderMap, Method, StatusCode, header};
use katydid_core::FailureKind;
use url::Url;

use crate::error::RequestFailed;

/// Where an answer leads, if anywhere.
///
/// # Errors
/// A redirect without a usable `Location`.
pub(crate) fn target(
    status: StatusCode,
    headers: &HeaderMap,
    from: &Url,
) -> Result<Option<Url>, RequestFailed> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let failed = |text: String| RequestFailed::new(FailureKind::Redirect, text);
    let Some(location) = headers.get(header::LOCATION) else {
        return Err(failed(format!("{} without a Location header", status.as_u16())));
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let to = from.join(&location).map_err(|error| failed(format!("{location:?}: {error}")))?;
    if !matches!(to.scheme(), "http" | "https") {
        return Err(failed(format!("to {to}, which is neither http nor https")));
    }
    Ok(Some(to))
}

/// The method of the next request: 303 and, as browsers do, 301 and 302 turn POST into GET.
pub(crate) fn method(status: StatusCode, method: &Method) -> Method {
    match status.as_u16() {
        303 if *method != Method::HEAD => Method::GET,
        301 | 302 if *method == Method::POST => Method::GET,
        _ => method.clone(),
    }
}

/// Whether two URLs have scheme, host and port in common; if not, credentials stay behind.
pub(crate) fn same_origin(left: &Url, right: &Url) -> bool {
    left.origin() == right.origin()
}
