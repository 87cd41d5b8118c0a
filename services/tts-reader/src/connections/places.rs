//! The places for connections: so many and no more. Who finds none gets that of the connection that
//! has been idle longest.

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Waker,
};

use tokio::time::Instant;

/// Files that the service needs besides its connections: databases, audio, pages that it reads.
const OTHER_FILES: u64 = 512;

/// How many connections of those wanted the system allows: each is an open file.
pub(crate) fn affordable(wanted: usize) -> usize {
    let Some(files) = files() else { return wanted };
    let for_connections = files - OTHER_FILES.min(files / 2);
    wanted.min(usize::try_from(for_connections).unwrap_or(usize::MAX))
}

#[cfg(unix)]
fn files() -> Option<u64> {
    rlimit::Resource::NOFILE.get().ok().map(|(soft, _)| soft)
}

#[cfg(not(unix))]
fn files() -> Option<u64> {
    None
}

/// All places of one service.
#[derive(Debug)]
pub(crate) struct Places {
    limit: usize,
    taken: AtomicUsize,
    offers: Mutex<Offers>,
}

/// Places whose connections are idle, the longest first.
#[derive(Debug, Default)]
struct Offers {
    next: u64,
    places: BTreeMap<Key, (Place, Waker)>,
}

/// Since when, and a number of its own.
type Key = (Instant, u64);

/// One place; free again when dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Places>);

impl Places {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, taken: AtomicUsize::new(0), offers: Mutex::default() })
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// A free place; none when all are taken.
    pub(super) fn take(self: &Arc<Self>) -> Option<Place> {
        let one_more = |taken| (taken < self.limit).then_some(taken + 1);
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.is_ok().then(|| Place(Arc::clone(self)))
    }

    /// The place of the connection that has been idle longest, which learns of it and ends.
    pub(super) fn make_room(&self) -> Option<Place> {
        let (_, (place, waker)) = self.offers().places.pop_first()?;
        waker.wake();
        Some(place)
    }

    fn offers(&self) -> MutexGuard<'_, Offers> {
        // Each change is one call on the map.
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection's hold on its place.
#[derive(Debug)]
pub(super) struct Seat(Hold);

#[derive(Debug)]
enum Hold {
    /// Nobody else may have it.
    Kept(Place),
    /// Whoever needs one may have it.
    Offered(Arc<Places>, Key),
    /// Somebody else has it.
    Lost,
}

impl Seat {
    pub(super) fn at(place: Place) -> Self {
        Self(Hold::Kept(place))
    }

    /// Lets others have the place that was kept; `waker` learns when one takes it.
    pub(super) fn offer(&mut self, since: Instant, waker: &Waker) {
        let place = match mem::replace(&mut self.0, Hold::Lost) {
            Hold::Kept(place) => place,
            other => {
                self.0 = other;
                return;
            }
        };
        let places = Arc::clone(&place.0);
        let mut offers = places.offers();
        let key = (since, offers.next);
        offers.next += 1;
        offers.places.insert(key, (place, waker.clone()));
        drop(offers);
        self.0 = Hold::Offered(places, key);
    }

    /// Takes the place back; false when somebody else has it.
    pub(super) fn keep(&mut self) -> bool {
        if let Hold::Offered(places, key) = &self.0 {
            let back = places.offers().places.remove(key);
            self.0 = back.map_or(Hold::Lost, |(place, _)| Hold::Kept(place));
        }
        !matches!(self.0, Hold::Lost)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.keep();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, task::Waker, time::Duration};

    use tokio::time::Instant;

    use super::{Places, Seat};

    #[test]
    fn the_longest_idle_makes_room_and_nobody_else() {
        let places = Places::new(3);
        let mut seats: Vec<Seat> = (0..3).map(|_| Seat::at(places.take().unwrap())).collect();
        assert!(places.take().is_none() && places.make_room().is_none());
        let now = Instant::now();
        for (seat, idle) in seats.iter_mut().zip([2, 3, 1]) {
            seat.offer(now - Duration::from_secs(idle), Waker::noop());
        }
        assert!(seats[2].keep(), "whose request comes keeps the place");
        let room = places.make_room().unwrap();
        assert_eq!(places.taken(), 3, "a place is given on, none is made");
        assert!(!seats[1].keep(), "the second was idle longest");
        assert!(seats[0].keep());
        assert!(places.make_room().is_none());
        drop(room);
        assert_eq!(places.taken(), 2);
        assert!(places.take().is_some());
    }

    #[test]
    fn a_connection_that_ends_while_it_offers_frees_its_place() {
        let places = Places::new(1);
        let mut seat = Seat::at(places.take().unwrap());
        seat.offer(Instant::now(), Waker::noop());
        drop(seat);
        assert_eq!((places.taken(), Arc::strong_count(&places)), (0, 1));
    }
}
