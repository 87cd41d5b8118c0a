//! The requests of one task execution, right also when the statistics are reset in its midst.

use std::cell::Cell;

/// What the execution under way has sent since the statistics began.
///
/// A reset is noticed when something happens next; until then nothing has changed since it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    requests: Cell<u64>,
    /// Those that have not been recorded yet.
    open: Cell<u64>,
    resets: Cell<u32>,
    /// Some were recorded before a reset, and no longer count.
    forgotten: Cell<bool>,
}

impl Tally {
    /// A task begins, in statistics that have been reset so often.
    pub(super) fn begin(&self, resets: u32) {
        self.requests.set(0);
        self.resets.set(resets);
        self.forgotten.set(false);
    }

    pub(super) fn sent(&self, resets: u32) {
        self.follow(resets);
        self.requests.set(self.requests.get() + 1);
        self.open.set(self.open.get() + 1);
    }

    pub(super) fn recorded(&self, resets: u32) {
        self.follow(resets);
        self.open.set(self.open.get() - 1);
    }

    /// The requests that count, and whether the execution does: not when all that it did was before
    /// the reset, for then it would look as if it had done nothing.
    pub(crate) fn end(&self, resets: u32) -> (u64, bool) {
        self.follow(resets);
        (self.requests.get(), self.requests.get() > 0 || !self.forgotten.get())
    }

    /// Requests under way at a reset count after it.
    fn follow(&self, resets: u32) {
        if self.resets.replace(resets) != resets {
            let sent = self.requests.replace(self.open.get());
            self.forgotten.set(self.forgotten.get() || sent > self.open.get());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_under_way_at_a_reset_counts_after_it() {
        let tally = Tally::default();
        tally.begin(0);
        (0..3).for_each(|_| tally.sent(0));
        (0..2).for_each(|_| tally.recorded(0));
        tally.recorded(1);
        tally.sent(1);
        assert_eq!(tally.end(1), (2, true));
    }

    #[test]
    fn an_execution_that_was_over_but_for_its_end_does_not_count() {
        let tally = Tally::default();
        tally.begin(3);
        tally.sent(3);
        tally.recorded(3);
        assert_eq!(tally.end(4), (0, false));
        tally.begin(4);
        assert_eq!(tally.end(5), (0, true), "a task that sends nothing is still told");
    }
}
