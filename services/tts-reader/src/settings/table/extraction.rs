//! How pages are fetched.

use super::setting::{Setting, row};
use crate::settings::extraction;

pub(super) const ROWS: &[Setting] = &[
    row(
        "EXTRACTION_CACHE_BYTES",
        "memory for texts of pages whose sites let them be kept; 0 keeps none",
        "67108864",
        |s, _| s.extraction.cache_bytes.to_string(),
    ),
    row("EXTRACTION_FETCHES", "pages fetched at the same time", "32", |s, _| {
        s.extraction.at_once.to_string()
    }),
    row(
        "EXTRACTION_PAUSE_MS",
        "between the beginnings of two fetches from one host",
        "200",
        |s, _| s.extraction.politeness.pause.as_millis().to_string(),
    ),
    row("EXTRACTION_PER_HOST", "pages fetched from one host at the same time", "4", |s, _| {
        s.extraction.politeness.at_once.to_string()
    }),
    row(
        "EXTRACTION_PORTS",
        "ports that are asked for pages, with commas between",
        "80,443,8080,8443",
        |s, _| extraction::listed(&s.extraction.ports),
    ),
    row(
        "EXTRACTION_ROBOTS",
        "respect: pages that robots.txt closes to EXTRACTION_USER_AGENT are not read; ignore",
        "ignore",
        |s, _| extraction::robots(&s.extraction),
    ),
    row(
        "EXTRACTION_USER_AGENT",
        "what sites are told that reads their pages",
        concat!("tts-reader/", env!("CARGO_PKG_VERSION")),
        |s, _| s.extraction.user_agent.clone(),
    ),
    row(
        "EXTRACTION_WAIT_SECONDS",
        "how long an extraction waits for its turn, else 503",
        "5",
        |s, _| s.extraction.longest_wait.as_secs().to_string(),
    ),
];
