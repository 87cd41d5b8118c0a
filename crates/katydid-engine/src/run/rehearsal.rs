//! A rehearsal: every task that would run is executed exactly once, one after the other, by real
//! users with real sessions, and every request is noted. No statistics are kept.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use katydid_core::{Recorder, TaskId, TaskInfo};
use tokio::runtime::{Builder, LocalOptions};
use tokio::time::Instant;
use url::Url;

use super::panics;
use super::phase::PhaseCell;
use super::plan::{self, plan};
use super::quota::Limit;
use super::settings::{RunError, RunSettings};
use super::user_loop::UserContext;
use crate::class::Class;
use crate::error::TaskError;
use crate::hooks::{Hooks, Listeners, RequestView};
use crate::session::{Clock, HttpContext, Session, SessionSetup, Targets, client_config};
use crate::shared::Shared;
use crate::task::TaskFn;

/// What was rehearsed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rehearsal {
    /// Every step in order: of each class its `on_start`, its tasks, its `on_stop`.
    pub steps: Vec<RehearsedStep>,
    /// What it has cost, as told by [`Session::spend`].
    pub spent: u64,
}

/// A task or a hook that was executed once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RehearsedStep {
    /// The user class.
    pub class: Arc<str>,
    /// `Flow/task`, or `on_start` and `on_stop` with the flow before them.
    pub name: String,
    /// The requests that were answered or failed, in the order of their ends.
    pub requests: Vec<RehearsedRequest>,
    /// From its beginning to its end.
    pub took: Duration,
    /// How it ended.
    pub outcome: StepOutcome,
    /// It may send nothing.
    pub silent: bool,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepOutcome {
    /// To its end. Requests in it may have failed all the same.
    Done,
    /// By a request that failed.
    Failed(String),
    /// By an error or a panic of the suite's own code.
    Exception(String),
    /// It was cut after this time.
    TimedOut(Duration),
    /// It was not begun, because what comes before it failed.
    NotReached,
}

/// A request of a rehearsal.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RehearsedRequest {
    /// Method of the first hop.
    pub method: String,
    /// The address that answered, or was asked.
    pub url: String,
    /// The status, if an answer came.
    pub status: Option<u16>,
    /// Bytes of the body as decompressed.
    pub bytes: u64,
    /// Sent to last byte.
    pub time: Duration,
    /// Redirects followed.
    pub redirects: u32,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// Headers of the answer that are text, names in small letters.
    pub headers: Vec<(String, String)>,
    /// When the answer was there, by this machine's calendar.
    pub at: SystemTime,
}

impl RehearsedStep {
    /// Why it cannot be called good, if so.
    pub fn failure(&self) -> Option<String> {
        match &self.outcome {
            StepOutcome::Failed(text) => Some(text.clone()),
            StepOutcome::Exception(text) => Some(format!("exception: {text}")),
            StepOutcome::TimedOut(limit) => {
                Some(format!("not done within {}", katydid_core::format_span(*limit)))
            }
            StepOutcome::NotReached => Some("not reached".to_owned()),
            StepOutcome::Done => self.requests.iter().find_map(|request| request.failure.clone()),
        }
    }
}

impl RehearsedRequest {
    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn of(view: &RequestView<'_>) -> Self {
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).ok();
        let headers = view.headers();
        Self {
            method: view.method.to_owned(),
            url: view.url.to_owned(),
            status: view.status,
            bytes: view.bytes.body,
            time: view.service_time,
            redirects: view.redirects,
            failure: view.failure.map(|failed| failed.text().to_owned()),
            headers: headers.filter_map(|(n, v)| Some((n.into_owned(), text(v)?))).collect(),
            at: SystemTime::now(),
        }
    }
}

/// Where the requests of a rehearsal are noted until their step is over.
type Noted = Arc<Mutex<Vec<RehearsedRequest>>>;

/// A rehearsal under way.
pub(crate) struct Script {
    pub(crate) limit: Duration,
    /// Of the class at work.
    class: RefCell<Arc<str>>,
    first_task: Cell<usize>,
    tasks: Vec<TaskInfo>,
    noted: Noted,
    steps: RefCell<Vec<RehearsedStep>>,
}

impl Script {
    fn new(tasks: Vec<TaskInfo>, limit: Duration) -> Rc<Self> {
        Rc::new(Self {
            limit,
            class: RefCell::new(Arc::from("")),
            first_task: Cell::new(0),
            tasks,
            noted: Noted::default(),
            steps: RefCell::default(),
        })
    }

    /// The task of this number within the class at work.
    pub(crate) fn task(&self, task: usize) -> &TaskInfo {
        &self.tasks[self.first_task.get() + task]
    }

    /// Runs a step and notes it. `true`: it was good.
    pub(crate) async fn step(
        &self,
        name: String,
        silent: bool,
        work: impl Future<Output = StepOutcome>,
    ) -> bool {
        let begun = Instant::now();
        let done = tokio::time::timeout(self.limit, work).await;
        let outcome = done.unwrap_or(StepOutcome::TimedOut(self.limit));
        let requests = std::mem::take(&mut *lock(&self.noted));
        let class = self.class.borrow().clone();
        let took = begun.elapsed();
        let step = RehearsedStep { class, name, requests, took, outcome, silent };
        let good = step.outcome == StepOutcome::Done;
        self.steps.borrow_mut().push(step);
        good
    }

    /// Notes a task that cannot be begun.
    pub(crate) fn not_reached(&self, task: usize) {
        let info = self.task(task);
        self.steps.borrow_mut().push(RehearsedStep {
            class: Arc::clone(&info.class),
            name: name(info),
            requests: Vec::new(),
            took: Duration::ZERO,
            outcome: StepOutcome::NotReached,
            silent: info.silent,
        });
    }

    fn hooks(&self) -> Hooks {
        let noted = Arc::clone(&self.noted);
        Hooks::new().on_request(move |view| lock(&noted).push(RehearsedRequest::of(view)))
    }
}

/// `Flow/task`.
pub(crate) fn name(info: &TaskInfo) -> String {
    if info.flow.is_empty() {
        info.task.to_string()
    } else {
        format!("{}/{}", info.flow, info.task)
    }
}

impl StepOutcome {
    /// From how the suite's code ended.
    pub(crate) fn of(done: Result<Result<(), TaskError>, panics::Panic>) -> Self {
        match done {
            Ok(Err(TaskError::Request(failed))) => Self::Failed(failed.text().to_owned()),
            Ok(Err(TaskError::Exception(error))) => Self::Exception(error.to_string()),
            // The others say how a user goes on.
            Ok(_) => Self::Done,
            Err(panic) => Self::Exception(format!("{} ({})", panic.message, panic.place)),
        }
    }
}

/// Executes every task of `classes` once, one after the other, each within `limit`. Of each class
/// one user starts, goes through its flows in the order in which they are written, and stops. Tasks
/// that are never drawn are left out. The suite's hooks hear nothing of it; rows of feeders that
/// are given out once are used up.
///
/// It blocks, so it has no place inside an async runtime.
///
/// # Errors
/// When a run could not start either.
pub fn rehearse(
    classes: &[Class],
    shared: &Shared,
    settings: &RunSettings,
    limit: Duration,
) -> Result<Rehearsal, RunError> {
    let mut settings = settings.clone();
    (settings.max_requests, settings.max_cost, settings.iterations) = (None, None, None);
    settings.threads = 1;
    let plan = plan(classes, shared.clone(), &settings)?;
    debug_assert!(!plan.limited.contains(&Limit::Requests));
    let tasks: Vec<TaskInfo> = classes.iter().flat_map(Class::tasks).collect();
    let script = Script::new(tasks.clone(), limit);
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    let runtime = runtime.map_err(RunError::Thread)?;
    let spent = runtime.block_on(async {
        let stage = Stage {
            recorder: recorder(tasks.len(), &settings),
            clock: Clock::new(Instant::now()),
            http: HttpContext::new(&plan.http, &plan.tls, tasks.clone(), None),
            listeners: Listeners::new(&script.hooks(), tasks),
            shared: Arc::clone(&plan.shared),
            seed: plan.seed,
        };
        let gate = plan.gate(&[]);
        for (number, class) in plan.classes.iter().enumerate() {
            *script.class.borrow_mut() = Arc::clone(class.class.name());
            script.first_task.set(class.first_task as usize);
            let mut setup = stage.setup(number as u32, class.host.clone());
            setup.first_task = TaskId(class.first_task);
            setup.gate.clone_from(&gate);
            let context = UserContext {
                setup,
                schedule_seed: plan.seed,
                phase: Rc::new(PhaseCell::new()),
                quota: None,
                newcomer: None,
                standby: Rc::default(),
                turn: None,
            };
            class.class.rehearse(context, Rc::clone(&script)).await;
        }
        stage.spent()
    });
    // A name look-up that hangs must not hold up anybody.
    runtime.shutdown_background();
    Ok(Rehearsal { steps: script.steps.take(), spent })
}

/// Runs `code` once with a session of its own, at the host of the run and within `limit`, and gives
/// back what it made of `state`: for questions before a run.
///
/// It blocks, so it has no place inside an async runtime.
///
/// # Errors
/// When there is no host, or a run could not start either.
pub fn try_once<S: 'static>(
    settings: &RunSettings,
    shared: &Shared,
    limit: Duration,
    mut state: S,
    code: TaskFn<S>,
) -> Result<(S, RehearsedStep), RunError> {
    let host = settings.host.as_deref().unwrap_or_default();
    let host: Url = plan::address(host)?;
    let http = &settings.http;
    let tls = client_config(http.extra_roots_pem.as_deref(), http.verify_tls)?;
    let info = TaskInfo {
        class: Arc::from("preflight"),
        flow: Arc::from(""),
        task: Arc::from("question"),
        tags: Arc::from([]),
        expected_share: None,
        silent: false,
    };
    let script = Script::new(vec![info.clone()], limit);
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    let runtime = runtime.map_err(RunError::Thread)?;
    runtime.block_on(async {
        let stage = Stage {
            recorder: recorder(1, settings),
            clock: Clock::new(Instant::now()),
            http: HttpContext::new(http, &tls, vec![info.clone()], None),
            listeners: Listeners::new(&script.hooks(), vec![info]),
            shared: Arc::new(shared.clone()),
            seed: settings.seed,
        };
        let mut session = Session::new(stage.setup(0, host));
        let work = async { StepOutcome::of(panics::catch(code(&mut state, &mut session)).await) };
        script.step("question".to_owned(), false, work).await;
    });
    runtime.shutdown_background();
    let step = script.steps.borrow_mut().pop().expect("the step was just noted");
    Ok((state, step))
}

/// Statistics that nobody reads.
fn recorder(tasks: usize, settings: &RunSettings) -> super::SharedRecorder {
    let recorder = Recorder::new(tasks, settings.limits);
    Rc::new(RefCell::new(recorder.masking(&settings.mask, settings.seed)))
}

/// What the sessions of a rehearsal share.
struct Stage {
    recorder: super::SharedRecorder,
    clock: Clock,
    http: Rc<HttpContext>,
    listeners: Option<Rc<Listeners>>,
    shared: Arc<Shared>,
    seed: u64,
}

impl Stage {
    /// The session of a user. Its seat is the first; its number is one that no run gets to, so that
    /// what it makes by that number is nobody else's.
    fn setup(&self, number: u32, host: Url) -> SessionSetup {
        let index = u32::MAX - number;
        SessionSetup {
            index,
            seat: 0,
            seed: super::crew::mix(self.seed, 2 * u64::from(index)),
            targets: Rc::new(Targets::new(host)),
            shared: Arc::clone(&self.shared),
            http: Rc::clone(&self.http),
            recorder: Rc::clone(&self.recorder),
            clock: self.clock,
            first_task: TaskId(0),
            listeners: self.listeners.clone(),
            gate: None,
        }
    }

    fn spent(&self) -> u64 {
        self.recorder.borrow_mut().take(0, &[], None).spent
    }
}

fn lock(noted: &Noted) -> std::sync::MutexGuard<'_, Vec<RehearsedRequest>> {
    noted.lock().unwrap_or_else(PoisonError::into_inner)
}
