//! Whose turn it is: so many fetches in all, so many from one host, with a pause between them.
//!
//! Waiting is bounded. Who cannot have a turn in time is told at once when one may be free.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::error::ExtractError;
use crate::policy::Politeness;

/// Above so many, hosts that nobody visits any more are forgotten.
const HOSTS: usize = 1_024;
/// Said to those for whom no place came free: fetches take about this long.
const A_WHILE: Duration = Duration::from_secs(2);

pub(crate) struct Turns {
    /// For fetches of all hosts.
    places: Arc<Semaphore>,
    politeness: Politeness,
    /// Never held while anything is awaited.
    hosts: Mutex<HashMap<String, Host>>,
}

struct Host {
    places: Arc<Semaphore>,
    /// When it may be asked for anything again.
    next: Instant,
    /// When it may be asked for another page.
    next_page: Instant,
    /// Fetches that run or wait.
    visits: usize,
}

/// What a host is to be asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Errand {
    /// A page, after which the host wants to be left alone for so long.
    Page(Duration),
    /// What belongs to a page: its rules, or where it moved to.
    Part,
}

/// Leave to ask one host once; dropping it ends the visit.
pub(crate) struct Turn<'a> {
    place: OwnedSemaphorePermit,
    _visit: Option<(Visit<'a>, OwnedSemaphorePermit)>,
}

impl Turn<'_> {
    /// Ends the visit and keeps the place among all: what was fetched takes memory until it is read.
    pub(crate) fn into_place(self) -> OwnedSemaphorePermit {
        self.place
    }
}

impl Turns {
    pub(crate) fn new(at_once: usize, politeness: Politeness) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once)), politeness, hosts: Mutex::default() }
    }

    /// Waits for a turn until `latest`. Without a host it is asked as often as anybody likes.
    pub(crate) async fn take(
        &self,
        host: Option<&str>,
        errand: Errand,
        latest: Instant,
    ) -> Result<Turn<'_>, ExtractError> {
        // The host first: who waits for it must not hold one of the places for all.
        let visit = match host {
            Some(host) => Some(self.visit(host, errand, latest).await?),
            None => None,
        };
        let busy = || ExtractError::Busy { what: "Extraction", retry_after: A_WHILE };
        let place = timeout_at(latest, Arc::clone(&self.places).acquire_owned())
            .await
            .map_err(|_| busy())?;
        let place = place.expect("the semaphore is never closed");
        Ok(Turn { place, _visit: visit })
    }

    async fn visit(
        &self,
        host: &str,
        errand: Errand,
        latest: Instant,
    ) -> Result<(Visit<'_>, OwnedSemaphorePermit), ExtractError> {
        let (visit, places, start) = self.announce(host, errand, latest)?;
        sleep_until(start).await;
        let place = timeout_at(latest, places.acquire_owned()).await;
        let place =
            place.map_err(|_| of_this_site(A_WHILE))?.expect("the semaphore is never closed");
        Ok((visit, place))
    }

    /// Takes the next beginning, if it is early enough.
    fn announce(
        &self,
        name: &str,
        errand: Errand,
        latest: Instant,
    ) -> Result<(Visit<'_>, Arc<Semaphore>, Instant), ExtractError> {
        let now = Instant::now();
        let mut hosts = self.hosts();
        if hosts.len() > HOSTS {
            hosts.retain(|_, host| host.visits > 0 || host.next.max(host.next_page) > now);
        }
        let host = hosts.entry(name.to_owned()).or_insert_with(|| Host {
            places: Arc::new(Semaphore::new(self.politeness.at_once)),
            next: now,
            next_page: now,
            visits: 0,
        });
        let start = match errand {
            Errand::Page(_) => host.next.max(host.next_page).max(now),
            Errand::Part => host.next.max(now),
        };
        if start > latest {
            return Err(of_this_site(start - now));
        }
        host.next = start + self.politeness.pause;
        if let Errand::Page(delay) = errand {
            host.next_page = start + delay;
        }
        host.visits += 1;
        let places = Arc::clone(&host.places);
        Ok((Visit { turns: self, host: name.to_owned() }, places, start))
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_this_site(retry_after: Duration) -> ExtractError {
    ExtractError::Busy { what: "Extraction from this site", retry_after }
}

/// Counts as a visit until it is dropped, however it ends.
struct Visit<'a> {
    turns: &'a Turns,
    host: String,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if let Some(host) = self.turns.hosts().get_mut(&self.host) {
            host.visits -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a site that says nothing of how it is to be treated.
    const PAGE: Errand = Errand::Page(Duration::ZERO);

    fn turns(at_once: usize, pause: u64) -> Turns {
        let pause = Duration::from_millis(pause);
        Turns::new(8, Politeness { at_once, pause, spares_loopback: false })
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test(start_paused = true)]
    async fn fetches_from_one_host_begin_with_a_pause_between_them() {
        let turns = turns(8, 200);
        let start = Instant::now();
        let mut begun = Vec::new();
        for host in ["a", "a", "b", "a"] {
            drop(turns.take(Some(host), PAGE, soon()).await.unwrap());
            begun.push(start.elapsed().as_millis());
        }
        assert_eq!(begun, [0, 200, 200, 400]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_asks_for_it_is_left_alone_between_pages_and_not_within_one() {
        let turns = turns(8, 200);
        let start = Instant::now();
        let page = Errand::Page(Duration::from_secs(3));
        let mut begun = Vec::new();
        // The second page moved; the rules were asked for before the first.
        for errand in [Errand::Part, page, page, Errand::Part, page] {
            drop(turns.take(Some("a"), errand, soon()).await.unwrap());
            begun.push(start.elapsed().as_millis());
        }
        assert_eq!(begun, [0, 200, 3_200, 3_400, 6_200]);
        drop(turns.take(Some("b"), page, soon()).await.unwrap());
        assert_eq!(start.elapsed().as_millis(), 6_200, "others are others");
        // Whoever would wait too long is told for how long, and parts of a page need not wait.
        let long = Errand::Page(Duration::from_secs(10));
        drop(turns.take(Some("b"), long, soon()).await.unwrap());
        let refused = turns.take(Some("b"), page, soon()).await.map(drop).unwrap_err();
        let told = "Extraction from this site is busy; try again in 10 seconds";
        assert_eq!(refused.to_string(), told);
        assert!(turns.take(Some("b"), Errand::Part, soon()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_at_the_same_time_and_no_more() {
        let turns = turns(2, 0);
        let first = turns.take(Some("a"), PAGE, soon()).await.unwrap();
        let _second = turns.take(Some("a"), PAGE, soon()).await.unwrap();
        let third = turns.take(Some("a"), PAGE, soon()).await.map(drop).unwrap_err();
        assert_eq!(third, of_this_site(A_WHILE));
        assert!(turns.take(Some("b"), PAGE, soon()).await.is_ok());
        drop(first);
        assert!(turns.take(Some("a"), PAGE, soon()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_told_at_once_for_how_long() {
        let turns = turns(1_000, 2_000);
        let start = Instant::now();
        let waiting = (0..4).map(|_| turns.announce("a", PAGE, soon()).map(|(visit, ..)| visit));
        let (let_in, refused): (Vec<_>, Vec<_>) = waiting.partition(Result::is_ok);
        assert_eq!((let_in.len(), refused.len()), (3, 1));
        let error = refused.into_iter().next().unwrap().map(drop).unwrap_err();
        assert_eq!(error, of_this_site(Duration::from_secs(6)));
        assert_eq!(error.to_string(), "Extraction from this site is busy; try again in 6 seconds");
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_does_not_take_the_places_of_all_while_others_wait_for_it() {
        let turns = Turns::new(1, Politeness { at_once: 1, ..Politeness::default() });
        let held = turns.take(Some("a"), PAGE, soon()).await.unwrap();
        let waiting = turns.take(Some("a"), PAGE, soon());
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut waiting).await.is_err());
        drop(held);
        let other = turns.take(Some("b"), PAGE, soon()).await;
        assert!(other.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_that_nobody_visits_are_forgotten() {
        let turns = turns(1, 100);
        for host in 0..5_000 {
            drop(turns.take(Some(&host.to_string()), PAGE, soon()).await.unwrap());
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert!(turns.hosts().len() <= HOSTS + 101, "{}", turns.hosts().len());
        // One who goes away before the turn leaves nothing behind.
        let busy = turns.take(Some("x"), PAGE, soon()).await.unwrap();
        let away =
            tokio::time::timeout(Duration::from_millis(500), turns.take(Some("x"), PAGE, soon()));
        assert!(away.await.is_err());
        drop(busy);
        assert!(turns.hosts().values().all(|host| host.visits == 0));
    }
}
