//! `Idempotency-Key`: the same request again, with the same key, is answered as it was the first
//! time. It is neither done nor charged again.

use std::{borrow::Cow, sync::Arc};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::Instrument;

use crate::{
    app::App,
    domain::{Timestamp, UserId},
    errors::ApiError,
    releases::{Release, release},
    store::{Claim, Claimed},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST: usize = 255;

/// A request's key, and a hash of what it asks for.
#[derive(Debug)]
pub(crate) struct Keyed(Option<(String, String)>);

/// Where a request stands.
#[derive(Debug)]
pub(crate) enum Begun {
    /// The work is the caller's.
    Fresh(Held),
    /// It was done before; the answer as JSON.
    Answered(String),
}

/// A key that is held while its work goes on, if the request has one. Dropped, it is free again,
/// unless an answer was kept.
#[derive(Debug)]
pub(crate) struct Held {
    claim: Option<(Arc<App>, Claim)>,
}

impl Keyed {
    /// # Errors
    /// When there is a key that is none.
    pub(crate) fn of(route: &str, headers: &HeaderMap, body: &Value) -> Result<Self, ApiError> {
        let mut keys = headers.get_all(KEY).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        let visible = |key: &str| key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let key = key.to_str().ok().map(str::trim).filter(|key| {
            (1..=LONGEST).contains(&key.len()) && visible(key) && keys.next().is_none()
        });
        let key = key.ok_or_else(|| {
            ApiError::bad_request(format!(
                "Idempotency-Key must be one text of 1 to {LONGEST} visible characters"
            ))
        })?;
        // The same fields in another order are the same request: the map is sorted.
        let asked = Sha256::digest(format!("{route}\n{}", unnamed(body)));
        let asked = asked.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(Some((key.to_owned(), asked))))
    }

    /// Holds the key, or finds what was answered to it.
    ///
    /// # Errors
    /// 409 while the same request is under way, 422 when the key belongs to another one.
    pub(crate) async fn begin(self, app: &Arc<App>, user: &UserId) -> Result<Begun, ApiError> {
        let Some((key, asked)) = self.0 else { return Ok(Begun::Fresh(Held { claim: None })) };
        match app.store.claim(user, &key, &asked, Timestamp::now()).await? {
            Claimed::Now(claim) => Ok(Begun::Fresh(Held { claim: Some((Arc::clone(app), claim)) })),
            Claimed::Answered(text) => Ok(Begun::Answered(text)),
            Claimed::Running => Err(ApiError::Refused {
                status: StatusCode::CONFLICT,
                detail: "A request with this Idempotency-Key is under way; try again in a moment."
                    .to_owned(),
            }),
            Claimed::Otherwise => Err(ApiError::unprocessable(
                "This Idempotency-Key was used for another request; use a new key for a new request.",
            )),
            Claimed::Unsure { claim, cause } => {
                // Nobody will work for it.
                release(app, Release::Key(claim)).await;
                Err(cause.into())
            }
        }
    }
}

/// A body without the name that its request is followed by, which each try has anew.
fn unnamed(body: &Value) -> Cow<'_, Value> {
    match body.get("extraction_id") {
        None => Cow::Borrowed(body),
        Some(_) => {
            let mut body = body.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.remove("extraction_id");
            }
            Cow::Owned(body)
        }
    }
}

impl Held {
    pub(crate) fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref().map(|(_, claim)| claim)
    }

    /// A key for another service that stands for this request: always the same where the caller gave
    /// one.
    pub(crate) fn passed_on(&self) -> String {
        match self.claim() {
            Some(claim) => {
                let digest = Sha256::digest(format!("{}\n{}", claim.user(), claim.key()));
                digest.iter().map(|byte| format!("{byte:02x}")).collect()
            }
            None => uuid::Uuid::new_v4().to_string(),
        }
    }

    /// Keeps an answer that costs no credits.
    pub(crate) async fn answer(self, answer: &str) -> Result<(), ApiError> {
        if let Some((app, claim)) = &self.claim {
            app.store.answer(claim, answer).await?;
        }
        self.kept();
        Ok(())
    }

    /// The store has the answer.
    pub(crate) fn kept(mut self) {
        self.claim = None;
    }

    /// Frees the key at once, before the caller hears of the failure.
    pub(crate) async fn free(mut self) {
        if let Some((app, claim)) = self.claim.take() {
            release(&app, Release::Key(claim)).await;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((app, claim)) = self.claim.take() {
            let tasks = app.tasks.clone();
            let freed = async move { release(&app, Release::Key(claim)).await };
            tasks.spawn(freed.in_current_span());
        }
    }
}

/// JSON that is a text already.
pub(crate) fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The answer of a request that was answered before.
pub(crate) fn replayed(answer: String) -> Response {
    let mut response = json(answer);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
