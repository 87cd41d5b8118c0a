//! Is this text a URL that may be fetched? Everything that can be said before DNS is said here.

use std::net::Ipv4Addr;

use url::{Host, Url};

use crate::address::{LOOPBACK, refused};
use crate::error::ExtractError;
use crate::policy::FetchPolicy;

/// Longer URLs carry data, not the place of an article.
const MAX_URL_BYTES: usize = 8 * 1024;

/// Names under these belong to a machine or its network; no public server answers for them.
const LOCAL_NAMES: &[&str] = &[
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "onion",
    "private",
];

/// Parses the URL that a client gave.
pub(crate) fn parse(text: &str, policy: &FetchPolicy) -> Result<Url, ExtractError> {
    if text.len() > MAX_URL_BYTES {
        return Err(invalid("it is longer than 8 KiB"));
    }
    let url = Url::parse(text.trim()).map_err(|_| invalid("it is not a complete web address"))?;
    check(&url, policy)?;
    Ok(url)
}

/// Checks a URL before a request is sent to it; also for the target of each redirect.
pub(crate) fn check(url: &Url, policy: &FetchPolicy) -> Result<(), ExtractError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("it must start with http:// or https://"));
    }
    if url.as_str().len() > MAX_URL_BYTES {
        return Err(invalid("it is longer than 8 KiB"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("it must not contain a user name or password"));
    }
    check_host(url, policy.allow_loopback)?;
    // In development any program of this machine may be the site.
    let port = url.port_or_known_default().unwrap_or_default();
    if !policy.allow_loopback && !policy.ports.contains(&port) {
        return Err(ExtractError::BlockedPort { port });
    }
    Ok(())
}

fn check_host(url: &Url, allow_loopback: bool) -> Result<(), ExtractError> {
    // The url crate has already turned decimal, octal and hex forms (2130706433, 0177.1, 0x7f.1),
    // full-width digits and dots, and percent signs into an address, so an address never hides
    // behind a host name.
    let (address, range) = match url.host() {
        Some(Host::Domain(name)) if is_localhost(name) => {
            (Ipv4Addr::LOCALHOST.into(), (!allow_loopback).then_some(LOOPBACK))
        }
        Some(Host::Domain(name)) => return check_name(name),
        Some(Host::Ipv4(v4)) => (v4.into(), refused(v4.into(), allow_loopback)),
        Some(Host::Ipv6(v6)) => (v6.into(), refused(v6.into(), allow_loopback)),
        None => return Err(invalid("it has no host")),
    };
    let Some(range) = range else { return Ok(()) };
    let host = url.host_str().unwrap_or_default().to_owned();
    Err(ExtractError::BlockedAddress { host, address, range })
}

/// Whether the URL names this machine, which development may read from.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    }
}

/// `localhost` and every name under it mean this machine, whatever a resolver says.
fn is_localhost(name: &str) -> bool {
    is_under(name.trim_end_matches('.'), "localhost")
}

/// A name without a dot belongs to a local network, and no public name is shorter than four bytes.
fn check_name(name: &str) -> Result<(), ExtractError> {
    // The dot at the end of a full name; two of them would hide an address from the url crate.
    let bare = name.strip_suffix('.').unwrap_or(name);
    let is_whole = bare.split('.').all(|label| !label.is_empty());
    let is_local = LOCAL_NAMES.iter().any(|parent| is_under(bare, parent));
    if is_whole && !is_local && bare.contains('.') && bare.len() > 3 {
        Ok(())
    } else {
        Err(invalid("the host is not a public name"))
    }
}

fn is_under(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn invalid(reason: &'static str) -> ExtractError {
    ExtractError::InvalidUrl { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(url: &str) -> Result<Url, ExtractError> {
        parse(url, &FetchPolicy::default())
    }

    fn dev(url: &str) -> Result<Url, ExtractError> {
        parse(url, &FetchPolicy { allow_loopback: true, ..FetchPolicy::default() })
    }

    #[test]
    fn web_addresses_pass() {
        for url in [
            "http://example.com",
            "https://t.co/x?y#z",
            "https://example.com:8443/",
            "http://example.com./",
            "http://mylocal.example/",
            "https://bücher.example/",
        ] {
            assert!(public(url).is_ok(), "{url}");
        }
        for url in ["http://localhost:8000/x", "http://site.localhost:1234/", "http://[::1]:9/"] {
            assert!(dev(url).is_ok(), "{url}");
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
            "http://printer.local/",
            "http://metadata.google.internal/computeMetadata/v1/",
            "http://router.home.arpa./",
            "http://127.0.0.1../",
            "http://example..com/",
            "http://user@example.com/",
            "http://:secret@example.com/",
            "http://exa mple.com/",
            "javascript:alert(1)",
        ] {
            let error = dev(url).unwrap_err();
            assert!(matches!(error, ExtractError::InvalidUrl { .. }), "{url}: {error}");
        }
        assert!(public(&format!("http://example.com/{}", "x".repeat(9000))).is_err());
        // Longer once it is written as a URL.
        assert!(public(&format!("http://example.com/{}", "é".repeat(4000))).is_err());
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
            "http://localhost/",
            "http://deep.in.localhost./",
        ] {
            let error = public(url).unwrap_err();
            assert!(matches!(error, ExtractError::BlockedAddress { .. }), "{url}: {error}");
        }
        assert!(dev("http://127.0.0.1:5001/").is_ok());
        assert!(dev("http://10.0.0.1/").is_err());
    }

    #[test]
    fn only_ports_of_web_servers_are_asked() {
        for url in ["http://example.com:25/", "https://1.1.1.1:6379/", "http://example.com:0/"] {
            let error = public(url).unwrap_err();
            assert!(matches!(error, ExtractError::BlockedPort { .. }), "{url}: {error}");
        }
        assert!(public("http://example.com:443/").is_ok());
    }
}
