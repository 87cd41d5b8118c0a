//! The run on the whole screen, where a person has all of a terminal or asks for it.

use std::io::IsTerminal as _;
use std::sync::Arc;

use clap::Args;
use katydid_core::RunEvent;
use katydid_store::Header;
use katydid_web::Board;

use crate::console::Console;
use crate::files::Place;
use crate::live::Feed;
use crate::signals::Watch;
use crate::tui::{self, Screen, Tui};

/// Words about it.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ViewArgs {
    /// Show the run on the whole screen although stdout goes elsewhere
    ///
    /// It is shown by itself where stdin, stdout and stderr are terminals.
    #[arg(long, conflicts_with = "no_tui")]
    tui: bool,
    /// Show a line of progress and not the whole screen
    #[arg(long)]
    no_tui: bool,
}

/// Whether a run is shown on the whole screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Nobody wants it.
    No,
    /// Where a person has all of a terminal.
    OnATerminal,
    /// Somebody wants it.
    Asked,
}

impl ViewArgs {
    /// What the words mean.
    pub(super) fn meant(self) -> View {
        match (self.tui, self.no_tui) {
            (true, _) => View::Asked,
            (_, true) => View::No,
            _ => View::OnATerminal,
        }
    }
}

/// A run that is shown, or is not.
#[derive(Debug, Default)]
pub(super) struct Shown(Option<(Tui, Feed)>);

/// Whether keys may be wanted; output that goes elsewhere leaves everything as it is.
pub(super) fn wants_keys(view: View) -> bool {
    match view {
        View::No => false,
        View::OnATerminal => std::io::stdout().is_terminal(),
        View::Asked => true,
    }
}

impl Shown {
    /// Shows a run from now on, if it is to be shown.
    pub(super) fn begin(
        view: View,
        (header, place): (&Arc<Header>, &Place),
        watch: &Watch,
        console: &Console,
    ) -> Self {
        let possible = match view {
            View::No => false,
            View::OnATerminal => watch.has_keys() && Screen::is_possible(),
            View::Asked => tui::is_possible("--tui", watch, console),
        };
        if !possible {
            return Self::default();
        }
        let board = Board::new();
        watch.keys_begin(console);
        let feed = || Feed::new(&board, 1, header, place.folder.clone(), &watch.control);
        Self(Tui::start(&board, watch, console).map(|view| (view, feed())))
    }

    /// Shows what an event changes.
    pub(super) fn event(&mut self, event: &RunEvent<'_>) {
        if let Some((_, feed)) = &mut self.0 {
            feed.event(event, |_| {});
        }
    }
}
