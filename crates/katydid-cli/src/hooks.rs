//! Functions of the suite that are called in the course of a run.
//!
//! Those of the run itself are called here, on the thread that runs the command; those of requests
//! and of errors of the suite's own code are the engine's ([`katydid_engine::Hooks`]).

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Aftermath, Snapshot, StopReason, Verdict};
use katydid_engine::{Hooks, RequestView, RunSettings, Shared, UserErrorView};

use crate::console::Console;
use crate::suite::Suite;

/// What is known of a run in every hook.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RunView<'a> {
    /// The name of the suite.
    pub suite: &'a str,
    /// The host without a slash at its end; empty when every class names its own.
    pub host: &'a str,
    /// Users that will be started.
    pub users: u32,
    /// Users started per second.
    pub spawn_rate: f64,
    /// Length of the run, if bounded.
    pub run_time: Option<Duration>,
    /// Executor threads.
    pub threads: usize,
    /// The seed of the run.
    pub seed: u64,
    /// What the suite prepared; empty before that.
    pub shared: &'a Shared,
}

/// All users have been started.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SpawningView<'a> {
    /// The run.
    pub run: RunView<'a>,
    /// Users per class, in the order of the suite.
    pub users: &'a [(Arc<str>, u32)],
}

/// The load is over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StopView<'a> {
    /// The run.
    pub run: RunView<'a>,
    /// Why it ended.
    pub reason: StopReason,
    /// Everything measured.
    pub snapshot: &'a Snapshot,
}

/// The command is about to end.
#[derive(Debug)]
#[non_exhaustive]
pub struct Quitting<'a> {
    /// The run.
    pub run: RunView<'a>,
    /// Everything measured.
    pub snapshot: &'a Snapshot,
    /// What Katydid makes of it, with its exit code.
    pub verdict: &'a Verdict,
    exit_code: Option<u8>,
}

impl Quitting<'_> {
    /// Ends the command with this code instead of the verdict's (Locust's
    /// `environment.process_exit_code`). The log and the verdict say that the suite did it; the
    /// word of the verdict stays what it is.
    pub fn set_exit_code(&mut self, code: u8) {
        self.exit_code = Some(code);
    }
}

type InitHook = dyn Fn(&RunView<'_>) + Send + Sync;
type SpawningHook = dyn Fn(&SpawningView<'_>) + Send + Sync;
type StopHook = dyn Fn(&StopView<'_>) + Send + Sync;
type QuittingHook = dyn Fn(&mut Quitting<'_>) + Send + Sync;

/// The hooks of a suite.
#[derive(Default)]
pub(crate) struct SuiteHooks {
    init: Vec<Box<InitHook>>,
    test_start: Vec<Box<InitHook>>,
    spawning_complete: Vec<Box<SpawningHook>>,
    test_stop: Vec<Box<StopHook>>,
    quitting: Vec<Box<QuittingHook>>,
    /// Those that run on the executor threads.
    pub(crate) engine: Hooks,
}

/// Hooks. One that panics is named in the log and makes the verdict FAIL; the run goes on. Several
/// of one kind are called in the order in which they were added.
impl Suite {
    /// Called once when the command has begun and the host is known, before
    /// [`prepare`](Self::prepare).
    pub fn on_init(mut self, hook: impl Fn(&RunView<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.init.push(Box::new(hook));
        self
    }

    /// Called after [`prepare`](Self::prepare), before the first user starts.
    pub fn on_test_start(mut self, hook: impl Fn(&RunView<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.test_start.push(Box::new(hook));
        self
    }

    /// Called when all users have been started, again after each change of their number. The load
    /// goes on meanwhile; the tables wait.
    pub fn on_spawning_complete(
        mut self,
        hook: impl Fn(&SpawningView<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.spawning_complete.push(Box::new(hook));
        self
    }

    /// Called when the last user has ended and everything is counted.
    pub fn on_test_stop(mut self, hook: impl Fn(&StopView<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.test_stop.push(Box::new(hook));
        self
    }

    /// Called at the end of a run that took place, when the verdict is known and before it is
    /// printed. It may choose the exit code.
    ///
    /// ```
    /// # let suite = katydid_cli::Suite::new("shop-load");
    /// suite.on_quitting(|end| {
    ///     if end.snapshot.failed() * 100 > end.snapshot.requests() {
    ///         end.set_exit_code(4);
    ///     }
    /// });
    /// ```
    pub fn on_quitting(mut self, hook: impl Fn(&mut Quitting<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.quitting.push(Box::new(hook));
        self
    }

    /// Called for every request that was counted, on the executor threads: see
    /// [`Hooks::on_request`].
    pub fn on_request(mut self, hook: impl Fn(&RequestView<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.engine = self.hooks.engine.on_request(hook);
        self
    }

    /// Called for every error and panic of the suite's own code, on the executor threads: see
    /// [`Hooks::on_user_error`].
    pub fn on_user_error(
        mut self,
        hook: impl Fn(&UserErrorView<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.engine = self.hooks.engine.on_user_error(hook);
        self
    }
}

/// Calls the hooks of a suite in one run.
pub(crate) struct Calls<'a> {
    hooks: &'a SuiteHooks,
    run: Run<'a>,
    console: &'a Console,
    aftermath: Aftermath,
}

/// What views are made of.
struct Run<'a> {
    suite: &'a str,
    settings: &'a RunSettings,
    shared: Shared,
}

impl Run<'_> {
    fn view(&self) -> RunView<'_> {
        let settings = self.settings;
        RunView {
            suite: self.suite,
            host: settings.host.as_deref().unwrap_or_default().trim_end_matches('/'),
            users: settings.users,
            spawn_rate: settings.spawn_rate,
            run_time: settings.run_time,
            threads: settings.threads,
            seed: settings.seed,
            shared: &self.shared,
        }
    }
}

impl<'a> Calls<'a> {
    /// The calls of a run with these settings; `init` is the first.
    pub(crate) fn init(suite: &'a Suite, settings: &'a RunSettings, console: &'a Console) -> Self {
        let mut calls = Self::again(suite, settings, console);
        let view = calls.run.view();
        for hook in &calls.hooks.init {
            call(&mut calls.aftermath, calls.console, "on_init", || hook(&view));
        }
        calls
    }

    /// The calls of a further run of the same command, which has begun already.
    pub(crate) fn again(suite: &'a Suite, settings: &'a RunSettings, console: &'a Console) -> Self {
        let run = Run { suite: &suite.name, settings, shared: Shared::default() };
        Self { hooks: &suite.hooks, run, console, aftermath: Aftermath::default() }
    }

    /// This is what the suite has prepared.
    pub(crate) fn share(&mut self, shared: &Shared) {
        self.run.shared = shared.clone();
    }

    /// The data is prepared; the load begins next.
    pub(crate) fn test_start(&mut self, shared: &Shared) {
        self.share(shared);
        let view = self.run.view();
        for hook in &self.hooks.test_start {
            call(&mut self.aftermath, self.console, "on_test_start", || hook(&view));
        }
    }

    /// Every user has been started.
    pub(crate) fn spawning_complete(&mut self, users: &[(Arc<str>, u32)]) {
        let view = SpawningView { run: self.run.view(), users };
        for hook in &self.hooks.spawning_complete {
            call(&mut self.aftermath, self.console, "on_spawning_complete", || hook(&view));
        }
    }

    /// The load is over.
    pub(crate) fn test_stop(&mut self, reason: StopReason, snapshot: &Snapshot) {
        let view = StopView { run: self.run.view(), reason, snapshot };
        for hook in &self.hooks.test_stop {
            call(&mut self.aftermath, self.console, "on_test_stop", || hook(&view));
        }
    }

    /// The run has this verdict; the last call of all.
    pub(crate) fn quitting(mut self, verdict: &Verdict, snapshot: &Snapshot) -> Aftermath {
        let run = self.run.view();
        let mut quitting = Quitting { run, snapshot, verdict, exit_code: None };
        for hook in &self.hooks.quitting {
            call(&mut self.aftermath, self.console, "on_quitting", || hook(&mut quitting));
        }
        self.aftermath.exit_code = quitting.exit_code;
        self.aftermath
    }

    /// What hooks have done up to now.
    pub(crate) fn aftermath(&self) -> &Aftermath {
        &self.aftermath
    }
}

/// Calls a hook; its panic is told and remembered.
fn call(aftermath: &mut Aftermath, console: &Console, hook: &str, call: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(call)) {
        let fault = format!("the suite's hook {hook} panicked: {}", text_of(&*panic));
        console.warning(&fault);
        aftermath.faults.push(fault);
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}

impl fmt::Debug for SuiteHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuiteHooks").field("engine", &self.engine).finish_non_exhaustive()
    }
}
