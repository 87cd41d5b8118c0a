//! What fuzz targets call (`fuzz/`): what strangers may send to the guard and to the readers.
//!
//! Each says whether the input was taken; a promise that is broken is a panic.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::address::refused;
use crate::error::ExtractError;
use crate::page::extract_html;
use crate::policy::FetchPolicy;
use crate::target;

/// Longest URL that is fetched, in bytes.
const LONGEST_URL: usize = 8 * 1024;

/// A URL; after a line end where its site redirects to; after another what the name of that resolves to.
/// Whatever the guard lets pass is judged again, by other means than its own.
pub fn guard(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let mut lines = text.splitn(3, '\n');
    let policy = FetchPolicy::default();
    let Ok(url) = target::parse(lines.next().unwrap_or_default(), &policy) else { return false };
    assert_public(&url);
    if let Some(location) = lines.next() {
        let Ok(next) = url.join(location) else { return false };
        if target::check(&next, &policy).is_err() {
            return false;
        }
        assert_public(&next);
    }
    let Some(address) = lines.next() else { return true };
    let Ok(address) = address.trim().parse::<IpAddr>() else { return false };
    if refused(address, policy.allow_loopback).is_some() {
        return false;
    }
    match address {
        IpAddr::V4(v4) => assert_public_v4(v4, &address),
        IpAddr::V6(v6) => assert_public_v6(v6, &address),
    }
    true
}

fn assert_public(url: &Url) {
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.as_str().len() <= LONGEST_URL, "{url}");
    let port = url.port_or_known_default();
    assert!(matches!(port, Some(80 | 443 | 8080 | 8443)), "{url}");
    assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(url), "it is read as it is written");
    match url.host() {
        Some(Host::Ipv4(v4)) => assert_public_v4(v4, url),
        Some(Host::Ipv6(v6)) => assert_public_v6(v6, url),
        Some(Host::Domain(name)) => assert_public_name(name, url),
        None => panic!("{url} has no host"),
    }
}

/// Endings that no public server has, by RFC 6761, 6762, 7686, 8375 and use.
const LOCAL: [&str; 11] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "localdomain",
    "onion",
    "home.arpa",
];

fn assert_public_name(name: &str, url: &Url) {
    let bare = name.strip_suffix('.').unwrap_or(name);
    let labels: Vec<&str> = bare.split('.').collect();
    assert!(labels.len() > 1 && labels.iter().all(|label| !label.is_empty()), "{url}");
    let last = labels[labels.len() - 1];
    // What ends in a number is an address to some readers.
    let hex = last.strip_prefix("0x");
    assert!(!hex.is_some_and(|it| it.bytes().all(|b| b.is_ascii_hexdigit())), "{url}");
    assert!(!last.bytes().all(|b| b.is_ascii_digit()), "{url}");
    for local in LOCAL {
        let ending: Vec<&str> = local.split('.').collect();
        assert!(!labels.ends_with(&ending), "{url}");
    }
}

/// First and last addresses of what IANA's registry of special-purpose addresses does not call
/// globally reachable, of multicast and of what is reserved, and a cloud's own.
const SPECIAL_V4: [(&str, &str); 16] = [
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("168.63.129.16", "168.63.129.16"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"),
];

/// The same of the one part of IPv6 that is in use, 2000::/3.
const SPECIAL_V6: [(&str, &str); 3] = [
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
];

fn assert_public_v4(v4: Ipv4Addr, from: &dyn std::fmt::Display) {
    for (first, last) in SPECIAL_V4 {
        let (first, last): (Ipv4Addr, Ipv4Addr) = (parsed(first), parsed(last));
        assert!(!(first..=last).contains(&v4), "{from}: {v4} is one of {first} to {last}");
    }
}

fn assert_public_v6(v6: Ipv6Addr, from: &dyn std::fmt::Display) {
    let o = v6.octets();
    let carried = |at: usize| Ipv4Addr::new(o[at], o[at + 1], o[at + 2], o[at + 3]);
    let is_under =
        |prefix: &str| v6.octets().starts_with(&parsed::<Ipv6Addr>(prefix).octets()[..12]);
    if is_under("::ffff:0:0") || is_under("64:ff9b::") {
        return assert_public_v4(carried(12), from);
    }
    if o.starts_with(&[0x20, 0x02]) {
        return assert_public_v4(carried(2), from);
    }
    let (first, last): (Ipv6Addr, Ipv6Addr) =
        (parsed("2000::"), parsed("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    assert!((first..=last).contains(&v6), "{from}: {v6} is no global unicast address");
    for (first, last) in SPECIAL_V6 {
        let (first, last): (Ipv6Addr, Ipv6Addr) = (parsed(first), parsed(last));
        assert!(!(first..=last).contains(&v6), "{from}: {v6} is one of {first} to {last}");
    }
    // ISATAP.
    if matches!(o[8..12], [0 | 2, 0, 0x5e, 0xfe]) {
        assert_public_v4(carried(12), from);
    }
}

fn parsed<A: std::str::FromStr>(text: &str) -> A {
    text.parse().unwrap_or_else(|_| panic!("{text} is no address"))
}

const PAGE: &str = "http://site.example/";

/// A page; the first byte chooses its header.
pub fn page(data: &[u8]) -> bool {
    let Some((kind, body)) = data.split_first() else { return false };
    let header = match kind % 6 {
        0 => Some("text/html"),
        1 => Some("text/html; charset=utf-8"),
        2 => Some("text/html; charset=\"Shift_JIS\""),
        3 => Some("text/plain"),
        4 => Some("application/xhtml+xml;charset=utf-16le"),
        _ => None,
    };
    let page = match extract_html(body, header, PAGE) {
        Ok(page) => page,
        Err(error) => {
            let is_of_the_page = matches!(
                error,
                ExtractError::UnsupportedContent { .. }
                    | ExtractError::NothingReadable
                    | ExtractError::Lacking(_)
            );
            assert!(is_of_the_page, "{error}");
            return false;
        }
    };
    assert!(page.text.contains(char::is_alphanumeric));
    assert_clean(&page.text);
    // No charset and no entity makes more than three bytes of one.
    assert!(page.text.len() <= 3 * body.len(), "{} of {}", page.text.len(), body.len());
    assert_eq!(page.text.split_whitespace().count(), page.word_count);
    assert!((0.0..=1.0).contains(&page.confidence));
    if let Some(title) = &page.title {
        assert!(!title.is_empty());
        assert_clean(title);
    }
    assert_eq!((page.final_url.as_str(), page.content_type.as_deref()), (PAGE, header));
    true
}

/// One line, without what cannot be seen.
fn assert_clean(text: &str) {
    assert!(!text.contains(char::is_control) && !text.contains("  "), "{text:?}");
    assert_eq!(text.trim(), text);
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    use super::{SPECIAL_V4, guard, page, parsed};

    #[test]
    fn the_seeds_of_the_fuzz_targets_are_what_their_names_say() {
        type Target = fn(&[u8]) -> bool;
        for (name, target) in [("guard", guard as Target), ("page", page)] {
            let folder = format!("{}/../../../fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
            let seeds = std::fs::read_dir(&folder).unwrap().map(|seed| seed.unwrap().path());
            let mut count = 0;
            for seed in seeds {
                let taken = target(&std::fs::read(&seed).unwrap());
                let is_good = seed.file_name().unwrap().to_string_lossy().starts_with("good");
                assert_eq!(taken, is_good, "{}", seed.display());
                count += 1;
            }
            assert!(count >= 8, "{folder} has {count} seeds");
        }
    }

    /// Hosts in every notation, of addresses that matter.
    fn host() -> impl Strategy<Value = String> {
        let special = prop_oneof![
            Just(0x7f00_0001u32),
            Just(0xa9fe_a9fe),
            Just(0x0a00_0001),
            Just(0xc0a8_0101),
            Just(0),
            any::<u32>()
        ];
        let v4 = (special, 0u8..9).prop_map(|(bits, form)| {
            let [a, b, c, d] = bits.to_be_bytes();
            let low = bits & 0xff_ffff;
            match form {
                0 => format!("{a}.{b}.{c}.{d}"),
                1 => bits.to_string(),
                2 => format!("0x{bits:x}"),
                3 => format!("0{bits:o}"),
                4 => format!("{a}.{low}"),
                5 => format!("0x{a:x}.0{b:o}.{c}.{d}."),
                6 => format!("[::ffff:{a}.{b}.{c}.{d}]"),
                7 => format!("[64:ff9b::{bits:x}]"),
                _ => format!("{a}\u{3002}{b}\u{ff0e}{c}\u{ff61}{d}"),
            }
        });
        let v6 = any::<u128>().prop_map(|bits| format!("[{}]", std::net::Ipv6Addr::from(bits)));
        prop_oneof![v4, v6, "[a-z0-9.-]{1,20}", "\\PC{0,12}"]
    }

    /// Addresses near the ends of special ranges, and those that carry them.
    fn address() -> impl Strategy<Value = IpAddr> {
        let ends: Vec<u32> = SPECIAL_V4
            .iter()
            .flat_map(|(first, last)| [first, last])
            .map(|end| parsed::<Ipv4Addr>(end).to_bits())
            .collect();
        let v4 = prop_oneof![
            (prop::sample::select(ends), 0u32..3)
                .prop_map(|(end, by)| end.wrapping_add(by).wrapping_sub(1)),
            any::<u32>(),
        ];
        let carrier = prop::sample::select(vec![
            (0xffff_u128 << 32, 0),
            (0x0064_ff9b_u128 << 96, 0),
            (0x2002_u128 << 112, 80),
            (0x2606_4700_0000_0000_0000_5efe_u128 << 32, 0),
            (0x2001_0000_u128 << 96, 0),
            (0x3fff_0fff_u128 << 96, 0),
            (0, 96),
        ]);
        (v4, prop::option::of(carrier)).prop_map(|(v4, carrier)| match carrier {
            None => Ipv4Addr::from_bits(v4).into(),
            Some((prefix, shift)) => Ipv6Addr::from_bits(prefix | u128::from(v4) << shift).into(),
        })
    }

    proptest! {
        #[test]
        fn no_url_passes_that_is_not_public(
            scheme in prop_oneof!["https?", "[a-z]{1,6}"],
            slashes in prop_oneof![Just("://"), Just(":"), Just(":/\\"), Just("://\t")],
            user in prop_oneof![Just(""), Just("u:p@"), Just("a.example#@"), Just("a.example\\@")],
            host in host(),
            rest in prop_oneof!["", "/", ":25/", ":443", "\\PC{0,8}"],
        ) {
            let url = format!("{scheme}{slashes}{user}{host}{rest}");
            guard(url.as_bytes());
            guard(format!("https://site.example/\n{url}").as_bytes());
            guard(format!("https://site.example/\n//{host}{rest}").as_bytes());
        }

        #[test]
        fn no_address_passes_that_is_not_public(address in address()) {
            guard(format!("https://site.example/\n\n{address}").as_bytes());
        }

        #[test]
        fn any_bytes_are_a_page_or_none(data in prop::collection::vec(any::<u8>(), 0..400)) {
            page(&data);
        }

        #[test]
        fn any_tags_are_a_page_or_none(
            kind: u8,
            pieces in prop::collection::vec(
                prop_oneof![
                    "</?(p|div|table|td|article|main|svg|title|script|template|a|b|li|select|math)( hidden)?>",
                    "[a-z .]{0,60}",
                    "&#?[a-z0-9]{0,6};?",
                    "<!-?-?",
                    "\\PC{0,10}",
                ],
                0..60,
            ),
        ) {
            let mut data = vec![kind];
            data.extend(pieces.concat().into_bytes());
            page(&data);
        }
    }
}
