//! The second screen of the terminal: taken, given back, and given back in between.
//!
//! Several threads have a say in it: the run wants it, signals want it back, a panic does, and the
//! view draws on it. Each only says what shall be; whoever has the turn brings it about. So nobody
//! waits for a terminal that stands still (Ctrl-S) longer than for a moment, and it is given back all
//! the same once it moves again.

use std::io::{self, IsTerminal as _, Write as _};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use crate::console::Console;
use crate::terminal::in_foreground;

/// The second screen, without the cursor; and back.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// How long somebody waits for a terminal that somebody else writes to.
const PATIENCE: Duration = Duration::from_millis(500);

/// The second screen of the terminal that stderr is.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    state: Mutex<State>,
    /// The turn is free.
    free: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// A run shall be seen on it; the log of this console waits meanwhile.
    wanted: Option<Console>,
    /// The process is being stopped, or was and has not gone on.
    stopped: bool,
    /// It is there; this console waits.
    shown: Option<Console>,
    /// How often it came, or came back with something else on it.
    visits: u32,
    /// Who has the turn: writes to the terminal.
    writer: Option<ThreadId>,
}

impl State {
    /// It shall be there.
    fn is_due(&self) -> bool {
        self.wanted.is_some() && !self.stopped && in_foreground(io::stderr())
    }
}

impl Screen {
    /// Whether there is one.
    pub(crate) fn is_possible() -> bool {
        let is_dumb = |term: &std::ffi::OsString| term == "dumb" || term.is_empty();
        let moves = std::env::var_os("TERM").is_some_and(|term| !is_dumb(&term));
        io::stderr().is_terminal() && moves && in_foreground(io::stderr())
    }

    /// Whether it is there at this moment.
    pub(crate) fn is_shown(&self) -> bool {
        self.lock().shown.is_some()
    }

    /// Takes it for a run. What `console` is told is shown when it is given back.
    pub(super) fn enter(&self, console: &Console) {
        self.lock().wanted = Some(console.clone());
        self.settle();
    }

    /// Gives it back until the next run.
    pub(crate) fn leave(&self) {
        self.lock().wanted = None;
        self.settle();
    }

    /// Gives it back before the process is stopped.
    pub(crate) fn pause(&self) {
        self.lock().stopped = true;
        self.settle();
    }

    /// The process goes on; in the background the terminal is somebody else's.
    pub(crate) fn resume(&self) {
        self.lock().stopped = false;
        self.redraw();
        self.settle();
    }

    /// Something else may stand on it: all of it is drawn again.
    pub(crate) fn redraw(&self) {
        self.lock().visits += 1;
    }

    /// Draws, if it is there, and tells `draw` which visit this is. It is not given away meanwhile.
    pub(super) fn while_shown(&self, draw: impl FnOnce(u32)) {
        self.settle();
        if let Some(_turn) = self.turn() {
            let (shown, visits) = {
                let state = self.lock();
                (state.shown.is_some(), state.visits)
            };
            if shown {
                draw(visits);
            }
        }
        // Somebody may have given up waiting for the turn.
        self.settle();
    }

    /// Makes the terminal what it shall be. Without the turn that is done by whoever has it.
    fn settle(&self) {
        let Some(_turn) = self.turn() else { return };
        loop {
            let mut state = self.lock();
            match (state.shown.take(), state.wanted.clone()) {
                (None, Some(console)) if state.is_due() => {
                    state.shown = Some(console.clone());
                    state.visits += 1;
                    drop(state);
                    // What was said before stays on the screen before.
                    console.flush(Some(PATIENCE));
                    console.hold(true);
                    console.flush(Some(PATIENCE));
                    write(ENTER);
                }
                (Some(console), _) if !state.is_due() => {
                    drop(state);
                    write(LEAVE);
                    console.hold(false);
                    console.flush(Some(PATIENCE));
                }
                (shown, _) => {
                    state.shown = shown;
                    return;
                }
            }
        }
    }

    /// Waits for the turn, but not for ever. A panic while drawing keeps it.
    fn turn(&self) -> Option<Turn<'_>> {
        let me = std::thread::current().id();
        let others = |state: &mut State| state.writer.is_some_and(|writer| writer != me);
        let waited = self.free.wait_timeout_while(self.lock(), PATIENCE, others);
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return None;
        }
        let before = state.writer.replace(me);
        Some(Turn { screen: self, before })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to write to the terminal.
struct Turn<'a> {
    screen: &'a Screen,
    before: Option<ThreadId>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.screen.lock().writer = self.before;
        self.screen.free.notify_all();
    }
}

/// A panic says why on the terminal as it was, and not on a screen that goes. It must come before the
/// engine's own hook, which keeps the panics of suites, that end nothing, to itself.
pub(crate) fn leave_with_panics(screen: &Arc<Screen>) {
    let (before, screen) = (std::panic::take_hook(), Arc::clone(screen));
    std::panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        screen.leave();
        before(panic);
    }));
}

fn write(text: &str) {
    // A terminal that is gone needs nothing.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
