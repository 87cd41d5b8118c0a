//! Parts of the answers that synthesis routes share.

use axum::http::{HeaderMap, header};
use serde::Serialize;
use tts_reader_speech::SpeechMark;

use crate::settings::Settings;

/// One speech mark: when it begins, and where in the text it lies (characters).
#[derive(Debug, Serialize)]
pub(super) struct Mark {
    /// Milliseconds from the start of the audio.
    time: u64,
    r#type: &'static str,
    start: usize,
    end: usize,
    value: String,
}

pub(super) fn marks(marks: &[SpeechMark]) -> Vec<Mark> {
    marks
        .iter()
        .map(|mark| Mark {
            time: mark.time_ms,
            r#type: mark.kind.as_str(),
            start: mark.start,
            end: mark.end,
            value: mark.value.clone(),
        })
        .collect()
}

/// What links the caller can open start with: the public address, or the host that was asked for.
pub(crate) fn base(headers: &HeaderMap, settings: &Settings) -> String {
    if let Some(base) = &settings.public_url {
        return base.clone();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match host.filter(|host| plain_host(host)) {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", settings.bind),
    }
}

/// Only what a host and a port are made of may be echoed into a link.
fn plain_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_'))
}
