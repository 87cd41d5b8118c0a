//! Refused logins take the same time, whichever hash the password was tried against.
//!
//! A hash of the original service takes about ten times as long as one of ours, so the time of a
//! refusal would tell who moved in from there and has not logged in since. As long as there are such
//! accounts, a password is refused a whole second after a thread began to try it. Either hash takes
//! less, and nothing is computed while it waits.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Four times what the original's hash takes on a slow core.
const STEP: Duration = Duration::from_secs(1);

/// When passwords are refused.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    on_the_second: AtomicBool,
}

impl Refusals {
    pub(super) fn expect_both_hashes(&self, both: bool) {
        self.on_the_second.store(both, Ordering::Relaxed);
    }

    /// Waits until a password that was tried from `start` on may be refused.
    pub(super) async fn wait(&self, start: Instant) {
        if !self.on_the_second.load(Ordering::Relaxed) {
            return;
        }
        let mut due = start + STEP;
        while due < Instant::now() {
            due += STEP;
        }
        sleep_until(due).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::Refusals;

    async fn refused_after(refusals: &Refusals, computed: u64) -> u64 {
        let start = Instant::now();
        sleep(Duration::from_millis(computed)).await;
        refusals.wait(start).await;
        start.elapsed().as_millis() as u64
    }

    #[tokio::test(start_paused = true)]
    async fn both_hashes_are_refused_on_the_same_second() {
        let refusals = Refusals::default();
        assert_eq!(refused_after(&refusals, 25).await, 25, "one kind of hash needs no waiting");
        refusals.expect_both_hashes(true);
        for (computed, refused) in [(0, 1_000), (25, 1_000), (250, 1_000), (1_025, 2_000)] {
            assert_eq!(refused_after(&refusals, computed).await, refused, "{computed}");
        }
    }
}
