//! `POST /api/extract-and-synthesize`: a page's address in, its text spoken out.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Serialize;

use super::{
    answer::{self, Mark},
    engine::{self, ENGINE, Manner},
};
use crate::{
    app::App,
    auth::Caller,
    domain::Timestamp,
    errors::{ApiError, INTERNAL},
    idempotency::{Begun, Keyed, json, replayed},
    progress::{PROGRESS_ID, Wanted, Work},
    routes::extraction::{URL, done},
    speech::{Order, Reply, Spoken, speak},
    store::Spent,
    validation::{Fields, JsonBody, Text},
};

const LONGEST: i64 = tts_reader_speech::MAX_CHARACTERS as i64;

#[derive(Debug, Serialize)]
struct Answer {
    text: String,
    speech_marks: Vec<Mark>,
    audio_url: String,
    duration: f64,
    characters_used: usize,
    remaining_chars: i64,
    extraction_method: &'static str,
    voice_used: &'static str,
    engine_used: &'static str,
    credits_used: i64,
    credit_balance: i64,
}

pub(crate) async fn extract_and_synthesize(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let keyed = Keyed::of("extract-and-synthesize", &headers, &body)?;
    let mut fields = Fields::of(body)?;
    let url = fields.text("url", URL);
    let voice_id = fields.optional_text("voice_id", Text::of(0, 50));
    let voice = fields.optional_text("voice", Text::of(0, 50));
    let asked = fields.optional_text("engine", ENGINE);
    let longest = fields.optional_integer("maxLength", 1, LONGEST);
    let named = fields.optional_text("extraction_id", PROGRESS_ID);
    fields.finish()?;
    // Before a page is read for it. Each must be one, whichever counts.
    for id in [&voice_id, &voice].into_iter().flatten() {
        engine::voice(id)?;
    }
    let voice_id = voice_id.or(voice);
    let manner = Manner::of(&app, &account, voice_id.as_deref(), asked.as_deref()).await?;
    let held = match keyed.begin(&app, &account.user_id).await? {
        Begun::Fresh(held) => held,
        Begun::Answered(answer) => return Ok(replayed(answer)),
    };

    let reading = async {
        let progress = wanted.begin(&app, &account.user_id, Work::Both, named).await?;
        let read = app.extraction.read(&url, &progress).await;
        let text = read.and_then(|read| Ok((shorten(&read.page.text, longest)?, read)));
        text.inspect_err(|error| progress.failed(error)).map(|(text, read)| (text, read, progress))
    };
    let (text, read, progress) = match reading.await {
        Ok(read) => read,
        Err(error) => {
            held.free().await;
            return Err(error);
        }
    };
    let Manner { voice, engine } = manner;
    let (user_id, whole) = (account.user_id.clone(), text.as_str().into());
    let order = Order { user_id, text: whole, voice, engine, listens: false, progress };
    let extraction = done(&url, &read, text.chars().count());
    let base = answer::base(&headers, &app.settings);
    let method = read.page.method.as_str();
    let render = move |spoken: &Spoken, spent: &Spent| {
        let answer = Answer {
            text: text.clone(),
            audio_url: spoken.link.url(&base),
            speech_marks: answer::marks(&spoken.kept.marks),
            duration: spoken.kept.duration.as_secs_f64(),
            characters_used: spoken.characters,
            // Both halves of the work used to be deducted; the text is one text.
            remaining_chars: spent.remaining_chars,
            extraction_method: method,
            voice_used: voice.id,
            engine_used: engine.word(),
            credits_used: spoken.credits,
            credit_balance: spent.credit_balance,
        };
        answer::json(&answer)
    };
    let Reply::Done(done) = speak(&app, order, held, Box::new(render)).await? else {
        return Err(ApiError::internal(INTERNAL, "nobody asked for audio alone"));
    };
    app.store.count_extraction(&account.user_id, &extraction, Timestamp::now()).await?;
    Ok(answer::cached(done.cache, json(done.json)))
}

/// The text up to that many characters, cut between words where there is one to cut after.
fn shorten(text: &str, longest: Option<i64>) -> Result<String, ApiError> {
    let limit = longest.unwrap_or(LONGEST) as usize;
    let Some((end, next)) = text.char_indices().nth(limit) else { return Ok(text.to_owned()) };
    if longest.is_none() {
        return Err(ApiError::unprocessable(format!(
            "The page has {} characters, more than the {LONGEST} of one synthesis; \
             give maxLength to hear its beginning",
            text.chars().count()
        )));
    }
    let cut = &text[..end];
    if next.is_whitespace() {
        return Ok(cut.trim_end().to_owned());
    }
    Ok(cut.rsplit_once(char::is_whitespace).map_or(cut, |(words, _)| words.trim_end()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn texts_are_cut_between_words() {
        let cases = [
            ("one two three", 100, "one two three"),
            ("one two three", 13, "one two three"),
            ("one two three", 12, "one two"),
            ("one two three", 7, "one two"),
            ("one two three", 2, "on"),
            ("ünï cödé", 4, "ünï"),
        ];
        for (text, longest, expected) in cases {
            assert_eq!(shorten(text, Some(longest)).unwrap(), expected, "{longest}");
        }
        assert!(shorten(&"word ".repeat(30_000), None).is_err());
    }
}
