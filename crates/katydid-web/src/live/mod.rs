//! What readers are sent as it happens: server-sent events.
//!
//! A view is made text of once, whoever reads, and only if somebody does. A reader keeps the numbers
//! of what it has seen and nothing else: one that is slow gets the newest view and not each, one that
//! stops is let go (`server/patient.rs`). So a hundred of them cost a hundred sockets and no memory
//! that grows.
//!
//! - `state`: where the session stands, with each change of it.
//! - `snapshot`: the numbers of the run, with each view that has new ones.
//! - `history`: what charts are drawn from: all of it first, then what is new.
//! - `log`: lines of the log; first the last 500, or those after the one that was seen last.

mod history;
mod reader;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{Semaphore, watch};

use crate::board::Board;
use crate::director::{Director, LogLine};
use crate::security::random_secret;
use crate::server::is_over;
use crate::shown::{ShownSnapshot, ShownState};
use history::{History, Place};

pub(crate) use reader::{Reader, Seen, ShownLines};

/// Streams at one time.
const MOST_STREAMS: usize = 256;
/// Lines of the log that are kept for readers.
const MOST_LINES: usize = 500;
/// How often the log is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What readers are sent. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Live(Arc<Shared>);

struct Shared {
    board: Board,
    /// Tells one start of the program from the next.
    session: String,
    /// Held for moments, never over an await.
    kept: Mutex<Kept>,
    /// Wakes readers when there is something new.
    beat: watch::Sender<u64>,
    /// The end of the server.
    ended: watch::Receiver<bool>,
    places: Arc<Semaphore>,
}

#[derive(Default)]
struct Kept {
    log: Vec<LogLine>,
    /// The last view that somebody wanted.
    told: Option<Told>,
    history: History,
}

/// A view as text.
#[derive(Clone)]
struct Told {
    /// The number of the view.
    number: u64,
    /// The number of the view in which the state was first as it is.
    changed: u64,
    state: Arc<ShownState>,
    state_text: Bytes,
    /// Run and time of the run, and the text; `None` without a run.
    snapshot: Option<(Moment, Bytes)>,
}

/// What tells one state of the numbers from the next: the run, whether it is over, and its time.
type Moment = (u64, bool, Duration);

impl Live {
    /// Follows the board and the log until the server ends.
    pub(crate) fn follow(
        board: &Board,
        director: Arc<dyn Director>,
        ended: watch::Receiver<bool>,
    ) -> Self {
        let shared = Arc::new(Shared {
            board: board.clone(),
            // Without random numbers it is one name for all, and a page may miss a restart.
            session: random_secret().map_or_else(|_| "session".to_owned(), |it| it[..12].into()),
            kept: Mutex::default(),
            beat: watch::Sender::new(0),
            ended,
            places: Arc::new(Semaphore::new(MOST_STREAMS)),
        });
        let live = Self(shared);
        tokio::spawn(live.clone().note_all(director));
        live
    }

    /// The name of this start of the program.
    pub(crate) fn session(&self) -> &str {
        &self.0.session
    }

    /// The present view, made text of once.
    fn told(&self) -> Told {
        let view = self.0.board.view();
        let before = self.kept().told.clone();
        if let Some(told) = before.as_ref().filter(|told| told.number == view.number) {
            return told.clone();
        }
        let state = ShownState::of(&view, &self.0.session);
        let before = before.as_ref();
        let same = before.filter(|told| told.state.is_like(&state));
        let moment =
            view.run.as_ref().map(|run| (run.number, run.ending.is_some(), run.snapshot.elapsed));
        let known = before.and_then(|told| told.snapshot.clone());
        let snapshot = match (known, moment, &view.run) {
            (Some(known), Some(moment), _) if known.0 == moment => Some(known),
            (_, Some(moment), Some(run)) => {
                self.kept().history.advance(run.number, &run.snapshot);
                Some((moment, text(&ShownSnapshot::of(run))))
            }
            _ => None,
        };
        let told = match same {
            Some(told) => Told { number: view.number, snapshot, ..told.clone() },
            None => Told {
                number: view.number,
                changed: view.number,
                state_text: text(&state),
                state: Arc::new(state),
                snapshot,
            },
        };
        self.kept().told = Some(told.clone());
        told
    }

    /// The present snapshot as JSON; `None` without a run.
    pub(crate) fn snapshot(&self) -> Option<Bytes> {
        self.told().snapshot.map(|(_, text)| text)
    }

    /// The present state as JSON.
    pub(crate) fn state(&self) -> Bytes {
        self.told().state_text
    }

    /// What somebody who has seen a part of the history lacks of it.
    fn history_after(&self, seen: Option<Place>) -> Option<(Place, Bytes)> {
        self.kept().history.after(seen)
    }

    /// The last lines of the log, after the one of this number.
    pub(crate) fn lines_after(&self, number: u64) -> Vec<LogLine> {
        let kept = self.kept();
        let from = kept.log.partition_point(|line| line.number <= number);
        kept.log[from..].to_vec()
    }

    /// A stream from where `seen` ends; `None` when there are too many.
    pub(crate) fn reader(&self, seen: Seen) -> Option<Reader> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().ok()?;
        Some(Reader::new(self.clone(), seen, place))
    }

    async fn note_all(self, director: Arc<dyn Director>) {
        let mut views = self.0.board.follow();
        let mut ended = self.0.ended.clone();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let new = tokio::select! {
                () = is_over(&mut ended) => return,
                changed = views.changed() => match changed {
                    Ok(()) => true,
                    // Nobody can put anything any more.
                    Err(_) => return,
                },
                _ = look.tick() => self.note_log(&director).await,
            };
            if new {
                self.0.beat.send_modify(|beat| *beat += 1);
            }
        }
    }

    /// Whether there are new lines.
    async fn note_log(&self, director: &Arc<dyn Director>) -> bool {
        let last = self.kept().log.last().map_or(0, |line| line.number);
        let director = Arc::clone(director);
        let asked = tokio::task::spawn_blocking(move || director.log_after(last)).await;
        let Ok(lines) = asked else { return false };
        if lines.is_empty() {
            return false;
        }
        let mut kept = self.kept();
        kept.log.extend(lines);
        let beyond = kept.log.len().saturating_sub(MOST_LINES);
        kept.log.drain(..beyond);
        true
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("texts and numbers alone").into()
}
