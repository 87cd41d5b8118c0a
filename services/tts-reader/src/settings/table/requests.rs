//! What connections and requests may be, and whose pages they may come from.

use super::setting::{Setting, row};

pub(super) const ROWS: &[Setting] = &[
    row(
        "BODY_TIMEOUT_SECONDS",
        "how long the body of a request may take, else 408",
        "30",
        |s, _| s.limits.body_time.as_secs().to_string(),
    ),
    row(
        "CONNECTION_IDLE_SECONDS",
        "a connection on which nothing moves for so long is closed",
        "75",
        |s, _| s.limits.idle.as_secs().to_string(),
    ),
    row(
        "CORS_ORIGINS",
        "origins, with commas between, whose pages may read answers",
        "any",
        |s, _| if s.cors_origins.is_empty() { "any".to_owned() } else { s.cors_origins.join(",") },
    ),
    row(
        "HEADER_TIMEOUT_SECONDS",
        "how long the head of a request may take from its first byte, else 408",
        "10",
        |s, _| s.limits.head_time.as_secs().to_string(),
    ),
    row(
        "MAX_CONNECTIONS",
        "connections at the same time; then the one that is idle longest is closed, else 503",
        "10000",
        |s, _| s.limits.connections.to_string(),
    ),
    row("MAX_CONTENT_LENGTH", "largest request body in bytes, else 413", "2097152", |s, _| {
        s.max_body_bytes.to_string()
    }),
    row("MAX_HEADERS", "fields in the head of a request, else 431", "100", |s, _| {
        s.limits.head_fields.to_string()
    }),
    row("MAX_HEADER_BYTES", "bytes of the head of a request, else 431", "16384", |s, _| {
        s.limits.head_bytes.to_string()
    }),
    row("MAX_URL_LENGTH", "bytes of the address in a request, else 414", "8192", |s, _| {
        s.limits.url_bytes.to_string()
    }),
    row(
        "REQUEST_TIMEOUT_SECONDS",
        "how long a request may take until its answer begins, else 503",
        "120",
        |s, _| s.limits.request_time.as_secs().to_string(),
    ),
    row(
        "TRUSTED_PROXIES",
        "proxies before the service, addresses or networks with commas between, whose X-Forwarded-For is \
         believed",
        "none",
        |s, _| s.trusted_proxies.to_string(),
    ),
];
