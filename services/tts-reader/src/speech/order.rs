//! One paid synthesis, from admission to settlement.
//!
//! A place in the queue comes first (a full service refuses before it touches the ledger), then
//! the reservation, then the work, then settlement or refund. All of it after admission runs in a
//! task of its own: a caller who hangs up is refunded, never left with credits half taken. The work is
//! to find the audio, if the account had the same spoken before, else to speak and to store it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use tracing::Instrument;
use tts_reader_speech::{AudioFormat, SpeechError, SpeechMark, SpeechRequest, Voice, check};

use super::{
    caller::{Caller, Reply},
    engine::{Asked, Engine, Failure, Piece},
    reuse::Lead,
    speaker::Recording,
    turns::Place,
    unpaid::Unpaid,
};
use crate::{
    app::App,
    domain::{Timestamp, UserId, credits_for},
    errors::ApiError,
    idempotency::Held,
    metrics::Moved,
    progress::{self, Progress},
    releases::{Release, release},
    storage::{Key, Kind, Link, StorageError},
    store::{Answering, Reservation, ReserveError, SpeechDone, Spent},
    timings::{self, Stage},
};

/// The documented text when synthesis fails through no fault of the caller.
const FAILED: &str = "An error occurred during text synthesis";

/// What to speak, for whom.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) user_id: UserId,
    pub(crate) text: Arc<str>,
    pub(crate) voice: &'static Voice,
    /// The one that speaks.
    pub(crate) engine: Engine,
    /// Whether the caller hears the audio while it is made, and gets no other answer.
    pub(crate) listens: bool,
    /// Who follows it.
    pub(crate) progress: Progress,
}

/// Makes the route's answer, as JSON, of what was spoken and what the account has after paying. It is made
/// before the payment is final, so that a request with a key keeps it in the same transaction.
pub(crate) type Render = Box<dyn Fn(&Spoken, &Spent) -> String + Send + Sync>;

/// An order with whom to answer and how.
struct Job {
    order: Order,
    held: Held,
    render: Render,
    caller: Caller,
}

/// A synthesis that was done.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) link: Link,
    pub(crate) kept: Kept,
    pub(crate) characters: usize,
    pub(crate) credits: i64,
}

/// Audio that is stored.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) key: Key,
    pub(crate) marks: Vec<SpeechMark>,
    pub(crate) duration: Duration,
}

/// Where audio came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    /// It was spoken for the same request before.
    Hit,
    Miss,
}

/// What is answered when all went well.
#[derive(Debug)]
pub(crate) struct Done {
    /// The route's answer, as JSON.
    pub(crate) json: String,
    pub(crate) cache: Cache,
    /// The audio.
    pub(crate) key: Key,
}

/// Speaks an order, and charges for it only when the audio is there. The answer is kept for the key
/// that is held; without an answer the key is free again.
pub(crate) async fn speak(
    app: &Arc<App>,
    order: Order,
    held: Held,
    render: Render,
) -> Result<Reply, ApiError> {
    if let Err(error) = can_be_said(&order) {
        held.free().await;
        order.progress.failed(&error);
        return Err(error);
    }
    let (caller, reply) = Caller::new(order.listens);
    let job = Job { order, held, render, caller };
    let app = Arc::clone(app);
    let tasks = app.tasks.clone();
    let work = async move { carry_out(&app, job).await };
    tasks.spawn(timings::carried(timings::current(), work.in_current_span()));
    reply.await.map_err(|_| ApiError::internal(FAILED, "the synthesis task died"))?
}

/// Before anything is charged. Letters and digits can be said; what else can takes longer to find out.
fn can_be_said(order: &Order) -> Result<(), ApiError> {
    if order.text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    check(&SpeechRequest::new(&order.text, order.voice.id)).map_err(|error| refusal(&error))
}

async fn carry_out(app: &App, mut job: Job) {
    let user = &job.order.user_id;
    let place = match app.speaker.admit(user) {
        Ok(place) => place,
        Err(full) => return refuse(job, full.into()).await,
    };
    let credits = credits_for(job.order.text.chars().count());
    let reservation = match app.store.reserve(user, credits, Timestamp::now()).await {
        Ok(reservation) => reservation,
        Err(ReserveError::Unsure { reservation, cause }) => {
            // Nobody will work for it.
            app.metrics.credits(Moved::Reserved, credits);
            release(app, Release::Credits(reservation)).await;
            return refuse(job, cause.into()).await;
        }
        Err(error) => return refuse(job, error.into()).await,
    };
    app.metrics.credits(Moved::Reserved, credits);
    job.order.progress.stage(progress::Stage::Queued);
    // Others are admitted when what was spoken is out of memory, not before.
    let result = in_place(app, &mut job, place, &reservation).await;
    match result {
        Ok(Outcome { done, fresh }) => {
            app.metrics.credits(Moved::Spent, credits);
            job.held.kept();
            job.order.progress.completed();
            job.caller.end(Ok(done));
            if let Some((lead, kept)) = fresh {
                lead.note(app, &kept).await;
            }
        }
        Err(error) => {
            release(app, Release::Credits(reservation)).await;
            refuse(job, error).await;
        }
    }
}

/// The key first: whoever hears of the failure may try again at once.
async fn refuse(job: Job, error: ApiError) {
    job.held.free().await;
    job.order.progress.failed(&error);
    job.caller.end(Err(error));
}

/// What was done, and what is left to do when the caller has his answer.
struct Outcome<'a> {
    done: Done,
    /// Audio that was made just now, by the only one who may note where it is.
    fresh: Option<(Lead<'a>, Kept)>,
}

async fn in_place<'a>(
    app: &'a App,
    job: &mut Job,
    mut place: Place,
    reservation: &Reservation,
) -> Result<Outcome<'a>, ApiError> {
    let start = Instant::now();
    let lead = lead(app, job).await?;
    let found = match &lead {
        Some(lead) => lead.find(app, &job.order.text).await,
        None => None,
    };
    if let Some(found) = found {
        // Others may find it, too, while this one pays.
        drop(lead);
        return match pay(app, job, reservation, (found, Cache::Hit), start).await {
            Ok((done, _)) => Ok(Outcome { done, fresh: None }),
            Err(unpaid) => Err(unpaid.error),
        };
    }
    let recording = record(app, &job.order, &mut job.caller, &mut place).await?;
    place.rest();
    let kept = keep(app, &job.order, recording).await?;
    let key = kept.key.clone();
    match pay(app, job, reservation, (kept, Cache::Miss), start).await {
        Ok((done, kept)) => Ok(Outcome { done, fresh: lead.map(|lead| (lead, kept)) }),
        Err(Unpaid { error, is_unsure }) => {
            // If it was paid after all, whoever asks again with the same key is answered with it.
            if !is_unsure && let Err(error) = app.storage.remove(&key).await {
                tracing::warn!(%error, file = key.file(), "an unpaid synthesis leaves its audio");
            }
            Err(error)
        }
    }
}

/// Waits while the account has the same spoken already, so that it is found.
async fn lead<'a>(app: &'a App, job: &mut Job) -> Result<Option<Lead<'a>>, ApiError> {
    let Some(reuse) = app.speaker.reuse() else { return Ok(None) };
    tokio::select! {
        biased;
        () = job.caller.hung_up() => Err(hung_up()),
        lead = reuse.lead(&job.order, app.speaker.name()) => Ok(Some(lead)),
    }
}

fn hung_up() -> ApiError {
    ApiError::internal(FAILED, "the caller hung up")
}

/// Speaks the text in turns with others, for as long as somebody waits for it.
async fn record(
    app: &App,
    order: &Order,
    caller: &mut Caller,
    place: &mut Place,
) -> Result<Recording, ApiError> {
    let text = Arc::clone(&order.text);
    let asked = Asked { text, voice: order.voice, engine: order.engine };
    let mut reading = app.speaker.begin(asked);
    let mut recording = Recording::default();
    loop {
        let next = async {
            place.turn().await;
            reading.next().await
        };
        let piece = tokio::select! {
            biased;
            () = caller.hung_up() => return Err(hung_up()),
            piece = next => piece?,
        };
        caller.hear(&piece.audio);
        let Piece { sentence, of, .. } = piece;
        order.progress.stage(progress::Stage::Speaking { sentence, of });
        if recording.add(piece) {
            return Ok(recording);
        }
    }
}

/// Stores the audio.
async fn keep(app: &App, order: &Order, recording: Recording) -> Result<Kept, ApiError> {
    let Recording { audio, marks, duration } = recording;
    order.progress.stage(progress::Stage::Storing);
    let key = Key::fresh(&order.user_id, Kind::of(AudioFormat::Mp3));
    let putting = app.storage.put(&key, audio.into());
    timings::measure(Stage::Storage, putting).await.map_err(not_stored)?;
    Ok(Kept { key, marks, duration })
}

/// Turns the reservation into credits spent. Audio that is found costs what it costs to be spoken.
async fn pay(
    app: &App,
    job: &Job,
    reservation: &Reservation,
    (kept, cache): (Kept, Cache),
    start: Instant,
) -> Result<(Done, Kept), Unpaid> {
    let order = &job.order;
    let now = Timestamp::now();
    let link = app.links.link(&*app.storage, &kept.key, now).await.map_err(not_stored)?;
    let characters = order.text.chars().count();
    let done = SpeechDone {
        characters,
        marks: kept.marks.len(),
        voice_id: order.voice.id.to_owned(),
        engine: order.engine.word(),
        audio_ms: kept.duration.as_millis() as i64,
        duration_ms: start.elapsed().as_millis() as i64,
    };
    let credits = reservation.credits();
    let spoken = Spoken { link, kept, characters, credits };
    let text = |spent: &Spent| (job.render)(&spoken, spent);
    let answer = job.held.claim().map(|claim| Answering { claim, text: &text });
    let settling = app.store.settle(&order.user_id, reservation, &done, answer.as_ref(), now);
    let spent = settling.await?;
    let json = (job.render)(&spoken, &spent);
    let Spoken { kept, .. } = spoken;
    Ok((Done { json, cache, key: kept.key.clone() }, kept))
}

fn not_stored(error: StorageError) -> ApiError {
    match error {
        StorageError::NoRoom { .. } => error.into(),
        StorageError::Failed { .. } => ApiError::internal(FAILED, error),
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

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Text(error) => refusal(&error),
            Failure::Full { what, retry_after } => Self::Busy { what, retry_after },
            Failure::Voice { .. } => Self::bad_request(failure.to_string()),
            // Another word than for the queue here: another setting helps.
            Failure::Throttled { retry_after } => {
                Self::Busy { what: "The speech engine", retry_after }
            }
            Failure::Away { retry_after } => Self::Away { what: "The speech engine", retry_after },
            Failure::Broken(cause) => Self::internal(FAILED, cause),
        }
    }
}

impl From<ReserveError> for ApiError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Insufficient { needed, available } => {
                Self::InsufficientCredits { needed, available }
            }
            ReserveError::Unsure { cause: error, .. } | ReserveError::Store(error) => error.into(),
        }
    }
}
