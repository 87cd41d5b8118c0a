//! What the run has only so much of: dealt to the threads, and the end of the run when it is gone.

use katydid_core::StopReason;

use super::conduct::Dispatcher;
use super::pool::Pool;
use crate::run::executor::Order;
use crate::run::quota::Limit;
use crate::run::settings::RunSettings;

/// A pool for each limit of the run.
pub(super) fn pools(settings: &RunSettings, threads: usize) -> Vec<(Limit, Pool)> {
    let pool = |(limit, wanted)| (limit, Pool::new(wanted, threads));
    Limit::of(settings).into_iter().map(pool).collect()
}

impl Dispatcher<'_> {
    fn pool(&mut self, limit: Limit) -> Option<&mut Pool> {
        self.pools.iter_mut().find(|(of, _)| *of == limit).map(|(_, pool)| pool)
    }

    /// Gives a thread a slice, or makes the others share theirs.
    pub(super) fn feed(&mut self, thread: usize, limit: Limit) {
        let Some(pool) = self.pool(limit) else { return };
        match pool.ask(thread) {
            0 => {
                for other in pool.others() {
                    self.threads[other].order(Order::Share(limit));
                }
            }
            slice => self.threads[thread].order(Order::Grant(limit, slice)),
        }
    }

    /// A thread gives back what it does not need; whoever waits gets it.
    pub(super) fn returned(&mut self, limit: Limit, count: u64) {
        let fed = self.pool(limit).map(|pool| pool.give_back(count));
        for (thread, slice) in fed.into_iter().flatten() {
            self.threads[thread].order(Order::Grant(limit, slice));
        }
    }

    /// A thread has nothing left. If nobody has, the run is over: for requests nothing is under way
    /// then, and for money nothing more may be.
    pub(super) fn spent(&mut self, thread: usize, limit: Limit, done: u64) {
        if !self.pool(limit).is_some_and(|pool| pool.spent(thread, done)) {
            return;
        }
        match limit {
            Limit::Iterations => self.stop(StopReason::Iterations),
            Limit::Requests => {
                self.exhaust(limit);
                self.stop(StopReason::MaxRequests);
                self.cut();
            }
            Limit::Cost => {
                self.exhaust(limit);
                self.stop(StopReason::MaxCost);
            }
        }
    }

    fn exhaust(&self, limit: Limit) {
        self.threads.iter().for_each(|thread| thread.order(Order::Exhausted(limit)));
    }
}
