//! All requests whose progress is known here: bounded in number and in time.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Semaphore, time::Instant};

use super::{
    beyond::Beyond,
    entry::{Entry, Hold},
    id::Key,
    record::Record,
    sessions::Sessions,
    subscription::Subscription,
};
use crate::{domain::UserId, settings};

/// Requests of one account that are remembered once they ended.
const MOST_OF_ACCOUNT: usize = 100;
/// … and of all accounts.
const MOST_OF_ALL: usize = 10_000;
/// After its end all records of a request are kept for as long, for those who are slow to read.
const WHOLE: Duration = Duration::from_secs(30);

/// Everything there is to follow, and those who do.
#[derive(Debug)]
pub(crate) struct Board {
    entries: Mutex<Entries>,
    pub(super) limits: settings::ProgressLimits,
    /// Other services on the database; none where there can be none.
    pub(super) beyond: Option<Beyond>,
    pub(super) sessions: Sessions,
    /// A permit for each subscriber there may be.
    pub(super) places: Arc<Semaphore>,
    pub(super) counts: Counts,
}

/// What `/metrics` tells, since start.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) followed: AtomicU64,
    pub(super) records: AtomicU64,
    pub(super) sent: AtomicU64,
    pub(super) slow: AtomicU64,
    pub(super) silent: AtomicU64,
}

/// What `/metrics` tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) kept: usize,
    pub(crate) subscribers: usize,
    /// Requests that wanted to be followed.
    pub(crate) followed: u64,
    pub(crate) records: u64,
    pub(crate) sent: u64,
    /// Subscribers that were dropped because they did not read.
    pub(crate) slow: u64,
    /// … because nothing came from them.
    pub(crate) silent: u64,
}

#[derive(Debug, Default)]
struct Entries {
    known: HashMap<Key, Arc<Entry>>,
    /// Requests that ended here, by account, the oldest first, and how many that are.
    over: HashMap<UserId, VecDeque<(Instant, Key)>>,
    over_in_all: usize,
}

impl Board {
    /// `shared`: other services may work on the same database.
    pub(crate) fn new(limits: &settings::ProgressLimits, shared: bool) -> Arc<Self> {
        Arc::new(Self {
            entries: Mutex::default(),
            beyond: shared.then(Beyond::default),
            sessions: Sessions::default(),
            places: Arc::new(Semaphore::new(limits.subscribers)),
            counts: Counts::default(),
            limits: limits.clone(),
        })
    }

    /// The right to tell of a request; none while another one of that name is at work here.
    pub(super) fn hold(&self, key: Key) -> Option<Hold> {
        self.entries().entry(key, self.beyond.is_none()).hold()
    }

    /// Follows what there is, or will be.
    pub(crate) fn subscribe(self: &Arc<Self>, key: Key, after: Option<u64>) -> Subscription {
        let (entry, watching) = {
            let mut entries = self.entries();
            let entry = entries.entry(key, self.beyond.is_none());
            if self.beyond.is_some() && entry.watchers() == 0 && !entry.is_here() {
                entry.ask_again();
            }
            // Under the lock: an entry that nobody watches may be forgotten.
            let watching = entry.watch();
            (entry, watching)
        };
        if let Some(beyond) = &self.beyond
            && !watching.borrow().asked
        {
            beyond.look_at([key]);
        }
        Subscription::new(Arc::clone(self), entry, watching, after)
    }

    /// What is known of a request that is or was at work here.
    pub(super) fn here(&self, key: Key) -> Option<Arc<Entry>> {
        self.entries().known.get(&key).cloned()
    }

    /// Passes a record on to other services.
    pub(super) fn pass_on(&self, key: Key, run: &str, record: &Record) {
        self.counts.records.fetch_add(1, Ordering::Relaxed);
        if let Some(beyond) = &self.beyond {
            beyond.put(key, run, record);
        }
    }

    /// Remembers a request that ended, for a while; its name is free again.
    pub(super) fn over(&self, user: &UserId, hold: Hold) {
        let (now, key) = (Instant::now(), hold.0.key);
        hold.end(now);
        drop(hold);
        let mut entries = self.entries();
        let most = if entries.over_in_all < MOST_OF_ALL { MOST_OF_ACCOUNT } else { 0 };
        entries.over.entry(user.clone()).or_default().push_back((now, key));
        entries.over_in_all += 1;
        while entries.over.get(user).is_some_and(|over| over.len() > most) {
            entries.forget_oldest(user);
        }
    }

    /// Forgets what is old, and what nobody waits for any more.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        let mut entries = self.entries();
        let users: Vec<UserId> = entries.over.keys().cloned().collect();
        for user in users {
            let old = |over: &VecDeque<(Instant, Key)>| {
                over.front().is_some_and(|(ended, _)| *ended + self.limits.keep <= now)
            };
            while entries.over.get(&user).is_some_and(old) {
                entries.forget_oldest(&user);
            }
        }
        let whole = now.checked_sub(WHOLE);
        entries.known.retain(|_, entry| {
            if let Some(before) = whole {
                entry.shorten(before);
            }
            entry.watchers() > 0
                || entry.is_here()
                || entry.ended().is_some_and(|ended| ended + self.limits.keep > now)
        });
    }

    /// One who watched is about to go.
    pub(super) fn leave(&self, entry: &Arc<Entry>) {
        let mut entries = self.entries();
        // The one that goes is still counted.
        if entry.watchers() <= 1 && !entry.is_here() && entry.ended().is_none() {
            entries.forget(entry.key);
        }
    }

    /// What others may know more of, with what is known here; of those only, if some are named.
    pub(super) fn elsewhere(&self, among: Option<&HashSet<Key>>) -> Vec<Arc<Entry>> {
        let entries = self.entries();
        let wanted = |entry: &Arc<Entry>| entry.watchers() > 0 && !entry.is_here();
        match among {
            None => entries.known.values().filter(|entry| wanted(entry)).cloned().collect(),
            Some(keys) => {
                let known = keys.iter().filter_map(|key| entries.known.get(key));
                known.filter(|entry| wanted(entry)).cloned().collect()
            }
        }
    }

    /// Requests that are at work here.
    pub(super) fn at_work(&self) -> Vec<Key> {
        let entries = self.entries();
        entries.known.values().filter(|entry| entry.is_here()).map(|entry| entry.key).collect()
    }

    pub(crate) fn figures(&self) -> Figures {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Figures {
            kept: self.entries().known.len(),
            subscribers: self.limits.subscribers - self.places.available_permits(),
            followed: read(&self.counts.followed),
            records: read(&self.counts.records),
            sent: read(&self.counts.sent),
            slow: read(&self.counts.slow),
            silent: read(&self.counts.silent),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // What a panic could leave behind is an entry too many, which the sweep removes.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn entry(&mut self, key: Key, asked: bool) -> Arc<Entry> {
        Arc::clone(self.known.entry(key).or_insert_with(|| Entry::new(key, asked)))
    }

    fn forget_oldest(&mut self, user: &UserId) {
        let Some(over) = self.over.get_mut(user) else { return };
        let oldest = over.pop_front();
        if over.is_empty() {
            self.over.remove(user);
        }
        let Some((ended, key)) = oldest else { return };
        self.over_in_all -= 1;
        // Unless its name was used again since.
        let same = |entry: &Arc<Entry>| entry.ended() == Some(ended) && !entry.is_here();
        if self.known.get(&key).is_some_and(same) {
            self.forget(key);
        }
    }

    fn forget(&mut self, key: Key) {
        self.known.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{Board, MOST_OF_ACCOUNT};
    use crate::{
        domain::UserId,
        progress::id::{Key, ProgressId},
        settings,
    };

    fn key(user: &UserId, n: usize) -> Key {
        Key::of(user, &ProgressId::parse(&format!("n-{n}")).unwrap())
    }

    fn work(board: &Arc<Board>, user: &UserId, n: usize) {
        let hold = board.hold(key(user, n)).unwrap();
        hold.begin(0);
        board.over(user, hold);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_is_kept_in_bounds() {
        let limits = settings::ProgressLimits::default();
        let (board, ann, bob) = (Board::new(&limits, false), UserId::new(), UserId::new());
        work(&board, &bob, 0);
        for n in 0..3 * MOST_OF_ACCOUNT {
            work(&board, &ann, n);
        }
        assert_eq!(board.figures().kept, MOST_OF_ACCOUNT + 1, "bob's is left alone");
        assert!(board.here(key(&ann, 0)).is_none() && board.here(key(&bob, 0)).is_some());
        tokio::time::advance(limits.keep / 2).await;
        // Used again: the newer one counts.
        work(&board, &bob, 0);
        tokio::time::advance(limits.keep / 2).await;
        board.sweep();
        assert_eq!(board.figures().kept, 1);
        tokio::time::advance(limits.keep).await;
        board.sweep();
        assert_eq!(board.figures().kept, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_nothing_leaves_nothing() {
        let (board, ann) = (Board::new(&settings::ProgressLimits::default(), false), UserId::new());
        let both = [board.subscribe(key(&ann, 1), None), board.subscribe(key(&ann, 1), None)];
        assert_eq!(board.figures().kept, 1);
        board.sweep();
        assert_eq!(board.figures().kept, 1, "they wait");
        drop(both);
        assert_eq!(board.figures().kept, 0);
        // A request at work is not forgotten with those who watch it.
        let hold = board.hold(key(&ann, 1)).unwrap();
        drop(board.subscribe(key(&ann, 1), None));
        board.sweep();
        assert_eq!(board.figures().kept, 1);
        drop(hold);
        tokio::time::advance(Duration::from_secs(1)).await;
        board.sweep();
        assert_eq!(board.figures().kept, 0, "it never began");
    }
}
