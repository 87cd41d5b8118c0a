//! Whether what changes something was sent by the server's own page.

use axum::http::{HeaderMap, Method, header};

/// Whether a request may change something, as far as its origin goes.
///
/// Browsers say where a request comes from, and no page can keep them from it: `Sec-Fetch-Site` in
/// all of today, `Origin` in older ones. `same-site` is not enough: any other port of this machine
/// is of the same site. A program says neither, and no page can make it send something.
pub(super) fn may_change(method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD) {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return true };
    let Some(host) = text(header::HOST.as_str()) else { return false };
    let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    own.is_some_and(|own| own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(method: Method, all: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost:8089".parse().expect("a header"));
        for (name, value) in all {
            headers.insert(*name, value.parse().expect("a header"));
        }
        may_change(&method, &headers)
    }

    #[test]
    fn programs_and_the_own_page_may_change_something() {
        assert!(may(Method::POST, &[]));
        assert!(may(Method::POST, &[("sec-fetch-site", "same-origin")]));
        assert!(may(Method::POST, &[("origin", "http://localhost:8089")]));
        assert!(may(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn other_pages_may_not() {
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            assert!(!may(Method::POST, &[("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["null", "http://evil.example", "http://localhost:3000", "localhost:8089"] {
            assert!(!may(Method::POST, &[("origin", origin)]), "{origin}");
        }
        // What a browser says of the site counts even where the origin looks right.
        let both = [("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8089")];
        assert!(!may(Method::DELETE, &both));
    }
}
