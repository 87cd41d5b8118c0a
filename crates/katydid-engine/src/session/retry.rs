//! Trying again, only when the suite asks for it.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;
use katydid_core::FailureKind;
use tokio::time::Instant;

use super::exchange::{self, Unanswered};
use super::headers::Headers;
use super::request::RequestBuilder;
use super::response::Response;
use crate::error::RequestFailed;

/// The wait before the first further attempt, unless the suite gives another.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// No wait grows beyond this; `Retry-After` may ask for more.
const MOST_WAIT: Duration = Duration::from_secs(10);

/// When and how often a request is tried again.
///
/// Nothing is hidden by it. Every attempt is a request of its own in all counts, judged as any
/// answer that nobody looked at: with a status of 400 and above, or without an answer, it has
/// failed. Attempts after the first are counted as *retries* of the row. Only the last attempt
/// comes back to the suite, and only it can fail the [transaction](crate::Session::transaction)
/// it is in.
///
/// Before each further attempt there is a wait of 100 ms, doubled each time up to 10 s; it belongs
/// to no request. All attempts and waits together stay within the request's time limit
/// ([`RequestBuilder::timeout`], else `--timeout`): where the next wait would reach it, the last
/// answer stands, and a request that has timed out is not tried again.
///
/// ```
/// use katydid_engine::{Retry, Session, TaskResult};
///
/// async fn order(session: &mut Session) -> TaskResult {
///     let retry = Retry::times(2).on_status([429, 503]).respecting_retry_after();
///     session.post("/orders").retry(retry).send().await?.expect_status(201)?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a rule for retries does nothing until it is given to a request"]
pub struct Retry {
    times: u32,
    statuses: Vec<u16>,
    broken_connections: bool,
    wait: Duration,
    retry_after: bool,
}

impl Retry {
    /// At most this many attempts after the first. It needs [`on_status`](Self::on_status) or
    /// [`on_broken_connection`](Self::on_broken_connection) to say what is tried again.
    pub fn times(times: u32) -> Self {
        let (statuses, wait) = (Vec::new(), FIRST_WAIT);
        Self { times, statuses, broken_connections: false, wait, retry_after: false }
    }

    /// Tries again when the answer has one of these statuses.
    pub fn on_status(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.statuses.extend(statuses);
        self
    }

    /// Tries again when there was no connection or it broke before the answer was whole: look-up,
    /// connect, TLS, reset. The target may have done what was asked all the same.
    pub fn on_broken_connection(mut self) -> Self {
        self.broken_connections = true;
        self
    }

    /// The wait before the first further attempt, instead of 100 ms.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait.min(MOST_WAIT);
        self
    }

    /// Waits as long as the answer's `Retry-After` says, in seconds or until a date, instead of
    /// the wait above. One that asks for more than the time limit leaves is respected by not
    /// trying again.
    pub fn respecting_retry_after(mut self) -> Self {
        self.retry_after = true;
        self
    }

    pub(super) fn mistake(&self) -> Option<String> {
        let unstarted = self.statuses.is_empty() && !self.broken_connections;
        unstarted.then(|| {
            "retry without a reason; add on_status([…]) or on_broken_connection()".to_owned()
        })
    }

    /// Whether this is tried again, and after which wait.
    fn pause(&self, done: &Result<Response, Box<Unanswered>>, number: u32) -> Option<Duration> {
        let doubled = self.wait.saturating_mul(1_u32.checked_shl(number).unwrap_or(u32::MAX));
        let wait = doubled.min(MOST_WAIT);
        match done {
            _ if number >= self.times => None,
            Ok(answer) if self.statuses.contains(&answer.status.as_u16()) => {
                let asked = self.retry_after.then(|| retry_after(&answer.headers)).flatten();
                Some(asked.unwrap_or(wait))
            }
            Err(unanswered) if self.broken_connections && broken(unanswered.failed.kind) => {
                Some(wait)
            }
            _ => None,
        }
    }
}

/// Sends a request that has a rule for retries.
pub(super) async fn send(mut request: RequestBuilder<'_>) -> Result<Response, RequestFailed> {
    let Some(retry) = request.retry.take() else {
        return exchange::send(&mut request).await.map_err(|unanswered| unanswered.count());
    };
    let limit = request.limit();
    let deadline = Instant::now() + limit;
    for number in 0.. {
        let left = deadline.saturating_duration_since(Instant::now());
        let done = exchange::send(&mut request.attempt(left, number > 0)).await;
        let due = retry.pause(&done, number).map(|pause| Instant::now() + pause);
        let Some(due) = due.filter(|due| *due < deadline) else {
            return done.map_err(|unanswered| unanswered.count());
        };
        match done {
            Ok(mut answer) => answer.record.set_retried(),
            Err(mut unanswered) => {
                if let Some(record) = &mut unanswered.record {
                    record.set_retried();
                }
                unanswered.count();
            }
        }
        request.session.pool.watch_during(tokio::time::sleep_until(due)).await;
        // What the timer comes too late is the generator's lateness, as ever (R1).
        let late = Instant::now().saturating_duration_since(due);
        request.session.work.late_ns.set(late.as_nanos() as u64);
    }
    unreachable!("the last attempt has returned")
}

fn broken(kind: FailureKind) -> bool {
    use FailureKind as Kind;
    matches!(kind, Kind::Dns | Kind::Connect | Kind::Tls | Kind::Connection)
}

/// What `Retry-After` asks for: seconds, or a date against the answer's own `Date`.
pub(super) fn retry_after(headers: &Headers) -> Option<Duration> {
    let text = headers.text(RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = date(text)?;
    let now = headers.text(DATE.as_str()).and_then(date);
    let now = now.or_else(|| Timestamp::try_from(SystemTime::now()).ok())?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

fn date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}
