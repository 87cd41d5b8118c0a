//! The counters and gauges, and their text in the OpenMetrics form that Prometheus reads.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{
    connections::{ConnectionMetrics, Ending},
    credits::{CreditMetrics, Moved},
    extraction::ExtractionMetrics,
    process,
    progress::ProgressMetrics,
    stages::StageMetrics,
};
use crate::{app::App, breaker::Condition};

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// The label of what fits no route.
const NO_ROUTE: &str = "(none)";

/// The counters and gauges of one service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    webhooks: Family<VerdictLabels, Counter>,
    connections: ConnectionMetrics,
    credits: CreditMetrics,
    progress: ProgressMetrics,
    extraction: ExtractionMetrics,
    /// Shared with every request that is being measured.
    stages: Arc<StageMetrics>,
    read: AtRead,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabels {
    pool: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HashLabels {
    hash: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VerdictLabels {
    verdict: &'static str,
}

/// Figures that others keep, copied when somebody reads.
#[derive(Default)]
struct AtRead {
    db_limit: Gauge,
    db_open: Gauge,
    db_idle: Gauge,
    db_waits: Counter,
    db_waited: Counter<f64, AtomicU64>,
    pool_size: Family<PoolLabels, Gauge>,
    pool_in_use: Family<PoolLabels, Gauge>,
    pool_waiting: Family<PoolLabels, Gauge>,
    speech_running: Gauge,
    speech_waiting: Gauge,
    speech_refused: Counter,
    password_running: Gauge,
    password_waiting: Gauge,
    password_refused: Counter,
    password_hashes: Family<HashLabels, Counter>,
    payments_breaker_open: Gauge,
    payments_in_flight: Gauge,
    payments_calls: Counter,
    payments_failures: Counter,
    payments_refused: Counter,
    audit_dropped: Counter,
    releases_waiting: Gauge,
    letters_waiting: Gauge,
    letters_sent: Counter,
    letters_failed: Counter,
    letters_suppressed: Counter,
    mail_breaker_open: Gauge,
    uptime: Gauge<f64, AtomicU64>,
    resident_bytes: Gauge<i64, AtomicI64>,
    cpu_seconds: Counter<f64, AtomicU64>,
    open_files: Gauge,
}

/// Counts a request as running until it is dropped.
pub(crate) struct Running<'a>(&'a Gauge);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("tts_reader");
        let requests = Family::default();
        let latency: Family<RouteLabels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let in_flight = Gauge::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time from the request's head to the answer's head",
            latency.clone(),
        );
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        let webhooks = Family::default();
        registry.register(
            "payment_events",
            "Payment events by what became of them",
            webhooks.clone(),
        );
        let connections = ConnectionMetrics::default();
        connections.register(&mut registry);
        let credits = CreditMetrics::default();
        credits.register(&mut registry);
        let progress = ProgressMetrics::default();
        progress.register(&mut registry);
        let extraction = ExtractionMetrics::default();
        extraction.register(&mut registry);
        let stages = Arc::new(StageMetrics::default());
        stages.register(&mut registry);
        let read = AtRead::default();
        read.register(&mut registry);
        Self {
            registry,
            requests,
            latency,
            in_flight,
            webhooks,
            connections,
            credits,
            progress,
            extraction,
            stages,
            read,
        }
    }

    /// Where the times of a request's stages go.
    pub(crate) fn stages(&self) -> &Arc<StageMetrics> {
        &self.stages
    }

    pub(crate) fn request_started(&self) -> Running<'_> {
        self.in_flight.inc();
        Running(&self.in_flight)
    }

    pub(crate) fn request_ended(
        &self,
        method: &Method,
        route: Option<&str>,
        status: StatusCode,
        took: Duration,
    ) {
        let method = known_method(method);
        // Paths that are no route would be labels without end.
        let route = route.unwrap_or(NO_ROUTE).to_owned();
        let labels = RouteLabels { method, route: route.clone() };
        self.latency.get_or_create(&labels).observe(took.as_secs_f64());
        self.requests
            .get_or_create(&RequestLabels { method, route, status: status.as_u16() })
            .inc();
    }

    /// Counts what was answered without becoming a request.
    pub(crate) fn head_refused(&self, status: StatusCode) {
        let (method, route, status) = ("OTHER", NO_ROUTE.to_owned(), status.as_u16());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    pub(crate) fn connection_accepted(&self) {
        self.connections.accepted();
    }

    pub(crate) fn connection_ended(&self, ending: Ending) {
        self.connections.ended(ending);
    }

    /// Counts credits that this process moved.
    pub(crate) fn credits(&self, moved: Moved, credits: i64) {
        self.credits.count(moved, credits);
    }

    /// Counts a delivery of a payment event.
    pub(crate) fn webhook(&self, verdict: &'static str) {
        self.webhooks.get_or_create(&VerdictLabels { verdict }).inc();
    }

    /// The text of `/metrics`.
    ///
    /// # Errors
    /// Never in practice: writing into memory.
    pub(crate) fn text(&self, app: &App) -> Result<String, fmt::Error> {
        self.connections.copy(&app.places);
        self.progress.copy(app.progress.figures());
        self.extraction.copy(&app.extraction.figures());
        self.read.copy(app);
        let mut text = String::with_capacity(8 * 1024);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl AtRead {
    fn register(&self, r: &mut Registry) {
        r.register("db_connections_limit", "Connections that may be open", self.db_limit.clone());
        r.register("db_connections_open", "Connections that are open", self.db_open.clone());
        r.register("db_connections_idle", "Open connections nobody uses", self.db_idle.clone());
        r.register("db_connection_waits", "Waits for a free connection", self.db_waits.clone());
        let waited = self.db_waited.clone();
        r.register("db_connection_wait_seconds", "Time waited for a free connection", waited);
        let size = self.pool_size.clone();
        r.register("db_pool_size", "Connections of the pool for reading, for writing", size);
        r.register("db_pool_in_use", "Connections somebody uses", self.pool_in_use.clone());
        let waiting = self.pool_waiting.clone();
        r.register("db_pool_waiting", "Requests waiting for a connection", waiting);
        r.register("speech_running", "Syntheses on a thread", self.speech_running.clone());
        r.register("speech_waiting", "Syntheses in the queue", self.speech_waiting.clone());
        r.register("speech_refused", "Refused: queue full", self.speech_refused.clone());
        r.register("password_running", "Hashes on a thread", self.password_running.clone());
        r.register("password_waiting", "Hashes in the queue", self.password_waiting.clone());
        r.register("password_refused", "Refused: queue full", self.password_refused.clone());
        let hashes = self.password_hashes.clone();
        r.register("password_hashes", "Hashes computed, also stand-ins", hashes);
        let open = self.payments_breaker_open.clone();
        r.register("payments_breaker_open", "1 while Stripe is not asked", open);
        let calling = self.payments_in_flight.clone();
        r.register("payments_in_flight", "Calls to Stripe under way", calling);
        r.register("payments_calls", "Calls to Stripe", self.payments_calls.clone());
        let failures = self.payments_failures.clone();
        r.register("payments_failures", "Calls to Stripe without an answer", failures);
        r.register("payments_refused", "Calls that were not made", self.payments_refused.clone());
        r.register("audit_lines_dropped", "Lines lost to a slow disk", self.audit_dropped.clone());
        let releases = self.releases_waiting.clone();
        r.register("releases_waiting", "Credits, keys to release when the database can", releases);
        r.register("letters_waiting", "E-mails in the queue", self.letters_waiting.clone());
        r.register("letters_sent", "E-mails handed on", self.letters_sent.clone());
        r.register("letters_failed", "E-mails dropped after failures", self.letters_failed.clone());
        let suppressed = self.letters_suppressed.clone();
        r.register("letters_suppressed", "E-mails not written: e-mail is off", suppressed);
        let breaker = self.mail_breaker_open.clone();
        r.register("mail_breaker_open", "1: the mail server fails and is left alone", breaker);
        r.register("uptime_seconds", "Time since start", self.uptime.clone());
        let resident = self.resident_bytes.clone();
        r.register("process_resident_bytes", "Memory held by the process", resident);
        r.register("process_cpu_seconds", "CPU time used", self.cpu_seconds.clone());
        r.register("process_open_files", "Open file descriptors", self.open_files.clone());
    }

    fn copy(&self, app: &App) {
        let set = |counter: &Counter, value: u64| {
            counter.inner().store(value, std::sync::atomic::Ordering::Relaxed);
        };
        let db = app.store.figures();
        self.db_limit.set(db.limit.into());
        self.db_open.set(db.open.into());
        self.db_idle.set(db.idle as i64);
        set(&self.db_waits, db.waits);
        let waited = db.waited.as_secs_f64().to_bits();
        self.db_waited.inner().store(waited, std::sync::atomic::Ordering::Relaxed);
        for (pool, now) in db.pools {
            let labels = PoolLabels { pool };
            self.pool_size.get_or_create(&labels).set(now.size.into());
            self.pool_in_use.get_or_create(&labels).set(now.in_use as i64);
            self.pool_waiting.get_or_create(&labels).set(now.waiting as i64);
        }
        let speech = app.speaker.figures();
        self.speech_running.set(speech.running as i64);
        self.speech_waiting.set(speech.waiting as i64);
        set(&self.speech_refused, speech.refused);
        let passwords = app.passwords.figures();
        self.password_running.set(passwords.running as i64);
        self.password_waiting.set(passwords.waiting as i64);
        set(&self.password_refused, passwords.refused);
        for (hash, computed) in app.passwords.computed() {
            set(&self.password_hashes.get_or_create(&HashLabels { hash }), computed);
        }
        if let Some(payments) = app.payments.figures() {
            self.payments_breaker_open.set((payments.condition != Condition::Closed).into());
            self.payments_in_flight.set(payments.in_flight as i64);
            set(&self.payments_calls, payments.calls);
            set(&self.payments_failures, payments.failures);
            set(&self.payments_refused, payments.refused);
        }
        set(&self.audit_dropped, app.audit.dropped());
        self.releases_waiting.set(app.releases.waiting() as i64);
        let post = app.post.figures();
        self.letters_waiting.set(post.waiting as i64);
        set(&self.letters_sent, post.sent);
        set(&self.letters_failed, post.failed);
        set(&self.letters_suppressed, post.suppressed);
        self.mail_breaker_open.set(post.broken.into());
        self.uptime.set(app.started.elapsed().as_secs_f64());
        if let Some(process) = process::figures() {
            self.resident_bytes.set(process.resident_bytes);
            let bits = process.cpu_seconds.to_bits();
            self.cpu_seconds.inner().store(bits, std::sync::atomic::Ordering::Relaxed);
            self.open_files.set(process.open_files);
        }
    }
}

fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
