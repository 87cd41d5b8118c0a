//! A search for a capacity on the board: each probe is a run of its own, and this is what they are
//! together.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use katydid_core::Bracket;
use katydid_web::{Search, View};

use super::Live;

impl Live {
    /// The board of a search that no page has ordered.
    pub(crate) fn of_search_alone() -> Self {
        let live = Self { leaves: true, ..Self::default() };
        live.board.put(|view| live.begin_search(view, true));
        live
    }

    /// A probe has ended, as told by `line`, and this is known now.
    pub(crate) fn probed(&self, line: String, bracket: Bracket) {
        self.of_search(|search| {
            search.probes.push(line);
            search.bracket = bracket;
        });
    }

    /// The search has ended: what it came to, and the folder of all of it.
    pub(crate) fn found(&self, outcome: String, folder: Option<PathBuf>) {
        self.of_search(|search| search.outcome = Some(outcome));
        self.board.put(|view| {
            // What can be downloaded is the search, no longer its last probe.
            if let (Some(run), Some(folder)) = (&mut view.run, folder) {
                run.folder = Some(folder);
            }
        });
    }

    /// No further probe is wanted.
    pub(crate) fn end_search(&self) {
        self.ends_search.store(true, Ordering::SeqCst);
    }

    /// Whether no further probe is wanted.
    pub(crate) fn is_search_ended(&self) -> bool {
        self.ends_search.load(Ordering::SeqCst)
    }

    /// What is prepared now is a search, or is none.
    pub(super) fn begin_search(&self, view: &mut View, is_one: bool) {
        self.ends_search.store(false, Ordering::SeqCst);
        view.search = is_one.then(Arc::default);
    }

    fn of_search(&self, change: impl FnOnce(&mut Search)) {
        self.board.put(|view| {
            if let Some(search) = &mut view.search {
                change(Arc::make_mut(search));
            }
        });
    }
}
