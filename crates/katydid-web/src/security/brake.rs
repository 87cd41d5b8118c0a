//! How often somebody may guess a password.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// Wrong guesses that cost nothing.
const FREE: u32 = 5;
/// The longest wait between two guesses.
const LONGEST: Duration = Duration::from_mins(1);
/// After so long without a guess everything is forgotten.
const FORGET: Duration = Duration::from_mins(15);
/// Addresses that are remembered; of more, the one that was quiet longest is forgotten.
const MOST: usize = 1_024;

/// Wrong guesses by address.
#[derive(Debug, Default)]
pub(super) struct Brake(HashMap<IpAddr, Guesses>);

#[derive(Clone, Copy, Debug)]
struct Guesses {
    wrong: u32,
    last: Instant,
}

impl Guesses {
    /// 1 s after the sixth wrong guess, then twice as long each time.
    fn wait(&self) -> Duration {
        let beyond = self.wrong.saturating_sub(FREE);
        let seconds = if beyond == 0 { 0 } else { 1_u64 << (beyond - 1).min(10) };
        LONGEST.min(Duration::from_secs(seconds))
    }
}

impl Brake {
    /// How long this address must still wait, if it must.
    pub(super) fn must_wait(&self, who: IpAddr) -> Option<Duration> {
        let guesses = self.0.get(&key(who))?;
        let left = guesses.wait().checked_sub(guesses.last.elapsed())?;
        (!left.is_zero()).then_some(left)
    }

    /// Notes a guess. It is noted before it is known to be wrong, so that many at one time are many.
    pub(super) fn note(&mut self, who: IpAddr) {
        self.0.retain(|_, guesses| guesses.last.elapsed() < FORGET);
        if self.0.len() >= MOST && !self.0.contains_key(&key(who)) {
            let oldest = self.0.iter().min_by_key(|(_, guesses)| guesses.last);
            if let Some(oldest) = oldest.map(|(who, _)| *who) {
                self.0.remove(&oldest);
            }
        }
        let now = Instant::now();
        let guesses = self.0.entry(key(who)).or_insert(Guesses { wrong: 0, last: now });
        guesses.wrong = guesses.wrong.saturating_add(1);
        guesses.last = now;
    }

    /// It was right.
    pub(super) fn forget(&mut self, who: IpAddr) {
        self.0.remove(&key(who));
    }
}

/// Who has one IPv6 address has 2⁶⁴ of them.
fn key(who: IpAddr) -> IpAddr {
    match who.to_canonical() {
        IpAddr::V6(ip) => {
            let network = u128::from(ip) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn guesses_become_slow_and_are_forgotten() {
        let mut brake = Brake::default();
        let (who, other): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        for _ in 0..5 {
            assert_eq!(brake.must_wait(who), None);
            brake.note(who);
        }
        let mut waits = Vec::new();
        for _ in 0..8 {
            brake.note(who);
            let wait = brake.must_wait(who).expect("it must wait now");
            waits.push(wait.as_secs());
            tokio::time::advance(wait).await;
            assert_eq!(brake.must_wait(who), None);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(brake.must_wait(other), None);
        tokio::time::advance(FORGET).await;
        brake.note(other);
        brake.note(who);
        assert_eq!(brake.must_wait(who), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_addresses_is_bounded() {
        let mut brake = Brake::default();
        for number in 0..10_000_u32 {
            brake.note(IpAddr::V4(number.into()));
        }
        assert_eq!(brake.0.len(), MOST);
        let one = |host: u128| IpAddr::V6((0x2001_0db8_u128 << 96 | host).into());
        for host in 0..6 {
            brake.note(one(host));
        }
        assert!(brake.must_wait(one(99)).is_some());
    }
}
