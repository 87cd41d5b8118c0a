//! One who follows a request.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    board::Board,
    entry::{Entry, Newest},
    record::Record,
};

/// Gives the records of one request as they come. Costs nothing while nobody asks it: what comes
/// meanwhile is kept once, with the request, and of too many the newest.
#[derive(Debug)]
pub(crate) struct Subscription {
    board: Arc<Board>,
    entry: Arc<Entry>,
    watching: watch::Receiver<Newest>,
    /// The newest record that is known already; `None` until that is settled.
    seen: Option<u64>,
}

impl Subscription {
    pub(super) fn new(
        board: Arc<Board>,
        entry: Arc<Entry>,
        watching: watch::Receiver<Newest>,
        after: Option<u64>,
    ) -> Self {
        Self { board, entry, watching, seen: after }
    }

    /// Waits until it is known what other services know. What whoever follows hears first is then
    /// settled: the newest record there is, and everything that comes after it.
    pub(crate) async fn settle(&mut self) {
        let newest = *self
            .watching
            .wait_for(|newest| newest.asked)
            .await
            .expect("the entry that is held has the other end");
        if self.seen.is_none() {
            let before = |record: Record| record.sequence - 1;
            self.seen = Some(self.entry.last().map_or(newest.sequence, before));
        }
    }

    /// The next records, at least one: waits for it. May be dropped while it does.
    pub(crate) async fn next(&mut self) -> Vec<Record> {
        loop {
            self.settle().await;
            self.watching.mark_unchanged();
            let records = self.entry.after(self.seen.unwrap_or_default());
            if let Some(last) = records.last() {
                self.seen = Some(last.sequence);
                return records;
            }
            self.watching.changed().await.expect("the entry that is held has the other end");
        }
    }

    /// Whether it is known what other services know.
    pub(crate) fn is_settled(&self) -> bool {
        self.watching.borrow().asked
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.board.leave(&self.entry);
    }
}
