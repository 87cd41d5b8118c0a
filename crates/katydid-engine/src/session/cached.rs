//! Whether an answer says that it came from a cache.

use super::headers::Headers;

/// Headers in which caches say it: `HIT`, `Hit from cloudfront`, `TCP_MEM_HIT`, `MISS, HIT`.
const WORDS: [&str; 3] = ["x-cache", "x-cache-status", "cf-cache-status"];
/// How many seconds ago the answer was made, if a cache kept it (RFC 9111).
const AGE: &str = "age";

#[inline]
pub(super) fn is_from_a_cache(headers: &Headers) -> bool {
    WORDS.iter().any(|name| headers.may_have(name) && headers.get_all(name).any(says_hit))
        || (headers.may_have(AGE) && headers.get(AGE).is_some_and(is_old))
}

fn says_hit(value: &[u8]) -> bool {
    let mut words = value.split(|byte| !byte.is_ascii_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case(b"hit"))
}

fn is_old(age: &[u8]) -> bool {
    age.iter().all(u8::is_ascii_digit) && age.iter().any(|digit| *digit != b'0')
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn cached(name: &'static str, value: &'static str) -> bool {
        let mut map = HeaderMap::new();
        map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        is_from_a_cache(&Headers::Map(map))
    }

    #[test]
    fn caches_say_it_in_their_own_words() {
        for (name, value) in [
            ("x-cache", "HIT"),
            ("x-cache", "Hit from cloudfront"),
            ("x-cache", "MISS, HIT"),
            ("x-cache", "TCP_MEM_HIT from a192-0-2-1"),
            ("x-cache-status", "hit"),
            ("cf-cache-status", "HIT"),
            ("age", "7"),
        ] {
            assert!(cached(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("x-cache", "MISS"),
            ("x-cache", "Miss from cloudfront"),
            ("x-cache", ""),
            ("cf-cache-status", "DYNAMIC"),
            ("age", "0"),
            ("age", ""),
            ("age", "soon"),
            ("x-hit", "HIT"),
        ] {
            assert!(!cached(name, value), "{name}: {value}");
        }
    }
}
