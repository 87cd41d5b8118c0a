//! A session of runs that people start and steer on the live page.
//!
//! The page itself is `katydid-web`'s; it shows what lies on a [`Board`] and passes on what people
//! want to a [`Director`](katydid_web::Director). Here is that director (`director.rs`), what it makes
//! of an order (`order.rs`), what puts a run on the board (`feed.rs`), who looks on at it
//! (`onlookers.rs`), and the loop that does one run after the other (`session.rs`) by the same way as a
//! headless one (`run.rs`).

mod browser;
mod director;
mod feed;
mod info;
mod onlookers;
mod order;
mod page;
mod search;
mod session;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use katydid_core::counted;
use katydid_engine::Control;
use katydid_store::Header;
use katydid_web::Board;

use crate::console::Console;
use crate::embedded::Backend;
use crate::export::Prometheus;
use crate::files::Place;
use crate::settings::Settings;

pub(crate) use browser::open as open_in_browser;
pub(crate) use feed::Feed;
pub(crate) use onlookers::Onlookers;
pub(crate) use session::{Start, serve};

/// What the loop of a session is told.
#[derive(Debug)]
pub(crate) enum Call {
    /// A run is wanted.
    Run(Box<Settings>),
    /// The end of the session.
    Leave,
}

/// What the runs of a session have in common, and where they are seen.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub(crate) board: Board,
    runs: AtomicU64,
    /// The program leaves with the end of its run.
    leaves: bool,
    /// No further probe of a search is wanted.
    ends_search: AtomicBool,
    kept: Mutex<Kept>,
}

/// What outlives a run.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The embedded backend.
    pub(crate) backend: Option<Backend>,
    /// The port of the metrics.
    pub(crate) prometheus: Option<Prometheus>,
}

impl Live {
    /// Whether there may be another run after this one.
    pub(crate) fn goes_on(&self) -> bool {
        !self.leaves
    }

    /// What outlives a run.
    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What puts a run on the board, from its start to its end.
    pub(crate) fn feed(&self, header: &Arc<Header>, place: &Place, control: &Control) -> Feed {
        let number = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        Feed::new(&self.board, number, header, place.folder.clone(), control)
    }

    /// The backend of the run before, if it lives and has an account for each of `users` users. One
    /// that has not is ended, with everything in it.
    pub(crate) fn kept_backend(&self, users: u32, console: &Console) -> Option<Backend> {
        let mut kept = self.kept();
        let backend = kept.backend.take()?;
        let accounts = backend.accounts();
        if !backend.lives() {
            console.info("The embedded backend of the run before has ended");
            return None;
        }
        if accounts < users {
            console.info(&format!(
                "The embedded backend has accounts for {}, not for {users}: a new one takes its place, \
                 without the data of the runs before",
                counted(accounts, "user")
            ));
            return None;
        }
        console.info(&format!(
            "The embedded backend of the run before serves this one, too: {}, with its data and \
             accounts for {}",
            backend.ready().url,
            counted(accounts, "user")
        ));
        kept.backend = Some(backend.clone());
        Some(backend)
    }
}
