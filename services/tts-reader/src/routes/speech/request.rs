//! What `synthesize` and `synthesize-with-highlighting` are asked for and how it is carried out, which is
//! the same. They differ in their answers.

use std::sync::Arc;

use axum::{http::HeaderMap, response::Response};
use serde_json::Value;
use tts_reader_speech::SpeechMark;

use super::{
    answer::{self, Synthesis},
    engine::{ENGINE, Manner},
    listening,
};
use crate::{
    app::App,
    errors::ApiError,
    idempotency::{Begun, Held, Keyed, replayed},
    progress::{PROGRESS_ID, Wanted, Work},
    speech::{Order, Reply, Spoken, speak},
    store::{Account, Spent},
    validation::{Fields, Text},
};

/// Which of the two, and what only it has.
pub(super) struct Form {
    /// Tells the keys of one from those of the other.
    pub(super) name: &'static str,
    /// Whether it can answer with audio.
    pub(super) may_listen: bool,
    /// Its answer as JSON, of what both answer, the text and its marks.
    pub(super) answer: fn(Synthesis, &str, &[SpeechMark]) -> String,
}

/// A request that may be carried out.
struct Request {
    order: Order,
    held: Held,
    manner: Manner,
    /// What links start with.
    base: String,
}

/// Where a request stands.
enum Asked {
    Fresh(Box<Request>),
    /// It was carried out before, and this was the answer.
    Answered(String),
}

impl Form {
    /// Carries a request out, unless that was done before; answers with JSON, or with the audio where that
    /// is wanted.
    pub(super) async fn carry_out(
        &self,
        app: &Arc<App>,
        from: (Account, Wanted),
        headers: &HeaderMap,
        body: Value,
    ) -> Result<Response, ApiError> {
        let Request { order, held, manner, base } =
            match self.read(app, from, headers, body).await? {
                Asked::Fresh(request) => *request,
                Asked::Answered(json) => {
                    return Ok(answer::warned(answer::warning(&json), replayed(json)));
                }
            };
        let (text, json, listens) = (Arc::clone(&order.text), self.answer, order.listens);
        let render = move |spoken: &Spoken, spent: &Spent| {
            json(Synthesis::of(&base, manner, spoken, spent), &text, &spoken.kept.marks)
        };
        match speak(app, order, held, Box::new(render)).await? {
            // There was nothing to wait for: it was spoken before.
            Reply::Done(done) if listens => listening::stored(app, &done).await,
            Reply::Done(done) => Ok(answer::done(done)),
            Reply::Audio(audio) => Ok(listening::answer(audio)),
        }
    }

    /// Reads and checks a request.
    async fn read(
        &self,
        app: &Arc<App>,
        (account, wanted): (Account, Wanted),
        headers: &HeaderMap,
        body: Value,
    ) -> Result<Asked, ApiError> {
        // How it is answered is no part of what is asked for: the same key then gets the JSON of
        // what was heard.
        let keyed = Keyed::of(self.name, headers, &listening::without_stream(&body))?;
        let mut fields = Fields::of(body)?;
        let text = fields.text("text_to_speech", Text::of(1, 100_000));
        let voice = fields.optional_text("voice_id", Text::of(0, 50));
        let engine = fields.optional_text("engine", ENGINE);
        let stream = if self.may_listen { fields.optional_bool("stream") } else { None };
        let named = fields.optional_text("extraction_id", PROGRESS_ID);
        fields.finish()?;
        let manner = Manner::of(app, &account, voice.as_deref(), engine.as_deref()).await?;
        let held = match keyed.begin(app, &account.user_id).await? {
            Begun::Fresh(held) => held,
            Begun::Answered(answer) => return Ok(Asked::Answered(answer)),
        };
        let listens =
            self.may_listen && stream.unwrap_or_else(|| listening::accepts_audio(headers));
        let progress = wanted.begin(app, &account.user_id, Work::Synthesis, named).await?;
        let Manner { voice, engine } = manner;
        let (user_id, text) = (account.user_id, text.into());
        let order = Order { user_id, text, voice, engine, listens, progress };
        let base = answer::base(headers, &app.settings);
        Ok(Asked::Fresh(Box::new(Request { order, held, manner, base })))
    }
}
