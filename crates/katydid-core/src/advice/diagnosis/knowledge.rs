//! What is known of causes: of any HTTP service here, of a certain one in its suite.

use crate::FailureKind;

/// What can be seen of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Symptom {
    /// Answers of this status. 401 counts only where logins were accepted before.
    Status(u16),
    /// Connections that are refused or break.
    Connections,
    /// No answer in time.
    Timeouts,
    /// A p95 of a second or more, spent in the target.
    Slow,
    /// A pool that has nothing left while requests wait for it; its series is the endpoint here.
    PoolFull,
    /// A database that has no connection left; its series is the endpoint here.
    ConnectionsFull,
}

/// What a suite knows of its target: a symptom's likely cause and the next step, with the words and
/// settings of that target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub(super) symptom: Symptom,
    endpoint: Option<String>,
    saying: Option<String>,
    pub(super) cause: String,
    pub(super) next: String,
}

impl Advice {
    /// Knowledge of a symptom, wherever it is seen.
    pub fn new(symptom: Symptom, cause: &str, next: &str) -> Self {
        let (cause, next) = (cause.to_owned(), next.to_owned());
        Self { symptom, endpoint: None, saying: None, cause, next }
    }

    /// Only of requests whose name begins so.
    pub fn at(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// Only where the failure's text has these words.
    pub fn saying(mut self, words: &str) -> Self {
        self.saying = Some(words.to_owned());
        self
    }

    /// Whether it is about this.
    pub(super) fn fits(&self, symptom: Symptom, name: &str, text: &str) -> bool {
        let begins = self.endpoint.as_ref().is_none_or(|endpoint| name.starts_with(endpoint));
        let says = self.saying.as_ref().is_none_or(|words| text.contains(words.as_str()));
        self.symptom == symptom && begins && says
    }
}

/// The likely cause of one answer that failed, and the next step: what `known` says of it, else what
/// holds at any HTTP service. Of a single 401 nothing is known: the login may be wrong.
pub fn known_cause(
    status: u16,
    name: &str,
    text: &str,
    known: &[Advice],
) -> Option<(String, String)> {
    let symptom = symptom(FailureKind::Status(status)).filter(|_| status != 401)?;
    let (cause, next) = match known.iter().find(|advice| advice.fits(symptom, name, text)) {
        Some(advice) => (advice.cause.as_str(), advice.next.as_str()),
        None => general(symptom),
    };
    Some((cause.to_owned(), next.to_owned()))
}

/// What a kind of failure is a symptom of. Failed checks, and requests that are wrong in
/// themselves, say nothing of the target's state.
pub(super) fn symptom(kind: FailureKind) -> Option<Symptom> {
    match kind {
        FailureKind::Status(status @ (401 | 402 | 429 | 500..)) => Some(Symptom::Status(status)),
        FailureKind::Dns | FailureKind::Connect | FailureKind::Tls | FailureKind::Connection => {
            Some(Symptom::Connections)
        }
        FailureKind::Timeout => Some(Symptom::Timeouts),
        _ => None,
    }
}

/// The likely cause and the next step at any HTTP service.
pub(super) fn general(symptom: Symptom) -> (&'static str, &'static str) {
    match symptom {
        Symptom::Status(401) => (
            "tokens have expired: these logins were accepted before",
            "log in again before a token ends, or let tokens live longer than the run",
        ),
        Symptom::Status(402) => {
            ("the accounts have run out of credits", "give them more, or use more accounts")
        }
        Symptom::Status(429) => (
            "the target limits the rate",
            "raise its limit for the test, use more accounts, or send less",
        ),
        Symptom::Status(502 | 504) => (
            "a gateway does not reach the service behind it",
            "look at that service and at the gateway's time limit",
        ),
        Symptom::Status(503) => (
            "the target takes on no more work: a queue or a pool is full",
            "find the queue by the answer's words; raise it, or use fewer users",
        ),
        Symptom::Status(_) => ("the target's own code failed", "look into its log at that moment"),
        Symptom::Connections => (
            "nobody accepts, or the target closes connections in mid-request: it is down, restarts, \
             or its backlog or file descriptors are used up",
            "look whether the process lived all the time, then at its connection limits",
        ),
        Symptom::Timeouts => (
            "the target does not finish in time: a queue grows, or something is stuck",
            "compare with a run of fewer users; look at what the target waits for",
        ),
        Symptom::PoolFull => (
            "the pool is too small for this load, or each connection is kept too long: requests \
             queue for one",
            "raise the pool's size as far as the database has room, and look at what keeps \
             connections so long",
        ),
        Symptom::ConnectionsFull => (
            "the database has no connection left: whoever needs one more is refused, or waits for it",
            "give each service a smaller pool or a pooler before the database; raise its limit \
             (max_connections) only as far as its memory allows",
        ),
        Symptom::Slow => (
            "the target works on it or lets it wait",
            "look at its CPU and queues, and compare with a run of fewer users",
        ),
    }
}
