//! Is this text a URL that may be fetched? Everything that can be said before DNS is said here.

use url::{Host, Url};

use crate::address::refused_range;
use crate::error::ExtractError;

/// Longer URLs carry data, not the place of an article.
const MAX_URL_BYTES: usize = 8 * 1024;

/// Parses the URL that a client gave.
pub(crate) fn parse(text: &str, allow_loopback: bool) -> Result<Url, ExtractError> {
    if text.len() > MAX_URL_BYTES {
        return Err(invalid("it is longer than 8 KiB"));
    }
    let url = Url::parse(text.trim()).map_err(|_| invalid("it is not a complete web address"))?;
    check(&url, allow_loopback)?;
    Ok(url)
}

/// Checks a URL before a request is sent to it; also for the target of each redirect.
pub(crate) fn check(url: &Url, allow_loopback: bool) -> Result<(), ExtractError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("it must start with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("it must not contain a user name or password"));
    }
    // The url crate has already turned decimal, octal and hex forms (2130706433, 0177.1, 0x7f.1)
    // into an address, so an address never hides behind a host name.
    let address = match url.host() {
        Some(Host::Domain(name)) => return check_name(name),
        Some(Host::Ipv4(v4)) => v4.into(),
        Some(Host::Ipv6(v6)) => v6.into(),
        None => return Err(invalid("it has no host")),
    };
    match refused_range(address, allow_loopback) {
        None => Ok(()),
        Some(range) => {
            let host = url.host_str().unwrap_or_default().to_owned();
            Err(ExtractError::BlockedAddress { host, address, range })
        }
    }
}

/// A name without a dot belongs to a local network, and no public name is shorter than four bytes.
fn check_name(name: &str) -> Result<(), ExtractError> {
    let bare = name.trim_end_matches('.');
    if bare == "localhost" || (bare.contains('.') && bare.len() > 3) {
        Ok(())
    } else {
        Err(invalid("the host is not a public name"))
    }
}

fn invalid(reason: &'static str) -> ExtractError {
    ExtractError::InvalidUrl { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_addresses_pass() {
        for url in ["http://example.com", "https://t.co/x?y#z", "http://localhost:8000/x"] {
            assert!(parse(url, false).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_invalid() {
        for url in [
            "",
            "example.com",
            "ftp://example.com/",
            "file:///etc/passwd",
            "http://",
            "http://a.b",
            "http://ab",
            "http://intranet/",
            "http://user@example.com/",
            "http://:secret@example.com/",
            "http://exa mple.com/",
            "javascript:alert(1)",
        ] {
            let error = parse(url, true).unwrap_err();
            assert!(matches!(error, ExtractError::InvalidUrl { .. }), "{url}: {error}");
        }
        assert!(parse(&format!("http://example.com/{}", "x".repeat(9000)), false).is_err());
    }

    #[test]
    fn address_literals_are_checked_in_every_notation() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.0.0.0x1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://10.0.0.1:8080/",
            "http://0/",
        ] {
            let error = parse(url, false).unwrap_err();
            assert!(matches!(error, ExtractError::BlockedAddress { .. }), "{url}: {error}");
        }
        assert!(parse("http://127.0.0.1:5001/", true).is_ok());
        assert!(parse("http://10.0.0.1/", true).is_err());
    }
}
