//! One run after the other, until somebody leaves.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use katydid_core::exit;

use super::director::{Conductor, Work};
use super::{Call, Live, page};
use crate::args::Args;
use crate::console::Console;
use crate::error::CliError;
use crate::run;
use crate::settings::{Settings, WebSettings};
use crate::signals::Watch;
use crate::suite::Suite;

/// What a session begins with.
#[derive(Debug)]
pub(crate) struct Start {
    /// The suite.
    pub(crate) suite: Suite,
    /// What the program was started with.
    pub(crate) args: Args,
    /// The page.
    pub(crate) web: WebSettings,
    /// The run that begins without being ordered.
    pub(crate) first: Option<Box<Settings>>,
}

/// A session under way.
pub(super) struct Session {
    pub(super) conductor: Arc<Conductor>,
    /// Told to the signals while the session waits.
    tell: Sender<Call>,
    calls: Receiver<Call>,
    /// The code of the last run, or of what came to nothing.
    code: u8,
}

/// Opens the page and does what is wanted there until somebody leaves. The exit code is that of the
/// last run.
///
/// # Errors
/// There is no page.
pub(crate) fn serve(start: Start, watch: &Watch, console: &Console) -> Result<u8, CliError> {
    let Start { suite, args, web, mut first } = start;
    let leaves = web.start && web.quit == Some(Duration::ZERO);
    let mut session = Session::new((suite, args), leaves, watch, console);
    if let Some(settings) = &first {
        session.conductor.begin(settings);
    }
    let page = page::open(&session.conductor, &web, watch)?;
    watch.keys_begin(console);
    loop {
        let call = match first.take() {
            Some(settings) => Call::Run(settings),
            None => session.wait(watch, web.quit),
        };
        match call {
            Call::Run(settings) => session.run(*settings, watch),
            Call::Leave => break,
        }
        if watch.asked() || leaves {
            break;
        }
    }
    page.stop();
    Ok(session.code())
}

impl Session {
    /// Nothing has run yet.
    pub(super) fn new(
        (suite, args): (Suite, Args),
        leaves: bool,
        watch: &Watch,
        console: &Console,
    ) -> Self {
        let (tell, calls) = channel();
        let conductor = Arc::new(Conductor {
            suite: Arc::new(suite),
            args,
            live: Arc::new(Live { leaves, ..Live::default() }),
            control: watch.control.clone(),
            room: watch.room.clone(),
            console: console.clone(),
            work: Mutex::new(Work::new(tell.clone())),
        });
        Self { conductor, tell, calls, code: exit::PASS }
    }

    /// The exit code as it is now.
    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Waits for people; after a run at most so long.
    pub(super) fn wait(&self, watch: &Watch, quit: Option<Duration>) -> Call {
        watch.wait_for_people(Some(self.tell.clone()));
        let call = match quit {
            Some(time) => self.calls.recv_timeout(time),
            None => self.calls.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        watch.wait_for_people(None);
        if let (Err(RecvTimeoutError::Timeout), Some(time)) = (&call, quit) {
            let text = format!("--autoquit time of {} s reached, leaving", time.as_secs_f64());
            self.conductor.console.info(&text);
        }
        call.unwrap_or(Call::Leave)
    }

    /// Does one run, whatever comes of it.
    pub(super) fn run(&mut self, settings: Settings, watch: &Watch) {
        let Conductor { suite, live, console, .. } = &*self.conductor;
        let done = run::run(suite, settings, watch, console, Some(live));
        watch.run_over();
        let fault = match done {
            Ok(code) => {
                self.code = code;
                None
            }
            Err(fault) => {
                console.error(&fault.to_string());
                self.code = fault.exit_code();
                Some(fault.to_string())
            }
        };
        self.conductor.end(fault);
    }
}
