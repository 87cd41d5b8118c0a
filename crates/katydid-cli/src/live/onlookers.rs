//! Who looks on at a run of a suite: people at the live page, at the terminal, or at both.

use std::sync::Arc;

use katydid_core::{RunEvent, Snapshot};
use katydid_store::Header;

use super::{Feed, Live};
use crate::console::Console;
use crate::files::Place;
use crate::outcome::Closed;
use crate::signals::Watch;
use crate::tui::{self, Tui};
use crate::watching::Watching;

/// Onlookers of one run; all of them see the same board.
#[derive(Debug)]
pub(crate) struct Onlookers {
    terminal: Option<Tui>,
    feed: Option<Feed>,
}

impl Onlookers {
    /// Those at the page, if there is one, and one at the terminal, if somebody asked for that (by
    /// these words) and it can be. They see the run from now on.
    pub(crate) fn begin(
        (page, asked): (Option<&Live>, Option<&str>),
        (header, place): (&Arc<Header>, &Place),
        watch: &Watch,
        console: &Console,
    ) -> Self {
        let at_terminal = asked.is_some_and(|asked| tui::is_possible(asked, watch, console));
        let own = (at_terminal && page.is_none()).then(Live::default);
        let Some(live) = page.or(own.as_ref()) else {
            return Self { terminal: None, feed: None };
        };
        let feed = live.feed(header, place, &watch.control);
        let terminal = at_terminal.then(|| Tui::start(&live.board, watch, console)).flatten();
        Self { terminal, feed: Some(feed) }
    }

    /// Whether there is anybody.
    pub(crate) fn any(&self) -> bool {
        self.feed.is_some()
    }

    /// Shows what an event changes.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>, watching: &Watching) {
        if let Some(feed) = &mut self.feed {
            feed.event(event, |copy| watching.show(copy));
        }
    }

    /// The run has ended: the terminal is as it was, and what is said from now on stands on it.
    pub(crate) fn leave_terminal(&mut self) {
        self.terminal = None;
    }

    /// Shows the end of the run, with its reports.
    pub(crate) fn over(self, snapshot: Snapshot, closed: Closed) {
        if let Some(feed) = self.feed {
            feed.over(snapshot, closed);
        }
    }
}
