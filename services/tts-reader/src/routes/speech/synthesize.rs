//! `POST /api/synthesize`: text in, a link to audio and its marks out; or the audio itself, while it is
//! spoken.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};

use super::{
    answer::{self, Synthesis},
    listening,
    request::{Asked, Request, again},
};
use crate::{
    app::App,
    auth::Caller,
    errors::ApiError,
    progress::Wanted,
    speech::{Reply, Spoken, speak},
    store::Spent,
    validation::JsonBody,
};

pub(crate) async fn synthesize(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&app, (account, wanted), &headers, body, ("synthesize", true)).await?;
    let Request { order, held, manner, base } = match asked {
        Asked::Fresh(request) => *request,
        Asked::Answered(json) => return Ok(again(json)),
    };
    let render = Box::new(move |spoken: &Spoken, spent: &Spent| {
        answer::json(&Synthesis::of(&base, manner, spoken, spent))
    });
    let listens = order.listens;
    match speak(&app, order, held, render).await? {
        // There was nothing to wait for: it was spoken before.
        Reply::Done(done) if listens => listening::stored(&app, &done).await,
        Reply::Done(done) => Ok(answer::done(done)),
        Reply::Audio(audio) => Ok(listening::answer(audio)),
    }
}
