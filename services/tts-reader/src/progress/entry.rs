//! The records of one request, and whoever waits for the next.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::watch, time::Instant};

use super::{id::Key, record::Record};

/// Records that are kept of one request; with more, the oldest go.
const MOST_RECORDS: usize = 100;
/// Those that are kept once nobody can be in the middle of them any more.
const OLD_RECORDS: usize = 5;

/// What is known of one request.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    kept: Mutex<Kept>,
    newest: watch::Sender<Newest>,
}

/// What those who wait are woken by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Newest {
    pub(super) sequence: u64,
    /// Whether other services were asked what they know.
    pub(super) asked: bool,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    /// A request of this service is at work.
    here: bool,
    /// When it ended here.
    ended: Option<Instant>,
}

/// The right to add records, which one request has at a time. Dropped, another may have it.
#[derive(Debug)]
pub(super) struct Hold(pub(super) Arc<Entry>);

impl Entry {
    /// Without records; `asked`: nobody else can have any.
    pub(super) fn new(key: Key, asked: bool) -> Arc<Self> {
        let newest = watch::Sender::new(Newest { sequence: 0, asked });
        Arc::new(Self { key, kept: Mutex::default(), newest })
    }

    /// The right to add, unless somebody has it.
    pub(super) fn hold(self: &Arc<Self>) -> Option<Hold> {
        let mut kept = self.kept();
        if kept.here {
            return None;
        }
        kept.here = true;
        Some(Hold(Arc::clone(self)))
    }

    pub(super) fn is_here(&self) -> bool {
        self.kept().here
    }

    pub(super) fn newest(&self) -> Newest {
        *self.newest.borrow()
    }

    pub(super) fn watch(&self) -> watch::Receiver<Newest> {
        self.newest.subscribe()
    }

    /// How many wait for records.
    pub(super) fn watchers(&self) -> usize {
        self.newest.receiver_count()
    }

    /// Adds those that are newer than all there are; in order.
    pub(super) fn add(&self, records: impl IntoIterator<Item = Record>) {
        let mut kept = self.kept();
        let mut sequence = self.newest().sequence;
        for record in records {
            if record.sequence > sequence {
                sequence = record.sequence;
                if kept.records.len() == MOST_RECORDS {
                    kept.records.pop_front();
                }
                kept.records.push_back(record);
            }
        }
        // Under the lock, so that nobody is woken by an older one last.
        self.newest.send_if_modified(|newest| {
            let news = newest.sequence < sequence;
            newest.sequence = sequence;
            news
        });
    }

    /// Others may have told more since anybody here asked.
    pub(super) fn ask_again(&self) {
        self.newest.send_if_modified(|newest| {
            newest.asked = false;
            false
        });
    }

    /// Other services were asked.
    pub(super) fn asked(&self) {
        let news = |newest: &mut Newest| !std::mem::replace(&mut newest.asked, true);
        self.newest.send_if_modified(news);
    }

    /// The newest record.
    pub(super) fn last(&self) -> Option<Record> {
        self.kept().records.back().cloned()
    }

    /// What is kept of records after that one.
    pub(super) fn after(&self, sequence: u64) -> Vec<Record> {
        self.kept().records.iter().filter(|it| it.sequence > sequence).cloned().collect()
    }

    pub(super) fn ended(&self) -> Option<Instant> {
        self.kept().ended
    }

    /// Keeps little of a request that ended before that instant.
    pub(super) fn shorten(&self, before: Instant) {
        let mut kept = self.kept();
        if kept.ended.is_some_and(|ended| ended < before) && kept.records.len() > OLD_RECORDS {
            let old = kept.records.len() - OLD_RECORDS;
            kept.records.drain(..old);
            kept.records.shrink_to_fit();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Each change is whole before anything could panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Begins anew; records go on after that sequence number, and after those there were.
    pub(super) fn begin(&self, after: u64) -> u64 {
        let mut kept = self.0.kept();
        kept.records.clear();
        kept.ended = None;
        let sequence = self.0.newest().sequence.max(after);
        // The first record wakes those who wait.
        self.0.newest.send_if_modified(|newest| {
            *newest = Newest { sequence, asked: true };
            false
        });
        sequence
    }

    pub(super) fn end(&self, now: Instant) {
        self.0.kept().ended = Some(now);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.kept().here = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Entry, MOST_RECORDS, OLD_RECORDS};
    use crate::{
        domain::UserId,
        progress::{
            id::{Key, ProgressId},
            record::Record,
        },
    };

    fn records(from: u64, to: u64) -> Vec<Record> {
        let one = |sequence| Record { sequence, last: false, text: "{}".into() };
        (from..=to).map(one).collect()
    }

    fn sequences(records: &[Record]) -> Vec<u64> {
        records.iter().map(|record| record.sequence).collect()
    }

    fn entry() -> std::sync::Arc<Entry> {
        let id = ProgressId::parse("a").unwrap();
        Entry::new(Key::of(&UserId::new(), &id), true)
    }

    #[test]
    fn records_come_once_each_in_order_and_so_many() {
        let entry = entry();
        let mut watching = entry.watch();
        entry.add(records(1, 3));
        entry.add(records(2, 5));
        assert_eq!(sequences(&entry.after(0)), [1, 2, 3, 4, 5]);
        assert_eq!(sequences(&entry.after(3)), [4, 5]);
        assert!(watching.has_changed().unwrap());
        assert_eq!(watching.borrow_and_update().sequence, 5);
        entry.add(records(1, 5));
        assert!(!watching.has_changed().unwrap(), "nothing new, nobody woken");
        entry.add(records(6, 200));
        assert_eq!(entry.after(0).len(), MOST_RECORDS);
        assert_eq!(entry.last().unwrap().sequence, 200);
    }

    #[test]
    fn one_request_at_a_time_and_the_next_goes_on_counting() {
        let entry = entry();
        let hold = entry.hold().unwrap();
        assert!(entry.hold().is_none() && entry.is_here());
        assert_eq!(hold.begin(0), 0);
        entry.add(records(1, 9));
        hold.end(Instant::now());
        drop(hold);
        let again = entry.hold().unwrap();
        assert_eq!((again.begin(4), entry.after(0).len()), (9, 0), "of another request");
        assert_eq!(again.begin(20), 20, "others counted further");
    }

    #[test]
    fn little_is_kept_of_what_is_over() {
        let entry = entry();
        let hold = entry.hold().unwrap();
        hold.begin(0);
        entry.add(records(1, 50));
        let now = Instant::now();
        entry.shorten(now + Duration::from_secs(1));
        assert_eq!(entry.after(0).len(), 50, "it goes on");
        hold.end(now);
        entry.shorten(now);
        assert_eq!(entry.after(0).len(), 50, "somebody may be in the middle");
        entry.shorten(now + Duration::from_secs(1));
        assert_eq!(entry.after(0).len(), OLD_RECORDS);
    }
}
