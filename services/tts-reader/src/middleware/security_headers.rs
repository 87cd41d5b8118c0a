//! Headers on every answer, refusals and failures included.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL};

const HEADERS: [(&str, &str); 10] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-xss-protection", "1; mode=block"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("content-security-policy", "default-src 'self'; script-src 'self'; object-src 'none';"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "geolocation=(), microphone=(), camera=()"),
    ("x-tts-deepsight-version", "2.3.0-enterprise"),
    ("x-content-processing", "enterprise-secured"),
    ("x-extraction-methods", "textract,dom,highlighting"),
];

pub(crate) fn write(headers: &mut HeaderMap) {
    headers.reserve(HEADERS.len() + 1);
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Answers are of one account and one moment; what may be kept says so itself.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
