//! One paid synthesis, from admission to settlement.
//!
//! A place in the queue comes first (a full service refuses before it touches the ledger), then
//! the reservation, then the work, then settlement or refund. All of it after admission runs in a
//! task of its own: a caller who hangs up is refunded, never left with credits half taken.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use tokio::sync::oneshot;
use tracing::Instrument;
use tts_reader_speech::{Speech, SpeechError, SpeechMark, SpeechRequest};

use crate::{
    app::App,
    domain::{Timestamp, UserId, credits_for},
    errors::ApiError,
    idempotency::Held,
    metrics::Moved,
    progress::{Progress, Stage},
    storage::{Key, Kind, Link, StorageError},
    store::{Answering, Reservation, ReserveError, SpeechDone, Spent, StoreError},
};

/// The documented text when synthesis fails through no fault of the caller.
const FAILED: &str = "An error occurred during text synthesis";

/// For about as long as the upkeep leaves a reservation alone.
const REFUND_TRIES: u32 = 60;
/// Longest pause between two tries to give credits back.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What to speak, for whom.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) user_id: UserId,
    pub(crate) text: String,
    pub(crate) voice_id: String,
    /// The engine that speaks, for the record.
    pub(crate) engine: &'static str,
}

/// Makes the route's answer, as JSON, of what was spoken and what the account has after paying. It is made
/// before the payment is final, so that a request with a key keeps it in the same transaction.
pub(crate) type Render = Box<dyn Fn(&Spoken, &Spent) -> String + Send + Sync>;

/// An order with whom to answer and how.
struct Job {
    order: Order,
    held: Held,
    render: Render,
    progress: Progress,
}

/// A synthesis that was done.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) link: Link,
    pub(crate) marks: Vec<SpeechMark>,
    pub(crate) duration_seconds: f64,
    pub(crate) characters: usize,
    pub(crate) credits: i64,
}

/// Speaks an order, and charges for it only when the audio is there. The answer is kept for the key
/// that is held; without an answer the key is free again.
pub(crate) async fn speak(
    app: &Arc<App>,
    order: Order,
    held: Held,
    render: Render,
    progress: Progress,
) -> Result<String, ApiError> {
    let fits = tts_reader_speech::check(&SpeechRequest::new(&order.text, &order.voice_id));
    let fits = fits.map_err(|error| refusal(&error));
    if let Err(error) = fits {
        held.free().await;
        progress.failed(&error);
        return Err(error);
    }
    let job = Job { order, held, render, progress };
    let (answer, caller) = oneshot::channel();
    let app = Arc::clone(app);
    let tasks = app.tasks.clone();
    // The other end of `answer` is this future; when the request is dropped, so is `caller`.
    tasks.spawn(async move { carry_out(&app, job, answer).await }.in_current_span());
    caller.await.map_err(|_| ApiError::internal(FAILED, "the synthesis task died"))?
}

async fn carry_out(app: &App, job: Job, mut answer: oneshot::Sender<Result<String, ApiError>>) {
    let place = match app.speaker.admit() {
        Ok(place) => place,
        Err(full) => return refuse(job, answer, full.into()).await,
    };
    let order = &job.order;
    let characters = order.text.chars().count();
    let reserved =
        app.store.reserve(&order.user_id, credits_for(characters), Timestamp::now()).await;
    let reservation = match reserved {
        Ok(reservation) => reservation,
        Err(error) => return refuse(job, answer, error.into()).await,
    };
    let credits = credits_for(characters);
    app.metrics.credits(Moved::Reserved, credits);
    job.progress.stage(Stage::Queued);
    let start = Instant::now();
    let work = async {
        let text = order.text.clone();
        let speech = app.speaker.speak(place, text, order.voice_id.clone()).await?;
        speech.map_err(|error| refusal(&error))
    };
    let speech = tokio::select! {
        biased;
        () = answer.closed() => None,
        speech = work => Some(speech),
    };
    let result = match speech {
        Some(Ok(speech)) => deliver(app, &job, &reservation, speech, start).await,
        Some(Err(error)) => Err(error),
        None => Err(ApiError::internal(FAILED, "the caller hung up")),
    };
    match result {
        Ok(value) => {
            app.metrics.credits(Moved::Spent, credits);
            job.held.kept();
            job.progress.completed();
            reply(answer, Ok(value));
        }
        Err(error) => {
            let owed = !refund(app, &reservation).await;
            refuse(job, answer, error).await;
            if owed {
                refund_later(app, &reservation).await;
            }
        }
    }
}

/// The key first: whoever hears of the failure may try again at once.
async fn refuse(job: Job, answer: oneshot::Sender<Result<String, ApiError>>, error: ApiError) {
    job.held.free().await;
    job.progress.failed(&error);
    reply(answer, Err(error));
}

/// Stores the audio, then turns the reservation into credits spent.
async fn deliver(
    app: &App,
    job: &Job,
    reservation: &Reservation,
    speech: Speech,
    start: Instant,
) -> Result<String, ApiError> {
    let order = &job.order;
    let characters = order.text.chars().count();
    let Speech { audio, format, duration, marks, .. } = speech;
    job.progress.stage(Stage::Storing);
    let key = Key::fresh(&order.user_id, Kind::of(format));
    app.storage.put(&key, audio.into()).await.map_err(not_stored)?;
    let done = SpeechDone {
        characters,
        marks: marks.len(),
        voice_id: order.voice_id.clone(),
        engine: order.engine,
        audio_ms: duration.as_millis() as i64,
        duration_ms: start.elapsed().as_millis() as i64,
    };
    let now = Timestamp::now();
    let spoken = Spoken {
        link: app.links.link(&*app.storage, &key, now).await.map_err(not_stored)?,
        marks,
        duration_seconds: duration.as_secs_f64(),
        characters,
        credits: credits_for(characters),
    };
    let text = |spent: &Spent| (job.render)(&spoken, spent);
    let answer = job.held.claim().map(|claim| Answering { claim, text: &text });
    let paid = app.store.settle(&order.user_id, reservation, &done, answer.as_ref(), now).await;
    match paid {
        Ok(spent) => Ok((job.render)(&spoken, &spent)),
        Err(error) => {
            if let Err(error) = app.storage.remove(&key).await {
                tracing::warn!(%error, file = key.file(), "an unpaid synthesis leaves its audio");
            }
            Err(error.into())
        }
    }
}

fn not_stored(error: StorageError) -> ApiError {
    match error {
        StorageError::NoRoom { .. } => error.into(),
        StorageError::Failed { .. } => ApiError::internal(FAILED, error),
    }
}

/// Gives the credits back; false when the database cannot do that now.
async fn refund(app: &App, reservation: &Reservation) -> bool {
    match app.store.refund(reservation, Timestamp::now()).await {
        // An account that was deleted meanwhile took its reservation along.
        Ok(()) | Err(StoreError::Gone) => {
            app.metrics.credits(Moved::GivenBack, reservation.credits());
            true
        }
        Err(error) => {
            tracing::warn!(%error, "cannot refund credits now; will try again");
            false
        }
    }
}

/// Waits for a database that is away or overloaded. Nobody waits for this but the end of the service,
/// and what is left then is given back at the next start; what is left here, by the upkeep.
async fn refund_later(app: &App, reservation: &Reservation) {
    let mut pause = Duration::from_secs(1);
    for _ in 0..REFUND_TRIES {
        tokio::time::sleep(pause).await;
        if refund(app, reservation).await {
            return;
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

fn reply(answer: oneshot::Sender<Result<String, ApiError>>, result: Result<String, ApiError>) {
    if answer.send(result).is_err() {
        tracing::debug!("a caller hung up before the synthesis ended");
    }
}

fn refusal(error: &SpeechError) -> ApiError {
    match error {
        SpeechError::Encoder { .. } => ApiError::internal(FAILED, error),
        SpeechError::UnknownVoice { .. } => ApiError::bad_request(error.to_string()),
        other => ApiError::Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            detail: other.to_string(),
        },
    }
}

impl From<ReserveError> for ApiError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Insufficient { needed, available } => {
                Self::InsufficientCredits { needed, available }
            }
            ReserveError::Store(error) => error.into(),
        }
    }
}
