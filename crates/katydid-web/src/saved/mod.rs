//! Saved runs: the list, one of them, its files, two side by side.
//!
//! Whoever asks names a run or a file by a name that stands in a list. Names are looked up and never
//! made paths of, so nothing leads out of the folder. Everything here blocks and is called on threads
//! for that.

mod compare;
mod files;
mod list;

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use katydid_core::{RunState, StopReason, or_nearest};
use katydid_store::{Cut, Found, Runs, Saved};

use crate::api::ApiError;
use crate::board::Run;

pub(crate) use files::{File, ShownFiles};
use list::Known;
pub(crate) use list::ShownRuns;

/// The folder of saved runs.
pub(crate) struct Shelf {
    runs: Runs,
    /// What is known of runs that were listed. Held for moments.
    listed: Mutex<Known>,
    /// The run that was opened last; held while one is read, so that it is one at a time.
    opened: Mutex<Option<Opened>>,
}

struct Opened {
    name: String,
    bytes: u64,
    run: Arc<Run>,
}

impl Shelf {
    pub(crate) fn new(folder: &std::path::Path) -> Self {
        Self { runs: Runs::new(folder), listed: Mutex::default(), opened: Mutex::default() }
    }

    /// All runs, the newest first.
    pub(crate) fn list(&self) -> Result<ShownRuns, ApiError> {
        let all = self.runs.all().map_err(|fault| ApiError::broken(fault.to_string()))?;
        let mut known = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.list(&all))
    }

    /// The run of this name: the whole name of its folder.
    pub(crate) fn find(&self, name: &str) -> Result<Found, ApiError> {
        let mut all = self.runs.all().map_err(|fault| ApiError::broken(fault.to_string()))?;
        match all.iter().position(|run| run.name == name) {
            Some(at) => Ok(all.swap_remove(at)),
            None => {
                let latest = all.iter().rev().take(5).map(|run| run.name.as_str());
                let hint = or_nearest(name, latest);
                Err(ApiError::missing(format!("no saved run is named `{name}`; {hint}")))
            }
        }
    }

    /// The run with its numbers, made again from its file.
    pub(crate) fn open(&self, name: &str) -> Result<Arc<Run>, ApiError> {
        let found = self.find(name)?;
        let bytes = std::fs::metadata(found.file()).map_or(0, |file| file.len());
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = opened.as_ref().filter(|it| it.name == name && it.bytes == bytes) {
            return Ok(Arc::clone(&known.run));
        }
        let saved = Saved::open(&found.file(), &Cut::default()).map_err(|fault| {
            let text = format!("{name} cannot be read: {fault}");
            ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", text)
        })?;
        let run = Arc::new(shown(found, saved));
        *opened = Some(Opened { name: name.to_owned(), bytes, run: Arc::clone(&run) });
        Ok(run)
    }
}

/// A saved run as one that is over.
fn shown(found: Found, saved: Saved) -> Run {
    let (verdict, mut ending) = (saved.verdict(), saved.ending());
    if saved.ending.is_none() {
        // The nearest word: nobody knows what ended it.
        ending.reason = StopReason::Interrupted;
    }
    let Saved { header, snapshot, .. } = saved;
    Run {
        number: 0,
        folder: Some(found.folder),
        state: RunState::Stopped,
        paused: false,
        target_users: header.load.users,
        spawn_rate: header.load.spawn_rate,
        arrival_rate: None,
        weights: Vec::new(),
        header: Arc::new(header),
        snapshot: Arc::new(snapshot),
        verdict: Arc::new(verdict),
        ending: Some(Arc::new(ending)),
    }
}
