//! Functions of the suite that hear of every request and of every error of its own code.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Bytes, Phases, TaskId, TaskInfo};

use crate::error::RequestFailed;
use crate::run::{SharedRecorder, panics};
use crate::session::Headers;
use crate::session::Targets;

/// Functions that are called while the load runs.
///
/// They run **on the executor threads**, between the requests of the users there: several threads
/// call the same function at the same time, and a function that takes long delays every user of its
/// thread. Count in atomics or in a [`std::thread_local!`]; a lock makes the threads wait for each
/// other, and what a hook sends or writes is in nobody's statistics. A run without hooks does not
/// even build what they would see.
///
/// A hook that panics harms nobody: the panic is counted as an exception that names the hook, the
/// run goes on, and the verdict is FAIL.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use katydid_engine::{Hooks, RunSettings};
///
/// let slow = Arc::new(AtomicU64::new(0));
/// let count = Arc::clone(&slow);
/// let hooks = Hooks::new().on_request(move |request| {
///     if request.response_time.as_secs() >= 2 {
///         count.fetch_add(1, Ordering::Relaxed);
///     }
/// });
/// let settings = RunSettings { hooks, ..RunSettings::default() };
/// ```
#[derive(Clone, Default)]
pub struct Hooks {
    requests: Vec<Arc<RequestHook>>,
    errors: Vec<Arc<UserErrorHook>>,
}

type RequestHook = dyn Fn(&RequestView<'_>) + Send + Sync;
type UserErrorHook = dyn Fn(&UserErrorView<'_>) + Send + Sync;

impl Hooks {
    /// No hook.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `hook` for every request that was counted, in the moment it is counted: after the
    /// suite's code has looked at the answer. Requests that the end of the run cut are not told.
    pub fn on_request(mut self, hook: impl Fn(&RequestView<'_>) + Send + Sync + 'static) -> Self {
        self.requests.push(Arc::new(hook));
        self
    }

    /// Calls `hook` for every error and panic of the suite's own code (Locust's `user_error`).
    pub fn on_user_error(
        mut self,
        hook: impl Fn(&UserErrorView<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.errors.push(Arc::new(hook));
        self
    }

    /// The hooks of both, in this order.
    pub fn and(mut self, others: &Self) -> Self {
        self.requests.extend(others.requests.iter().cloned());
        self.errors.extend(others.errors.iter().cloned());
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.errors.is_empty()
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, errors) = (self.requests.len(), self.errors.len());
        write!(f, "Hooks({requests} on_request, {errors} on_user_error)")
    }
}

/// Who made a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Who<'a> {
    /// The number of the user in the run.
    pub user: u32,
    /// Its class.
    pub class: &'a str,
    /// The flow of the task; empty outside flows.
    pub flow: &'a str,
    /// The task; empty in `on_start` and `on_stop`.
    pub task: &'a str,
}

impl fmt::Display for Who<'_> {
    /// `Class/Flow/task`, without the parts that are empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class)?;
        for part in [self.flow, self.task] {
            if !part.is_empty() {
                write!(f, "/{part}")?;
            }
        }
        Ok(())
    }
}

/// A request that was counted.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestView<'a> {
    /// Who made it.
    pub who: Who<'a>,
    /// Method of the first hop, or [`WEBSOCKET`](crate::WEBSOCKET).
    pub method: &'a str,
    /// The name of its row.
    pub name: &'a str,
    /// The address that answered, after redirects; without an answer the address as it was asked.
    pub url: &'a str,
    /// The tags of its row.
    pub tags: &'a [Arc<str>],
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// When its last byte came, or it was known to have failed, since the start of the run.
    pub ended: Duration,
    /// Due to last byte.
    pub response_time: Duration,
    /// Sent to last byte.
    pub service_time: Duration,
    /// Where the service time went.
    pub phases: Phases,
    /// What was moved.
    pub bytes: Bytes,
    /// Redirects followed.
    pub redirects: u32,
    /// Connections that had to be opened.
    pub connections: u32,
    /// Whether it repeats a request that came to nothing.
    pub retry: bool,
    /// Why it failed; `None` for a success.
    pub failure: Option<&'a RequestFailed>,
    headers: Option<&'a Headers>,
    /// The decompressed body; empty without an answer.
    pub body: &'a [u8],
}

impl<'a> RequestView<'a> {
    /// A header of the answer as text; `None` when absent or not text.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers?.text(name)
    }

    /// All headers of the answer, names in small letters.
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'a, str>, &'a [u8])> + use<'a> {
        self.headers.into_iter().flat_map(Headers::iter)
    }
}

/// An error or a panic of the suite's own code.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UserErrorView<'a> {
    /// Whose code.
    pub who: Who<'a>,
    /// What it said.
    pub message: &'a str,
    /// File and line of a panic; else empty.
    pub place: &'a str,
}

/// The hooks of a run on one thread, with what their views need.
pub(crate) struct Listeners {
    hooks: Hooks,
    tasks: Vec<TaskInfo>,
}

impl Listeners {
    /// `None` without hooks.
    pub(crate) fn new(hooks: &Hooks, tasks: Vec<TaskInfo>) -> Option<Rc<Self>> {
        (!hooks.is_empty()).then(|| Rc::new(Self { hooks: hooks.clone(), tasks }))
    }

    /// Whether anybody listens to requests.
    pub(crate) fn hear_requests(&self) -> bool {
        !self.hooks.requests.is_empty()
    }

    /// Tells of an exception that was counted at `task`.
    pub(crate) fn user_error(
        &self,
        by: Actor,
        message: &str,
        place: &str,
        recorder: &SharedRecorder,
    ) {
        let view = UserErrorView { who: self.who(by), message, place };
        for hook in &self.hooks.errors {
            guarded("on_user_error", by.task, recorder, || hook(&view));
        }
    }

    fn who(&self, by: Actor) -> Who<'_> {
        let info = &self.tasks[by.task.0 as usize];
        let (flow, task) = if by.in_task { (&*info.flow, &*info.task) } else { ("", "") };
        Who { user: by.user, class: &info.class, flow, task }
    }
}

/// Who acts, in numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor {
    pub(crate) user: u32,
    /// The task it is in; outside tasks the first one of its class.
    pub(crate) task: TaskId,
    pub(crate) in_task: bool,
}

/// A request on its way to the hooks; made only when there are any.
pub(crate) struct Told {
    pub(crate) listeners: Rc<Listeners>,
    pub(crate) by: Actor,
    pub(crate) method: http::Method,
    pub(crate) name: Option<Cow<'static, str>>,
    /// The address as the suite wrote it.
    pub(crate) asked: String,
    pub(crate) targets: Rc<Targets>,
    pub(crate) tags: Arc<[Arc<str>]>,
}

/// What came back: the answer of a request, or a message of a WebSocket, which has neither status
/// nor headers.
#[derive(Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) status: Option<u16>,
    pub(crate) url: &'a str,
    pub(crate) headers: Option<&'a Headers>,
    pub(crate) body: &'a [u8],
}

impl Told {
    /// Calls the hooks, after the request was counted.
    pub(crate) fn tell(
        &self,
        sample: &katydid_core::Sample,
        failure: Option<&RequestFailed>,
        answer: Option<Answered<'_>>,
        recorder: &SharedRecorder,
    ) {
        let unanswered;
        let url = match answer {
            Some(answer) => answer.url,
            None => {
                unanswered = self.address();
                &unanswered
            }
        };
        let view = RequestView {
            who: self.listeners.who(self.by),
            method: self.method.as_str(),
            name: self.name.as_deref().unwrap_or(&self.asked),
            url,
            tags: &self.tags,
            status: answer.and_then(|answer| answer.status),
            ended: Duration::from_nanos(sample.last_byte_ns),
            response_time: Duration::from_nanos(sample.response_ns()),
            service_time: Duration::from_nanos(sample.service_ns()),
            phases: sample.phases,
            bytes: sample.bytes,
            redirects: sample.redirects,
            connections: sample.connections,
            retry: sample.retry,
            failure,
            headers: answer.and_then(|answer| answer.headers),
            body: answer.map_or(&[], |answer| answer.body),
        };
        for hook in &self.listeners.hooks.requests {
            guarded("on_request", self.by.task, recorder, || hook(&view));
        }
    }

    /// The whole address that was asked; what is none, as it was written.
    fn address(&self) -> String {
        let target = self.targets.find(&self.asked);
        target.map_or_else(|_| self.asked.clone(), |target| target.url.to_string())
    }
}

/// Calls a hook; its panic is an exception of the suite's own code.
fn guarded(hook: &str, task: TaskId, recorder: &SharedRecorder, call: impl FnOnce()) {
    if let Err(panic) = panics::catch_now(call) {
        let text = format!("hook {hook}: {}", panic.message);
        recorder.borrow_mut().exception(task, &text, &panic.place);
    }
}
