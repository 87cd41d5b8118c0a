//! The session as the suite's code sees it.

use std::cell::{OnceCell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cookie_store::CookieStore;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use katydid_core::{TaskId, TaskInfo};
use rand::distr::uniform::{SampleRange, SampleUniform};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::time::Sleep;

use super::dns::Names;
use super::gate::Gate;
use super::http1::Buffers;
use super::meter::{Clock, Meter};
use super::pool::Pool;
use super::request::RequestBuilder;
use super::target::Targets;
use super::traceparent;
use super::work::Work;
use crate::failure_log::FailureLog;
use crate::hooks::{Actor, Listeners};
use crate::run::{HttpSettings, SharedRecorder};
use crate::shared::Shared;

/// What all sessions of one thread share.
pub(crate) struct HttpContext {
    pub(crate) settings: HttpSettings,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    /// The same without HTTP/2, made when first needed.
    tls_http1: OnceCell<Arc<rustls::ClientConfig>>,
    pub(crate) names: Names,
    pub(crate) buffers: Rc<Buffers>,
    /// The header that names the test.
    pub(crate) label: Option<HeaderValue>,
    /// The tasks of all classes, for the exemplars.
    pub(crate) tasks: Vec<TaskInfo>,
    /// Where every failure is told.
    pub(crate) failure_log: Option<FailureLog>,
}

impl HttpContext {
    /// That of one thread. The label was found to be a header's value before.
    pub(crate) fn new(
        settings: &HttpSettings,
        tls: &Arc<rustls::ClientConfig>,
        tasks: Vec<TaskInfo>,
        failure_log: Option<FailureLog>,
    ) -> Rc<Self> {
        Rc::new(Self {
            tasks,
            failure_log,
            tls: Arc::clone(tls),
            tls_http1: OnceCell::new(),
            names: Names::default(),
            buffers: Rc::default(),
            label: settings.label.as_deref().and_then(|text| HeaderValue::from_str(text).ok()),
            settings: settings.clone(),
        })
    }

    /// TLS that offers HTTP/1.1 alone.
    pub(crate) fn tls_http1(&self) -> &Arc<rustls::ClientConfig> {
        self.tls_http1.get_or_init(|| {
            let mut config = rustls::ClientConfig::clone(&self.tls);
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            Arc::new(config)
        })
    }
}

/// What a new session needs.
pub(crate) struct SessionSetup {
    pub(crate) index: u32,
    pub(crate) seat: u32,
    pub(crate) seed: u64,
    pub(crate) targets: Rc<Targets>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) http: Rc<HttpContext>,
    pub(crate) recorder: SharedRecorder,
    pub(crate) clock: Clock,
    /// The first task of the class; what happens outside tasks is counted there.
    pub(crate) first_task: TaskId,
    pub(crate) listeners: Option<Rc<Listeners>>,
    /// What its requests have to pass, if the run has guards.
    pub(crate) gate: Option<Rc<Gate>>,
}

impl SessionSetup {
    /// Counts an error or a panic of the suite's own code and tells the hooks.
    pub(crate) fn exception(&self, task: Option<TaskId>, message: &str, place: &str) {
        let by = self.actor(task);
        self.recorder.borrow_mut().exception(by.task, message, place);
        if let Some(listeners) = &self.listeners {
            listeners.user_error(by, message, place, &self.recorder);
        }
    }

    pub(super) fn actor(&self, task: Option<TaskId>) -> Actor {
        let in_task = task.is_some();
        Actor { user: self.index, task: task.unwrap_or(self.first_task), in_task }
    }
}

/// The HTTP client of one simulated user, and the source of its data.
///
/// Paths are relative to the run's host; whole URLs are taken as they are. Each request is measured
/// and counted under its method and name (the path, unless `.name(…)` gives another).
pub struct Session {
    pub(crate) setup: SessionSetup,
    pub(crate) meter: Rc<Meter>,
    pub(crate) pool: Rc<Pool>,
    pub(crate) cookies: Option<Box<CookieStore>>,
    /// Answers that wait for their judgement share it with the session.
    pub(crate) headers: Rc<HeaderMap>,
    pub(crate) tags: Arc<[Arc<str>]>,
    /// The task or hook it is in.
    pub(crate) work: Rc<Work>,
    pub(crate) deadline: Option<Pin<Box<Sleep>>>,
    /// How many rows it has taken, by feeder.
    takes: RefCell<Vec<(u64, u64)>>,
    rng: Xoshiro256PlusPlus,
    /// Where the random part of its traces comes from.
    traces: u64,
}

impl Session {
    pub(crate) fn new(setup: SessionSetup) -> Self {
        let rng = Xoshiro256PlusPlus::seed_from_u64(setup.seed);
        let traces = setup.seed;
        Self {
            meter: Meter::new(setup.clock),
            setup,
            pool: Rc::default(),
            cookies: None,
            headers: Rc::default(),
            tags: Arc::from([]),
            work: Rc::default(),
            deadline: None,
            takes: RefCell::default(),
            rng,
            traces,
        }
    }

    /// A GET request.
    pub fn get(&mut self, url: impl AsRef<str>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, Method::GET, url.as_ref())
    }

    /// A POST request.
    pub fn post(&mut self, url: impl AsRef<str>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, Method::POST, url.as_ref())
    }

    /// A PUT request.
    pub fn put(&mut self, url: impl AsRef<str>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, Method::PUT, url.as_ref())
    }

    /// A PATCH request.
    pub fn patch(&mut self, url: impl AsRef<str>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, Method::PATCH, url.as_ref())
    }

    /// A DELETE request.
    pub fn delete(&mut self, url: impl AsRef<str>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, Method::DELETE, url.as_ref())
    }

    /// A HEAD request.
    pub fn head(&mut self, url: impl AsRef<str>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, Method::HEAD, url.as_ref())
    }

    /// A request of any method; one that is no HTTP token fails when sent.
    pub fn request(&mut self, method: &str, url: impl AsRef<str>) -> RequestBuilder<'_> {
        match Method::from_bytes(method.as_bytes()) {
            Ok(method) => RequestBuilder::new(self, method, url.as_ref()),
            Err(_) => RequestBuilder::new(self, Method::GET, url.as_ref())
                .broken(format!("{method:?} is no HTTP method")),
        }
    }

    /// Sends `Authorization: Bearer …` with every further request to the run's host, or stops.
    ///
    /// # Panics
    /// When the token has a line end or another control character.
    pub fn set_bearer(&mut self, token: Option<&str>) {
        match token {
            Some(token) => self.set_header("authorization", &format!("Bearer {token}")),
            None => {
                Rc::make_mut(&mut self.headers).remove(AUTHORIZATION);
            }
        }
    }

    /// Sends a header with every further request to the run's host.
    ///
    /// # Panics
    /// When the name or the value cannot be a header.
    pub fn set_header(&mut self, name: &str, value: &str) {
        let name: HeaderName = name.parse().expect("a header name has letters, digits and hyphens");
        let value = HeaderValue::from_str(value).expect("a header value has no control characters");
        Rc::make_mut(&mut self.headers).insert(name, value);
    }

    /// The number of this user in the run: 0, 1, 2, … in the order of their start.
    pub fn user_index(&self) -> u32 {
        self.setup.index
    }

    /// The seat of this user, see [`NewUser::seat`](crate::NewUser::seat).
    pub fn user_seat(&self) -> u32 {
        self.setup.seat
    }

    /// The host of the run, e.g. `http://localhost:5000`.
    pub fn host(&self) -> &str {
        self.setup.targets.home.as_str().trim_end_matches('/')
    }

    /// What the suite prepared for all users.
    ///
    /// # Panics
    /// When nothing of this type was prepared.
    pub fn shared<T: Send + Sync + 'static>(&self) -> &T {
        self.setup.shared.get()
    }

    /// Like [`shared`](Self::shared), for code that goes on using the session meanwhile.
    pub fn shared_handle(&self) -> Arc<Shared> {
        Arc::clone(&self.setup.shared)
    }

    /// The seed of this user's data, made of the run's `--seed` and the user's number.
    pub fn seed(&self) -> u64 {
        self.setup.seed
    }

    /// A random value from a range, reproducible by `--seed`.
    ///
    /// # Panics
    /// When the range is empty.
    pub fn random<T: SampleUniform>(&mut self, range: impl SampleRange<T>) -> T {
        self.rng.random_range(range)
    }

    /// `true` with this probability (0 to 1), reproducible by `--seed`.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability.clamp(0.0, 1.0))
    }

    /// One of several, reproducible by `--seed`.
    ///
    /// # Panics
    /// When there is none.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.rng.random_range(0..items.len())]
    }

    /// Waits within a task.
    pub async fn sleep(&mut self, time: Duration) {
        self.pool.watch_during(tokio::time::sleep(time)).await;
    }

    /// Says that a request has cost so many units of what the suite pays for, characters for
    /// instance. They are added up over the run, and with a limit of the cost the run ends when it
    /// is reached. To be called when the answer says that it was charged.
    pub fn spend(&mut self, units: u64) {
        self.setup.recorder.borrow_mut().spent(units);
        if let Some(cost) = self.setup.gate.as_ref().and_then(|gate| gate.cost.as_ref()) {
            cost.spend(units);
        }
    }

    /// The number, from 0, of the row that this user takes now from a feeder.
    pub(crate) fn takes_from(&self, feeder: u64) -> u64 {
        let mut takes = self.takes.borrow_mut();
        match takes.iter_mut().find(|(known, _)| *known == feeder) {
            Some((_, takes)) => {
                *takes += 1;
                *takes - 1
            }
            None => {
                takes.push((feeder, 1));
                0
            }
        }
    }

    /// The `traceparent` of the next request of a run with these digits.
    pub(super) fn next_trace(&mut self, run: u64) -> Box<str> {
        traceparent::header(run, &mut self.traces)
    }

    /// A task with these tags begins, `late_ns` after its schedule. What the task does before its
    /// first request is its own time and makes that request no later.
    pub(crate) fn begin_task(
        &mut self,
        tags: &Arc<[Arc<str>]>,
        late_ns: u64,
        task: Option<TaskId>,
    ) {
        self.tags = Arc::clone(tags);
        self.work.begin(task, late_ns, self.setup.recorder.borrow().resets());
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("user", &self.setup.index).finish_non_exhaustive()
    }
}
