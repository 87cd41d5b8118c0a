//! Ctrl-C: the first stops the run and reports, the second leaves at once. Whatever signal comes,
//! the terminal is as it was before.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use katydid_core::exit;
use katydid_engine::Control;
use signal_hook::consts::{SIGCONT, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::console::Console;
use crate::keys;
use crate::limits::{Needs, Room};
use crate::live::Call;
use crate::terminal::Terminal;
use crate::tui::{Screen, leave_with_panics};

/// What the work shares with the signals.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    /// Ends the run.
    pub(crate) control: Control,
    /// Room for users who are added to it.
    pub(crate) room: Room,
    running: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
    /// Whom to tell that it shall leave, while it only waits for people.
    waiting: Arc<Mutex<Option<Sender<Call>>>>,
    /// The address of the live page, if there is one.
    page: Arc<OnceLock<String>>,
    /// Where keys come from, if they do.
    terminal: Option<Arc<Terminal>>,
    /// They are being read.
    keys: Arc<AtomicBool>,
    /// Where the terminal view is, if there is one.
    pub(crate) screen: Arc<Screen>,
}

impl Watch {
    /// From now on there is something that a first signal can stop gracefully.
    pub(crate) fn run_begins(&self) {
        self.running.store(true, Ordering::SeqCst);
    }

    /// The run is over and its reports are written; there may be another.
    pub(crate) fn run_over(&self) {
        self.room.begin(Needs::default());
        self.running.store(false, Ordering::SeqCst);
    }

    /// From now on, until there is something to do again, a signal is passed on to `tell`.
    pub(crate) fn wait_for_people(&self, tell: Option<Sender<Call>>) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = tell;
    }

    /// The live page is there.
    pub(crate) fn page_is_at(&self, address: &str) {
        let _ = self.page.set(address.to_owned());
    }

    /// The address of the live page, if there is one.
    pub(crate) fn page(&self) -> Option<&str> {
        self.page.get().map(String::as_str)
    }

    /// Whether a signal has asked for the end.
    pub(crate) fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Whether somebody may press keys.
    pub(crate) fn has_keys(&self) -> bool {
        self.terminal.is_some()
    }

    /// Reads keys from now on, if stdin is a terminal.
    pub(crate) fn keys_begin(&self, console: &Console) {
        let Some(terminal) = &self.terminal else { return };
        if self.keys.swap(true, Ordering::SeqCst) {
            return;
        }
        let started = keys::listen(Arc::clone(terminal), self.clone(), console.clone());
        if let Err(fault) = started {
            console.warning(&format!("keys have no effect: {fault}"));
        }
    }

    fn running(&self) -> bool {
        self.running.load(Ordering::SeqCst)
    }

    /// Tells whoever waits for people to leave; whether somebody did.
    pub(crate) fn dismiss(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.as_ref().is_some_and(|tell| tell.send(Call::Leave).is_ok())
    }
}

/// Gives the terminal back for good, whatever ends this thread.
struct Leave(Option<Arc<Terminal>>, Arc<Screen>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.1.leave();
        if let Some(terminal) = &self.0 {
            terminal.leave();
        }
    }
}

/// How long a screen may take for the last words.
const LAST_WORDS: Duration = Duration::from_millis(500);

enum Event {
    Signal(i32),
    Done(u8),
}

/// Runs `work` on a thread of its own and returns its exit code, or 130 as soon as a signal asks
/// to leave at once; the caller then returns from `main`, whatever the work is blocked in.
/// With `keys`, the work may read them from the terminal.
pub(crate) fn supervise(
    console: &Console,
    keys: bool,
    work: impl FnOnce(&Watch) -> u8 + Send + 'static,
) -> u8 {
    let terminal = keys.then(Terminal::of_stdin).flatten().map(Arc::new);
    let screen: Arc<Screen> = Arc::default();
    leave_with_panics(&screen);
    let (tell, hear) = channel();
    let given = terminal.clone().map(|terminal| (terminal, Arc::clone(&screen)));
    if let Err(fault) = listen(tell.clone(), given) {
        console.warning(&format!("Ctrl-C will end the run without reports: {fault}"));
    }
    let watch = Watch { terminal, screen, ..Watch::default() };
    let worker = watch.clone();
    let last_words = console.clone();
    let spawned = std::thread::Builder::new().name("katydid-main".to_owned()).spawn(move || {
        // A panic has been printed by then; nobody may wait for it for ever.
        let code = catch_unwind(AssertUnwindSafe(|| work(&worker))).unwrap_or(exit::TOOL);
        // Here and not after it is told: a screen that stands still must not keep Ctrl-C out.
        last_words.progress(None);
        last_words.flush(None);
        let _ = tell.send(Event::Done(code));
    });
    if let Err(fault) = spawned {
        console.error(&format!("no thread to work on: {fault}"));
        return exit::TOOL;
    }
    let leave = Leave(watch.terminal.clone(), Arc::clone(&watch.screen));
    let code = wait(&watch, console, &hear);
    drop(leave);
    console.flush(Some(LAST_WORDS));
    code
}

/// Waits for the end of the work, and acts on signals meanwhile.
fn wait(watch: &Watch, console: &Console, hear: &Receiver<Event>) -> u8 {
    let mut asked = false;
    loop {
        match hear.recv() {
            Ok(Event::Done(code)) => return code,
            Ok(Event::Signal(_)) if asked => {
                console.warning("left at once; reports are as of the last second");
                return exit::INTERRUPTED;
            }
            Ok(Event::Signal(signal)) if watch.dismiss() => {
                asked = true;
                watch.asked.store(true, Ordering::SeqCst);
                console.info(&format!("Got {} signal, leaving", name(signal)));
            }
            Ok(Event::Signal(_)) if !watch.running() => {
                console.warning("interrupted before the run began");
                return exit::INTERRUPTED;
            }
            Ok(Event::Signal(signal)) => {
                asked = true;
                watch.asked.store(true, Ordering::SeqCst);
                console.info(&format!(
                    "Got {} signal, shutting down; once more to leave at once",
                    name(signal)
                ));
                watch.control.stop();
            }
            // Both senders are gone only when the worker has told its code.
            Err(_) => return exit::TOOL,
        }
    }
}

fn name(signal: i32) -> &'static str {
    if signal == SIGTERM { "SIGTERM" } else { "SIGINT" }
}

fn listen(
    tell: Sender<Event>,
    terminal: Option<(Arc<Terminal>, Arc<Screen>)>,
) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    if terminal.is_some() {
        for signal in [SIGQUIT, SIGTSTP, SIGCONT] {
            signals.add_signal(signal)?;
        }
    }
    let forward = move || {
        for signal in signals.forever() {
            match (signal, &terminal) {
                // What they do without us, but to a terminal as it was.
                (SIGQUIT | SIGTSTP, Some((terminal, screen))) => {
                    screen.pause();
                    terminal.pause();
                    let _ = emulate_default_handler(signal);
                }
                // The shell may have set the terminal anew meanwhile.
                (SIGCONT, Some((terminal, screen))) => {
                    terminal.resume();
                    screen.resume();
                }
                _ if tell.send(Event::Signal(signal)).is_err() => break,
                _ => {}
            }
        }
    };
    std::thread::Builder::new().name("katydid-signals".to_owned()).spawn(forward).map(drop)
}
