//! Whose request it is when a proxy stands before the service.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

use crate::settings::Networks;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client. Each proxy adds whom it heard the request from at the end of
/// `X-Forwarded-For`; what stands before the words of trusted ones anybody can have made up.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &Networks) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut told = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    let mut client = peer;
    while proxies.contain(client) {
        match told.next().map(address) {
            Some(Some(before)) => client = before,
            // The first there was, or nonsense: then it is all that is known.
            Some(None) | None => break,
        }
    }
    client
}

/// Some proxies tell the port, too.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{FORWARDED_FOR, client};

    #[test]
    fn only_what_trusted_proxies_said_is_believed() {
        for (peer, lines, wanted) in [
            ("192.0.2.9", &["203.0.113.1"][..], "192.0.2.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", &["made up, 198.51.100.2, 203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", &["203.0.113.1, 10.0.0.2"], "203.0.113.1"),
            ("10.0.0.1", &["198.51.100.2", "203.0.113.1", "10.0.0.2"], "203.0.113.1"),
            ("10.0.0.1", &["203.0.113.1:4711"], "203.0.113.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", &["203.0.113.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            }
            let proxies = "10.0.0.0/8".parse().unwrap();
            let seen = client(peer.parse().unwrap(), &headers, &proxies);
            assert_eq!(seen.to_string(), wanted, "{peer} {lines:?}");
        }
    }
}
