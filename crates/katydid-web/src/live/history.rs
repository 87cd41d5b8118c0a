//! What charts are drawn from, made once for all readers.

use bytes::Bytes;
use katydid_core::Snapshot;
use katydid_report::html::Feed;

/// The history of the run that is on, or of the last one.
#[derive(Default)]
pub(super) struct History {
    feed: Feed,
    /// How far it is; 0 is before the first run.
    place: Place,
    /// What came last.
    news: Bytes,
    /// All of it, once somebody wanted it.
    whole: Option<Bytes>,
}

/// How much of the history somebody has: the run, and so many messages of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    run: u64,
    message: u64,
}

impl History {
    /// Takes what was measured up to now.
    pub(super) fn advance(&mut self, run: u64, snapshot: &Snapshot) {
        if self.place.run != run {
            *self = Self { place: Place { run, message: 0 }, ..Self::default() };
        }
        let news = self.feed.advance(snapshot);
        self.place.message += 1;
        self.news = of_run(run, &news);
        self.whole = None;
    }

    /// What somebody lacks: nothing, the last message, or all of it.
    pub(super) fn after(&mut self, seen: Option<Place>) -> Option<(Place, Bytes)> {
        let now = self.place;
        if now.message == 0 || seen == Some(now) {
            return None;
        }
        let before = Place { message: now.message - 1, ..now };
        if before.message > 0 && seen == Some(before) {
            return Some((now, self.news.clone()));
        }
        let whole = self.whole.get_or_insert_with(|| of_run(now.run, &self.feed.whole()));
        Some((now, whole.clone()))
    }
}

/// A message of the feed with the number of its run before its own fields.
fn of_run(run: u64, message: &str) -> Bytes {
    let fields = message.strip_prefix('{').unwrap_or(message);
    format!("{{\"run\":{run},{fields}").into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn run(seconds: u64) -> Snapshot {
        let mut snapshot = Snapshot::new(&[], &[], 1);
        (1..=seconds).for_each(|second| snapshot.tick(Duration::from_secs(second)));
        snapshot
    }

    #[test]
    fn a_reader_gets_what_is_new_and_one_that_missed_something_all_of_it() {
        let mut history = History::default();
        assert!(history.after(None).is_none());
        history.advance(1, &run(3));
        let (first, all) = history.after(None).expect("there is something");
        assert!(all.starts_with(b"{\"run\":1,\"whole\":true"), "{all:?}");
        assert!(history.after(Some(first)).is_none());
        history.advance(1, &run(4));
        let (second, news) = history.after(Some(first)).expect("there is more");
        assert!(news.starts_with(b"{\"run\":1,\"whole\":false"), "{news:?}");
        history.advance(1, &run(5));
        let (third, late) = history.after(Some(first)).expect("there is more");
        assert!(late.starts_with(b"{\"run\":1,\"whole\":true"), "{late:?}");
        assert_ne!(second, third);
        // Another run begins anew for all.
        history.advance(2, &run(1));
        let (_, anew) = history.after(Some(third)).expect("another run");
        assert!(anew.starts_with(b"{\"run\":2,\"whole\":true"), "{anew:?}");
    }
}
