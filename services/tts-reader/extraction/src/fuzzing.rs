//! What fuzz targets call (`fuzz/`): what strangers may send to the guard and to the readers.
//!
//! Each says whether the input was taken; a promise that is broken is a panic.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::page::extract_html;
use crate::policy::FetchPolicy;
use crate::target;

/// A URL, and after a line end where its site redirects to. Whatever the guard lets pass is judged
/// again, by other means than its own.
pub fn guard(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let policy = FetchPolicy::default();
    let (url, location) = text.split_once('\n').map_or((text, None), |(url, to)| (url, Some(to)));
    let Ok(url) = target::parse(url, &policy) else { return false };
    assert_public(&url);
    let Some(location) = location else { return true };
    let Ok(next) = url.join(location) else { return false };
    if target::check(&next, &policy).is_err() {
        return false;
    }
    assert_public(&next);
    true
}

fn assert_public(url: &Url) {
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    let port = url.port_or_known_default();
    assert!(matches!(port, Some(80 | 443 | 8080 | 8443)), "{url}");
    assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(url), "it is read as it is written");
    match url.host() {
        Some(Host::Ipv4(v4)) => assert_public_v4(v4, url),
        Some(Host::Ipv6(v6)) => assert_public_v6(v6, url),
        Some(Host::Domain(name)) => {
            let bare = name.strip_suffix('.').unwrap_or(name);
            let last = bare.rsplit('.').next().unwrap_or_default();
            assert!(bare.contains('.') && !last.is_empty(), "{url}");
            assert!(!last.bytes().all(|b| b.is_ascii_digit()), "{url}");
            assert!(!matches!(last, "localhost" | "local" | "internal"), "{url}");
        }
        None => panic!("{url} has no host"),
    }
}

fn assert_public_v4(v4: Ipv4Addr, url: &Url) {
    let [first, second, ..] = v4.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_special = v4.is_unspecified()
        || v4.is_loopback()
        || v4.is_private()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_broadcast()
        || v4.is_documentation();
    assert!(!is_special && !is_shared && (1..240).contains(&first), "{url}");
}

fn assert_public_v6(v6: Ipv6Addr, url: &Url) {
    let s = v6.segments();
    let carried = |hi: u16, lo: u16| Ipv4Addr::from_bits(u32::from(hi) << 16 | u32::from(lo));
    match s {
        [0, 0, 0, 0, 0, 0xffff, hi, lo]
        | [0x64, 0xff9b, 0, 0, 0, 0, hi, lo]
        | [0x2002, hi, lo, ..] => {
            assert_public_v4(carried(hi, lo), url);
        }
        _ => {
            assert!(!v6.is_loopback() && !v6.is_unspecified() && !v6.is_multicast(), "{url}");
            assert_eq!(s[0] & 0xe000, 0x2000, "{url} is global unicast");
            assert!(s[0] != 0x2001 || s[1] > 0x01ff, "{url} is no tunnel");
        }
    }
}

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
    let Ok(page) = extract_html(body, header, "http://site.example/") else { return false };
    assert!(page.text.contains(char::is_alphanumeric));
    assert!(!page.text.contains(char::is_control) && !page.text.contains("  "), "{:?}", page.text);
    assert_eq!(page.text.trim(), page.text);
    assert_eq!(page.text.split_whitespace().count(), page.word_count);
    assert!((0.0..=1.0).contains(&page.confidence));
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    use super::{guard, page};

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
