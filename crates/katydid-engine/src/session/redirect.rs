//! Redirects: which answers lead on, and with what.

use http::{Method, StatusCode, header};
use katydid_core::FailureKind;
use url::Url;

use super::headers::Headers;
use crate::error::RequestFailed;

/// Where an answer leads, if anywhere.
///
/// # Errors
/// A redirect without a usable `Location`.
pub(crate) fn target(
    status: StatusCode,
    headers: &Headers,
    from: &Url,
) -> Result<Option<Url>, RequestFailed> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let failed = |text: String| RequestFailed::new(FailureKind::Redirect, text);
    let Some(location) = headers.get(header::LOCATION.as_str()) else {
        return Err(failed(format!("{} without a Location header", status.as_u16())));
    };
    let location = String::from_utf8_lossy(location);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn to(location: &str) -> Result<Option<Url>, RequestFailed> {
        let mut headers = http::HeaderMap::new();
        headers.insert(header::LOCATION, location.parse().unwrap());
        let from = Url::parse("http://a.example/x/y?q=1").unwrap();
        target(StatusCode::FOUND, &Headers::Map(headers), &from)
    }

    #[test]
    fn locations_are_read_from_where_they_were_found() {
        for (location, url) in [
            ("z", "http://a.example/x/z"),
            ("/z?b=2", "http://a.example/z?b=2"),
            ("//b.example/", "http://b.example/"),
            ("https://a.example:8443/z", "https://a.example:8443/z"),
        ] {
            assert_eq!(to(location).unwrap().unwrap().as_str(), url);
        }
        assert_eq!(to("javascript:alert(1)").unwrap_err().kind(), FailureKind::Redirect);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |left: &str, right: &str| {
            same_origin(&Url::parse(left).unwrap(), &Url::parse(right).unwrap())
        };
        assert!(same("http://a/x", "http://a:80/y"));
        assert!(!same("http://a/", "https://a/"));
        assert!(!same("http://a/", "http://a:8080/"));
        assert!(!same("http://a/", "http://b.a/"));
    }
}
