//! What a user does between two tasks: it waits, with its connections in view.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use super::{Life, RETRY};
use crate::run::panics;
use crate::run::phase::Phase;
use crate::wait::Wait;

impl<S: 'static> Life<S> {
    /// The wait between two tasks, if one is wanted. `None`: the run ended meanwhile.
    pub(super) async fn rest(&mut self, wait: Option<Wait<S>>) -> Option<()> {
        let wait = wait.unwrap_or(Wait::None);
        let clock = self.session.setup.clock;
        if matches!(wait, Wait::None) {
            // Nothing of the suite to call, no schedule to keep.
            self.let_others().await?;
            (self.started_ns, self.late_ns) = (clock.now_ns(), 0);
            return Some(());
        }
        let (started_ns, now_ns) = (self.started_ns, clock.now_ns());
        let paused_ns = self.standby.total_ns(now_ns);
        let (state, rng) = (&mut self.state, &mut self.rng);
        let next = panics::catch(async { wait.next(state, rng, started_ns, now_ns) }).await;
        let (time, due_ns) = next.unwrap_or_else(|panic| {
            self.exception_outside("wait", &panic.message, &panic.place);
            (RETRY, None)
        });
        match due_ns {
            _ if time.is_zero() => self.let_others().await?,
            Some(due_ns) => {
                let due = tokio::time::sleep_until(clock.at(due_ns));
                self.idle(due).await?;
            }
            None => self.pause(time).await?,
        }
        // While the run was paused the wait stood still, and so did its schedule.
        let end_ns = due_ns.unwrap_or_else(|| now_ns.saturating_add(time.as_nanos() as u64));
        let more_ns = self.make_up(paused_ns, end_ns).await?;
        let due_ns = due_ns.map(|due_ns| due_ns + more_ns);
        self.started_ns = clock.now_ns();
        self.late_ns = 0;
        if let Some(due_ns) = due_ns {
            self.late_ns = self.started_ns.saturating_sub(due_ns);
            let own = due_ns > now_ns;
            self.session.setup.recorder.borrow_mut().lateness(self.late_ns, own);
        }
        Some(())
    }

    /// A user that comes while the run is paused begins as much later as the pause lasts from then on,
    /// so that those of a ramp keep their distances. `None`: the run ended meanwhile.
    pub(super) async fn come(&mut self) -> Option<()> {
        if !self.standby.is_on() {
            return Some(());
        }
        let now_ns = self.session.setup.clock.now_ns();
        let before_ns = self.standby.total_ns(now_ns) - self.standby.present_ns(now_ns);
        self.make_up(before_ns, now_ns).await.map(drop)
    }

    /// Waits until no pause is on. `None`: the run ended meanwhile.
    pub(super) async fn stand_by(&mut self) -> Option<()> {
        if !self.standby.is_on() {
            return Some(());
        }
        let standby = Rc::clone(&self.standby);
        self.idle(standby.over()).await?;
        self.started_ns = self.session.setup.clock.now_ns();
        Some(())
    }

    /// Waits until `end_ns`, and longer by as long as the run was paused since its pauses were
    /// `before_ns` together; how long that was. `None`: the run ended meanwhile.
    async fn make_up(&self, before_ns: u64, end_ns: u64) -> Option<u64> {
        let clock = self.session.setup.clock;
        if !self.standby.is_on() && self.standby.total_ns(0) == before_ns {
            return Some(0);
        }
        loop {
            self.idle(self.standby.over()).await?;
            let now_ns = clock.now_ns();
            let paused_ns = self.standby.total_ns(now_ns) - before_ns;
            let end_ns = end_ns.saturating_add(paused_ns);
            if now_ns >= end_ns {
                return Some(paused_ns);
            }
            self.idle(tokio::time::sleep_until(clock.at(end_ns))).await?;
        }
    }

    /// Goes on at once, but gives the thread away now and then: a task that never waits for
    /// anything would else keep it, and neither the other users nor the end of the run had a turn.
    pub(super) async fn let_others(&self) -> Option<()> {
        tokio::task::coop::consume_budget().await;
        (self.phase.get() == Phase::Running).then_some(())
    }

    pub(super) async fn pause(&self, time: Duration) -> Option<()> {
        self.idle(tokio::time::sleep(time)).await
    }

    /// Waits with open connections in view. `None`: the run ended meanwhile.
    pub(super) async fn idle<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        let wait = self.session.pool.watch_during(wait);
        self.phase.while_at_most(Phase::Running, wait).await
    }
}
