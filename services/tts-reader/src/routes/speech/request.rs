//! What `synthesize` and `synthesize-with-highlighting` are asked for, which is the same.

use std::sync::Arc;

use axum::{http::HeaderMap, response::Response};
use serde_json::Value;

use super::{
    answer,
    engine::{ENGINE, Manner},
    listening,
};
use crate::{
    app::App,
    errors::ApiError,
    idempotency::{Begun, Held, Keyed, replayed},
    progress::{PROGRESS_ID, Wanted, Work},
    speech::Order,
    store::Account,
    validation::{Fields, Text},
};

/// A request that may be carried out.
pub(super) struct Request {
    pub(super) order: Order,
    pub(super) held: Held,
    pub(super) manner: Manner,
    /// What links start with.
    pub(super) base: String,
}

/// Where a request stands.
pub(super) enum Asked {
    Fresh(Box<Request>),
    /// It was carried out before, and this was the answer.
    Answered(String),
}

impl Asked {
    /// Reads and checks a request. `may_listen`: whether the route can answer with audio.
    pub(super) async fn read(
        app: &Arc<App>,
        (account, wanted): (Account, Wanted),
        headers: &HeaderMap,
        body: Value,
        (route, may_listen): (&str, bool),
    ) -> Result<Self, ApiError> {
        // How it is answered is no part of what is asked for: the same key then gets the JSON of
        // what was heard.
        let keyed = Keyed::of(route, headers, &listening::without_stream(&body))?;
        let mut fields = Fields::of(body)?;
        let text = fields.text("text_to_speech", Text::of(1, 100_000));
        let voice = fields.optional_text("voice_id", Text::of(0, 50));
        let engine = fields.optional_text("engine", ENGINE);
        let stream = if may_listen { fields.optional_bool("stream") } else { None };
        let named = fields.optional_text("extraction_id", PROGRESS_ID);
        fields.finish()?;
        let manner = Manner::of(app, &account, voice.as_deref(), engine.as_deref()).await?;
        let held = match keyed.begin(app, &account.user_id).await? {
            Begun::Fresh(held) => held,
            Begun::Answered(answer) => return Ok(Self::Answered(answer)),
        };
        let listens = may_listen && stream.unwrap_or_else(|| listening::accepts_audio(headers));
        let progress = wanted.begin(app, &account.user_id, Work::Synthesis, named).await?;
        let Manner { voice, engine } = manner;
        let (user_id, text) = (account.user_id, text.into());
        let order = Order { user_id, text, voice, engine, listens, progress };
        let base = answer::base(headers, &app.settings);
        Ok(Self::Fresh(Box::new(Request { order, held, manner, base })))
    }
}

/// The answer of a request that was carried out before.
pub(super) fn again(json: String) -> Response {
    answer::warned(answer::warning(&json), replayed(json))
}
