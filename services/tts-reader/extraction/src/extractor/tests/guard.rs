//! Every form of address that must not be asked, and that nothing leaves for it: no lookup and no
//! attempt to connect, counted by the resolver and the connector of the client itself.
//!
//! `xtask/shows/ssrf.py` prints the same for the running service, counted by the kernel.

use super::{Watched, redirecting};
use crate::ExtractError;

/// What of a URL is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    Address,
    Url,
    Port,
}

use Refused::{Address, Port, Url};

const FORMS: &[(&str, &str, Refused)] = &[
    ("loopback", "http://127.0.0.1/", Address),
    ("loopback, another", "http://127.255.255.254/", Address),
    ("loopback, by name", "http://localhost/", Address),
    ("loopback, under that name", "http://a.localhost./", Address),
    ("loopback, another port", "http://127.0.0.1:6379/", Address),
    ("this network", "http://0.0.0.0/", Address),
    ("one number", "http://2130706433/", Address),
    ("one number, hexadecimal", "http://0x7f000001/", Address),
    ("one number, octal", "http://017700000001/", Address),
    ("zero", "http://0/", Address),
    ("octal parts", "http://0177.0.0.01/", Address),
    ("hexadecimal parts", "http://0xA9.0xFE.0xA9.0xFE/", Address),
    ("parts of every kind", "http://0xa.0.01/", Address),
    ("two parts", "http://127.1/", Address),
    ("three parts", "http://192.168.257/", Address),
    ("a dot at the end", "http://127.0.0.1./", Address),
    ("two dots at the end", "http://127.0.0.1../", Url),
    ("a number too large", "http://4294967297/", Url),
    ("percent signs", "http://%31%32%37.0.0.1/", Address),
    ("full-width digits", "http://１２７.0.0.1/", Address),
    ("circled digits", "http://①②⑦.⓪.⓪.①/", Address),
    ("ideographic dots", "http://169。254。169｡254/", Address),
    ("tabs inside", "http://127.0.\t0.1/", Address),
    ("private, 10/8", "http://10.1.2.3/", Address),
    ("private, 172.16/12", "http://172.31.255.255/", Address),
    ("private, 192.168/16", "http://192.168.1.1/admin", Address),
    ("carrier-grade NAT", "http://100.64.0.1/", Address),
    ("link-local", "http://169.254.1.1/", Address),
    ("metadata: AWS, Google, Azure", "http://169.254.169.254/latest/meta-data/", Address),
    ("metadata: AWS containers", "http://169.254.170.2/v2/credentials", Address),
    ("metadata: AWS, IPv6", "http://[fd00:ec2::254]/latest/", Address),
    ("metadata: Azure's wire server", "http://168.63.129.16/machine", Address),
    ("metadata: Alibaba", "http://100.100.100.200/latest/", Address),
    ("metadata: Oracle", "http://192.0.0.192/latest/", Address),
    ("metadata: Google, by name", "http://metadata.google.internal/", Url),
    ("multicast", "http://224.0.0.251/", Address),
    ("reserved", "http://240.0.0.1/", Address),
    ("broadcast", "http://255.255.255.255/", Address),
    ("benchmarking", "http://198.18.0.1/", Address),
    ("documentation", "http://203.0.113.1/", Address),
    ("IPv6 loopback", "http://[::1]/", Address),
    ("IPv6 loopback, written out", "http://[0:0:0:0:0:0:0:1]/", Address),
    ("IPv6 unspecified", "http://[::]/", Address),
    ("IPv6, IPv4 inside: mapped", "http://[::ffff:127.0.0.1]/", Address),
    ("IPv6, IPv4 inside: mapped, hexadecimal", "http://[::ffff:a9fe:a9fe]/", Address),
    ("IPv6, IPv4 inside: compatible", "http://[::127.0.0.1]/", Address),
    ("IPv6, IPv4 inside: translated", "http://[::ffff:0:127.0.0.1]/", Address),
    ("IPv6, IPv4 inside: NAT64", "http://[64:ff9b::169.254.169.254]/", Address),
    ("IPv6, IPv4 inside: NAT64, local", "http://[64:ff9b:1::10.0.0.1]/", Address),
    ("IPv6, IPv4 inside: 6to4", "http://[2002:7f00:1::]/", Address),
    ("IPv6, IPv4 inside: Teredo", "http://[2001:0:5ef5:79fd:0:59d:a000:1]/", Address),
    ("IPv6, IPv4 inside: ISATAP", "http://[2606:4700::5efe:10.0.0.1]/", Address),
    ("IPv6 unique local", "http://[fd12:3456:789a::1]/", Address),
    ("IPv6 link-local", "http://[fe80::1]/", Address),
    ("IPv6 link-local with a zone", "http://[fe80::1%25eth0]/", Url),
    ("IPv6 site-local", "http://[fec0::1]/", Address),
    ("IPv6 multicast", "http://[ff02::1]/", Address),
    ("IPv6 documentation", "http://[2001:db8::1]/", Address),
    ("a user that looks like a host", "http://example.com@127.0.0.1/", Url),
    ("a user and a password", "http://example.com:80@10.0.0.1/", Url),
    ("a fragment before the user", "http://127.0.0.1#@example.com/", Address),
    ("a backslash before the user", "http://127.0.0.1\\@example.com/", Address),
    ("no slashes", "http:127.0.0.1/", Address),
    ("three slashes", "http:///127.0.0.1/", Address),
    ("a name without a dot", "http://intranet/", Url),
    ("a local name", "http://printer.local/", Url),
    ("a router's name", "http://gateway.lan/", Url),
    ("a port of mail", "http://1.1.1.1:25/", Port),
    ("a port of a database", "http://1.1.1.1:5432/", Port),
    ("file:", "file:///etc/passwd", Url),
    ("data:", "data:text/html,<p>x", Url),
    ("gopher:", "gopher://127.0.0.1:6379/_INFO", Url),
    ("ftp:", "ftp://127.0.0.1/", Url),
    ("jar:", "jar:http://127.0.0.1!/", Url),
    ("no host", "http://", Url),
];

fn kind(error: &ExtractError) -> Option<Refused> {
    match error {
        ExtractError::BlockedAddress { .. } => Some(Address),
        ExtractError::InvalidUrl { .. } => Some(Url),
        ExtractError::BlockedPort { .. } => Some(Port),
        _ => None,
    }
}

#[tokio::test]
async fn every_form_is_refused_before_anything_leaves() {
    // Were it asked, the name would be a public one.
    let watched = Watched::new(vec![vec!["1.1.1.1"]], false);
    for (form, url, expected) in FORMS {
        let error = watched.refusal(url).await;
        assert_eq!(kind(&error), Some(*expected), "{form}: {url}: {error:?}");
        assert_eq!(watched.went_out(), (0, 0), "{form}: {url}");
        assert!(error.is_client_fault());
    }
}

#[tokio::test]
async fn names_for_such_addresses_are_looked_up_and_never_connected_to() {
    for address in [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2001::1",
        "2002:a00:1::",
        "fd00::1",
        "fe80::1",
        "ff02::1",
    ] {
        let watched = Watched::new(vec![vec!["1.1.1.1", address]], false);
        let error = watched.refusal("http://rebound.example/").await;
        assert_eq!(kind(&error), Some(Address), "{address}: {error:?}");
        // The connector was asked to connect to the name, which ended at its lookup.
        assert_eq!(watched.went_out().0, 1, "{address}");
    }
}

#[tokio::test]
async fn redirects_to_such_addresses_are_not_followed() {
    for (to, expected) in [
        ("http://169.254.169.254/latest/meta-data/", Address),
        ("//10.0.0.1/", Address),
        ("\\\\10.0.0.1/", Address),
        ("http://0x0a000001/", Address),
        ("http://[::ffff:10.0.0.1]/", Address),
        ("http://[fd00:ec2::254]/", Address),
        ("http://x@site.example/", Url),
        ("http://metadata.google.internal/", Url),
        ("file:///etc/passwd", Url),
        ("data:text/html,x", Url),
        ("gopher://127.0.0.1:6379/_INFO", Url),
    ] {
        let port = redirecting(to).await;
        let watched = Watched::new(vec![vec!["1.1.1.1"]], true);
        let error = watched.refusal(&format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(kind(&error), Some(expected), "{to}: {error:?}");
        assert_eq!(watched.went_out(), (0, 1), "{to}: only the site itself was asked");
    }
}
