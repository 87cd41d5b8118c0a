//! Answers that are the audio itself, sent while it is spoken.

use std::borrow::Cow;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request, header},
    response::Response,
};
use serde_json::Value;

use super::answer;
use crate::{
    app::App,
    errors::{ApiError, INTERNAL},
    speech::{Cache, Done, Listening},
    timings::{self, Stage},
};

const MP3: &str = "audio/mpeg";

/// Whether a request would rather have audio than JSON: it names the one and neither the other nor
/// everything.
pub(super) fn accepts_audio(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT);
    let mut kinds = accepted
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .filter(|kind| !kind.is_empty())
        .peekable();
    kinds.peek().is_some() && kinds.all(|kind| kind == MP3 || kind == "audio/*")
}

/// A body without the field that says how to answer.
pub(super) fn without_stream(body: &Value) -> Cow<'_, Value> {
    match body.get("stream") {
        None => Cow::Borrowed(body),
        Some(_) => {
            let mut body = body.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.remove("stream");
            }
            Cow::Owned(body)
        }
    }
}

/// Audio that is still being spoken. Nobody knows its length yet.
pub(super) fn answer(audio: Listening) -> Response {
    let mut response = Response::new(Body::new(audio));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MP3));
    // A part of it must never be taken for the whole.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer::cached(Cache::Miss, response)
}

/// Audio that is there already.
pub(super) async fn stored(app: &App, done: &Done) -> Result<Response, ApiError> {
    let head = Request::new(()).into_parts().0;
    let serving = timings::measure(Stage::Storage, app.storage.serve(&done.key, head)).await?;
    let mut response = serving.ok_or_else(|| ApiError::internal(INTERNAL, "the audio is gone"))?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer::cached(done.cache, response))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::accepts_audio;

    #[test]
    fn only_whoever_wants_audio_and_nothing_else_gets_it() {
        for (accept, audio) in [
            ("audio/mpeg", true),
            ("audio/mpeg;q=0.9, audio/*;q=0.1", true),
            ("Audio/MPEG", true),
            ("", false),
            ("*/*", false),
            ("application/json", false),
            ("audio/mpeg, application/json", false),
            ("audio/mpeg, */*", false),
            ("audio/wav", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(accepts_audio(&headers), audio, "{accept}");
        }
        assert!(!accepts_audio(&HeaderMap::new()));
    }
}
