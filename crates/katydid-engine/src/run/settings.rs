//! What a run is told, and how it can refuse.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::mask::Mask;
use katydid_core::{RateCap, RecorderLimits, RunPhase, Shape, Target};

use super::arrivals::Arrivals;
use crate::class::ClassError;
use crate::failure_log::FailureLog;
use crate::hooks::Hooks;

/// Longer than any run; the clock could not count much further.
pub(crate) const CENTURY: Duration = Duration::from_hours(876_000);

/// How much load, for how long, and where to.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// Users to start.
    pub users: u32,
    /// Users started per second: user k starts at k ÷ rate.
    pub spawn_rate: f64,
    /// Changes the number of users as the run goes on; `users` and `spawn_rate` count for nothing
    /// then.
    pub shape: Option<Arc<dyn Shape>>,
    /// What this machine has room for: a ramp to more users, by the shape or by hand, is not begun and
    /// told.
    pub most_users: u32,
    /// The open model: tasks start at a rate of their own, by users made as needed. `users`,
    /// `spawn_rate` and the waits of classes count for nothing then.
    pub arrivals: Option<Arrivals>,
    /// The run ends when exactly so many task executions have come to their end, all users
    /// together.
    pub iterations: Option<u64>,
    /// Never more requests than this are sent: redirects, retries and those of `on_start` and
    /// `on_stop` among them. The run ends when so many have been answered.
    pub max_requests: Option<u64>,
    /// The run ends when requests have cost so many units, as told by
    /// [`Session::spend`](crate::Session::spend). What is under way at that moment comes on top.
    pub max_cost: Option<u64>,
    /// Never more requests than this in any second (minute, hour), by all threads together. Each
    /// thread has an equal share. In the open model a request that is held back stays due when it
    /// was; in the closed model its user comes later.
    pub max_rate: Option<RateCap>,
    /// Which part of the run the statistics are of.
    pub window: Window,
    /// Targets that end the run when they are missed; those without `abort` never do.
    pub abort: Vec<Target>,
    /// Length of the run from its start, ramp included. `None`: until stopped.
    pub run_time: Option<Duration>,
    /// Users stop by themselves when they have done their part, and the run ends as planned with the last
    /// of them, even before its run time.
    pub until_done: bool,
    /// How long users may go on with the task they are in when the run ends or they are removed.
    pub stop_timeout: Duration,
    /// Executor threads.
    pub threads: usize,
    /// Fixes schedule, choices and data.
    pub seed: u64,
    /// The host that paths are relative to; overrides those of the classes.
    pub host: Option<String>,
    /// The HTTP client.
    pub http: HttpSettings,
    /// Measures this machine's floor first, which takes 0.15 s: response times of an echo in this
    /// program.
    pub calibrate: bool,
    /// Bounds of the statistics.
    pub limits: RecorderLimits,
    /// Functions that hear of every request and of every error of the suite's own code.
    pub hooks: Hooks,
    /// What hides secrets in exemplars, failures and names of requests.
    pub mask: Arc<Mask>,
    /// Where every failure is told.
    pub failure_log: Option<FailureLog>,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            users: 1,
            spawn_rate: 1.0,
            shape: None,
            most_users: u32::MAX,
            arrivals: None,
            iterations: None,
            max_requests: None,
            max_cost: None,
            max_rate: None,
            window: Window::Whole,
            abort: Vec::new(),
            run_time: None,
            until_done: false,
            stop_timeout: Duration::ZERO,
            threads: 1,
            seed: 0,
            host: None,
            http: HttpSettings::default(),
            calibrate: false,
            limits: RecorderLimits::default(),
            hooks: Hooks::default(),
            mask: Arc::default(),
            failure_log: None,
        }
    }
}

/// Which part of a run the statistics are of. What is left out is told
/// ([`Snapshot::since`](katydid_core::Snapshot::since)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// All of it.
    #[default]
    Whole,
    /// What follows the moment at which all users have started for the first time.
    Started,
    /// The load that users keep up, without what all of them do at one time. It begins once each
    /// has started and its first task has ended, and lasts `length`; then the run ends, and what
    /// users do because of that is in no number.
    Steady {
        /// The longest that is waited for those first tasks after the ramp.
        patience: Duration,
        /// For how long is measured.
        length: Duration,
    },
}

impl RunSettings {
    /// When the run ends by itself, if that is settled before it begins.
    pub fn end(&self) -> Option<Duration> {
        let stages = self.arrivals.as_ref().and_then(|arrivals| arrivals.rate.length());
        self.run_time.into_iter().chain(stages).min()
    }

    /// The named pieces of the run by plan: stages, or the ramp and what follows it. None where a
    /// function decides the number of users.
    pub fn phases(&self) -> Vec<RunPhase> {
        match (&self.arrivals, &self.shape) {
            (Some(arrivals), _) => arrivals.rate.phases(self.end()),
            (None, Some(shape)) => shape.phases(),
            (None, None) => RunPhase::ramp_and_steady(self.users, self.spawn_rate, self.end()),
        }
    }

    /// How long tasks may go on after the end of the run. In the open model that is the time limit
    /// of a request, unless a stop timeout was set: answers to what was sent are waited for.
    pub fn patience(&self) -> Duration {
        let open = self.arrivals.is_some() && self.stop_timeout.is_zero();
        if open { self.http.timeout } else { self.stop_timeout }
    }
}

/// How the sessions speak HTTP.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Time limit of a whole request, redirects included.
    pub timeout: Duration,
    /// Time limit of a TCP connect, and of a TLS handshake.
    pub connect_timeout: Duration,
    /// Most body bytes read, before and after decompression.
    pub max_body: usize,
    /// Most redirects followed per request.
    pub max_redirects: usize,
    /// Further certificate authorities, in PEM.
    pub extra_roots_pem: Option<Vec<u8>>,
    /// Whether certificates are verified.
    pub verify_tls: bool,
    /// Sent with every request to every host as `X-Load-Test`, so that who runs the target can
    /// tell the test from its users.
    pub label: Option<String>,
    /// Sends a `traceparent` with every request, whose trace ids begin with this number (not 0) in
    /// 16 hexadecimal digits.
    pub traces: Option<u64>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            connect_timeout: Duration::from_secs(10),
            max_body: 16 << 20,
            max_redirects: 10,
            extra_roots_pem: None,
            verify_tls: true,
            label: None,
            traces: None,
        }
    }
}

/// Why a run could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A mistake in a user class.
    #[error(transparent)]
    Class(#[from] ClassError),
    /// Nobody to start.
    #[error("no user class with a weight or a fixed count above 0; nobody would be started")]
    NoClass,
    /// Two classes of one name.
    #[error("two user classes are named {0}; rename one")]
    DuplicateClass(String),
    /// A class without a host.
    #[error("no host for {0}; give one with -H http://…")]
    NoHost(String),
    /// A host that is no address.
    #[error("`{host}` is no address of a host: {why}; write it like http://localhost:5000")]
    Host {
        /// What was given.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// Settings of the open model that cannot be meant.
    #[error("{0}")]
    Arrivals(String),
    /// A number out of range.
    #[error("{0}")]
    Number(String),
    /// The extra certificate authorities cannot be read.
    #[error("certificate authorities: {0}")]
    Roots(String),
    /// A thread could not be started.
    #[error("executor thread could not be started: {0}")]
    Thread(std::io::Error),
}
