//! What every request of a thread has to pass when the run has guards: the rate cap, the number of
//! requests, the money.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::run::{Quota, SharedRecorder, Ticket};

/// The guards of one thread.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) requests: Option<Rc<Quota>>,
    pub(crate) cost: Option<Rc<Quota>>,
    pub(crate) pace: Option<Pace>,
    /// What is held back stays due when it was: the open model. In the closed model the user comes
    /// later, as after a longer wait.
    pub(crate) keeps_due: bool,
}

impl Gate {
    /// Waits until a request may be sent, for ever if need be: the end of the run cuts who waits.
    pub(crate) async fn pass(&self, recorder: &SharedRecorder) -> Option<Ticket> {
        if let Some(pace) = &self.pace
            && let Some(held) = pace.wait().await
        {
            recorder.borrow_mut().held(held);
        }
        if let Some(cost) = &self.cost {
            cost.open().await;
        }
        self.admit().await
    }

    /// The right to something that sends nothing and counts as a request: no rate cap holds it back.
    pub(crate) async fn admit(&self) -> Option<Ticket> {
        match &self.requests {
            Some(requests) => Some(requests.take().await),
            None => None,
        }
    }

    /// Whether no request may be sent any more.
    pub(crate) fn is_closed(&self) -> bool {
        [&self.requests, &self.cost].into_iter().flatten().any(|quota| quota.is_exhausted())
    }
}

/// A thread's share of a rate cap: never more than `most` requests within `window`, wherever the
/// window begins. The shares of all threads add up to the cap.
#[derive(Debug)]
pub(crate) struct Pace {
    most: usize,
    window: Duration,
    /// When the last ones went. Whoever has it is the next; the others stand in line.
    sent: Mutex<VecDeque<Instant>>,
}

impl Pace {
    pub(crate) fn new(most: usize, window: Duration) -> Self {
        Self { most, window, sent: Mutex::default() }
    }

    /// Waits for a place; how long that took, if it took any time.
    async fn wait(&self) -> Option<Duration> {
        let begun = Instant::now();
        let mut waited = false;
        let mut sent = match self.sent.try_lock() {
            Ok(sent) => sent,
            Err(_) => {
                waited = true;
                self.sent.lock().await
            }
        };
        if sent.len() >= self.most
            && let Some(first) = sent.front().copied()
        {
            let free = first + self.window;
            if free > begun {
                waited = true;
                sleep_until(free).await;
            }
            sent.pop_front();
        }
        let now = Instant::now();
        sent.push_back(now);
        waited.then(|| now - begun)
    }
}
