//! Calls to a remote engine: tried again within bounds, and not at all while it does not answer.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};

use super::{Call, CallError, Remote, RemoteMark, Sound};
use crate::{breaker::Breaker, speech::engine::Failure};

/// Calls without an answer, in a row, after which the engine is left alone, and for how long.
const FAILURES: u32 = 5;
const REST: Duration = Duration::from_secs(15);
/// How often a call is tried in all.
const TRIES: u32 = 4;
/// About the pause before the second try; doubled before each further one.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause that an engine may ask for and get.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// What one try may take. Three thousand characters take seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Seconds after which a caller may come back to an engine that was throttled all the time.
const THROTTLED: u64 = 2;

pub(super) fn breaker() -> Breaker {
    Breaker::new(FAILURES, REST)
}

/// The calls of one reading.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    remote: Arc<dyn Remote>,
    breaker: Arc<Breaker>,
}

impl Calls {
    pub(super) fn new(remote: Arc<dyn Remote>, breaker: Arc<Breaker>) -> Self {
        Self { remote, breaker }
    }

    pub(super) fn longest(&self) -> usize {
        self.remote.longest()
    }

    /// Speaks a chunk, and asks for its marks.
    pub(super) async fn speak(&self, mut call: Call) -> Result<(Sound, Vec<RemoteMark>), Failure> {
        let sound = loop {
            if let Some(sound) = self.attempt(&call, self.remote.audio(&call)).await? {
                break sound;
            }
            call.attempt += 1;
        };
        call.attempt = 0;
        loop {
            if let Some(marks) = self.attempt(&call, self.remote.marks(&call)).await? {
                return Ok((sound, marks));
            }
            call.attempt += 1;
        }
    }

    /// One try, and the pause after it if there is to be another one (`None`).
    async fn attempt<T>(
        &self,
        call: &Call,
        work: impl Future<Output = Result<T, CallError>>,
    ) -> Result<Option<T>, Failure> {
        let leave =
            self.breaker.ask().map_err(|left| Failure::Away { retry_after: seconds(left) })?;
        let answer = timeout(PATIENCE, work).await;
        let is_last = call.attempt + 1 >= TRIES;
        let pause = match answer {
            Ok(Ok(value)) => {
                leave.answered();
                return Ok(Some(value));
            }
            Ok(Err(CallError::NoVoice)) => {
                leave.answered();
                let (voice, engine) = (call.voice.id, call.engine);
                return Err(Failure::Voice { speaker: self.remote.name(), voice, engine });
            }
            Ok(Err(CallError::Refused(cause))) => {
                leave.answered();
                return Err(Failure::Broken(format!("{}: {cause}", self.remote.name())));
            }
            Ok(Err(CallError::Throttled { after })) => {
                leave.answered();
                if is_last {
                    return Err(Failure::Throttled { retry_after: THROTTLED });
                }
                after.map_or_else(|| pause_before(call), |after| after.min(LONGEST_PAUSE))
            }
            Ok(Err(CallError::Away(cause))) => self.failed(leave, call, &cause)?,
            Err(_) => self.failed(leave, call, "no answer in time")?,
        };
        sleep(pause).await;
        Ok(None)
    }

    fn failed(
        &self,
        leave: crate::breaker::Leave<'_>,
        call: &Call,
        cause: &str,
    ) -> Result<Duration, Failure> {
        leave.failed();
        tracing::warn!(engine = self.remote.name(), cause, "a speech engine did not answer");
        if call.attempt + 1 >= TRIES {
            return Err(Failure::Away { retry_after: THROTTLED });
        }
        Ok(pause_before(call))
    }
}

/// Half to one and a half times as long as planned: calls that were throttled together shall not come
/// back together. The same call gets the same pauses.
fn pause_before(call: &Call) -> Duration {
    let random = call.random("pause").below(256) as u32;
    PAUSE * 2_u32.pow(call.attempt) * (128 + random) / 256
}

fn seconds(time: Duration) -> u64 {
    time.as_secs_f64().ceil().max(1.0) as u64
}
