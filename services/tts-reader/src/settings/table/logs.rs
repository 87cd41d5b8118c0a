//! What is written down of requests, and what answers tell of their time.

use super::setting::{Setting, masked, row, secret};
use crate::settings::ServerTiming;

pub(super) const ROWS: &[Setting] = &[
    secret(row(
        "AUDIT_KEY",
        "ties the lines of the audit log together, at least 16 characters",
        "made, and kept in DATA/audit_key",
        |s, _| masked(s.audit_key.is_some(), "made, and kept in DATA/audit_key"),
    )),
    row("AUDIT_LOG", "the audit log's file", "DATA/tts_api_audit.log", |s, _| {
        s.audit_log.display().to_string()
    }),
    row(
        "AUDIT_LOG_BYTES",
        "size at which the audit log goes on in a new file",
        "67108864",
        |s, _| s.audit_log_bytes.to_string(),
    ),
    row("AUDIT_LOG_FILES", "older files of the audit log that are kept", "5", |s, _| {
        s.audit_log_files.to_string()
    }),
    row("LOG_FORMAT", "text, or json: an object a line", "text", |_, env| {
        env.text("LOG_FORMAT").unwrap_or("text").to_owned()
    }),
    row(
        "LOG_REQUESTS",
        "requests that get a line in the log: failed (5xx), refused (4xx, 501 and 503 too), all",
        "failed",
        |s, _| s.log_requests.word().to_owned(),
    ),
    row("RUST_LOG", "what goes to stderr", "info,sqlx=warn", |_, env| {
        env.text("RUST_LOG").unwrap_or("info,sqlx=warn").to_owned()
    }),
    row(
        "SERVER_TIMING",
        "whether answers tell in the header Server-Timing what took how long",
        "true",
        |s, _| (s.server_timing == ServerTiming::Told).to_string(),
    ),
];
