//! The hourly request limit: a sliding window that is exact to the second.
//!
//! Per key it keeps how many requests came in each second of the last hour (at most 3,600 small
//! pairs, usually a few dozen). A token bucket would need less, but lets almost twice the limit
//! through in its first hour; this never lets more than the limit through in any hour.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const WINDOW_SECONDS: u64 = 3_600;
const SHARDS: usize = 16;

/// Counts requests per key.
#[derive(Debug)]
pub(crate) struct RateLimiter<K> {
    limit: u32,
    start: Instant,
    hasher: RandomState,
    shards: [Mutex<HashMap<K, Window>>; SHARDS],
}

/// What a caller may still do; sent as `X-Rate-Limit-*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateStatus {
    pub(crate) remaining: u32,
    /// Seconds until the oldest counted request leaves the window.
    pub(crate) reset: u64,
}

/// A request beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) limit: u32,
    pub(crate) status: RateStatus,
}

#[derive(Debug, Default)]
struct Window {
    /// (second, requests in it), oldest first.
    seconds: VecDeque<(u64, u32)>,
    total: u32,
}

impl<K: Hash + Eq> RateLimiter<K> {
    pub(crate) fn new(limit_per_hour: u32) -> Self {
        Self {
            limit: limit_per_hour,
            start: Instant::now(),
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// Counts one request, unless it is one too many.
    pub(crate) fn check(&self, key: K) -> Result<RateStatus, Exceeded> {
        self.check_at(key, self.start.elapsed())
    }

    /// Takes back the last request that was counted: it was none of those that are limited.
    pub(crate) fn give_back(&self, key: &K) {
        let shard = self.hasher.hash_one(key) as usize % SHARDS;
        if let Some(window) = lock(&self.shards[shard]).get_mut(key) {
            window.give_back();
        }
    }

    /// Forgets keys that were silent for a whole window.
    pub(crate) fn forget_idle(&self) {
        let now = self.start.elapsed().as_secs();
        for shard in &self.shards {
            lock(shard).retain(|_, window| {
                window.forget(now);
                window.total > 0
            });
        }
    }

    fn check_at(&self, key: K, now: Duration) -> Result<RateStatus, Exceeded> {
        let shard = self.hasher.hash_one(&key) as usize % SHARDS;
        let mut windows = lock(&self.shards[shard]);
        let window = windows.entry(key).or_default();
        let now = now.as_secs();
        window.forget(now);
        if window.total >= self.limit {
            let status = RateStatus { remaining: 0, reset: window.reset(now) };
            return Err(Exceeded { limit: self.limit, status });
        }
        window.count(now);
        Ok(RateStatus { remaining: self.limit - window.total, reset: window.reset(now) })
    }
}

impl Window {
    fn forget(&mut self, now: u64) {
        while let Some(&(second, requests)) = self.seconds.front()
            && second + WINDOW_SECONDS < now
        {
            self.total -= requests;
            self.seconds.pop_front();
        }
    }

    fn count(&mut self, now: u64) {
        match self.seconds.back_mut() {
            Some((second, requests)) if *second == now => *requests += 1,
            _ => self.seconds.push_back((now, 1)),
        }
        self.total += 1;
    }

    fn give_back(&mut self) {
        let Some((_, requests)) = self.seconds.back_mut() else { return };
        *requests -= 1;
        self.total -= 1;
        if *requests == 0 {
            self.seconds.pop_back();
        }
    }

    fn reset(&self, now: u64) -> u64 {
        let oldest = self.seconds.front().map_or(now, |&(second, _)| second);
        // A request in second s leaves when s + 3600 is wholly over.
        (oldest + WINDOW_SECONDS + 1).saturating_sub(now)
    }
}

impl RateStatus {
    /// Writes the two headers.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
        const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset));
    }
}

fn lock<K>(shard: &Mutex<HashMap<K, Window>>) -> MutexGuard<'_, HashMap<K, Window>> {
    // A panic between two counters costs at most one count; refusing everybody would cost more.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::RateLimiter;

    #[test]
    fn the_refused_learn_when_to_come_back_and_then_are_let_in() {
        let limiter = RateLimiter::new(2);
        let at = |seconds| limiter.check_at("ann", Duration::from_secs(seconds));
        assert_eq!(at(10).unwrap().remaining, 1);
        assert_eq!(at(20).unwrap().remaining, 0);
        let refused = at(30).unwrap_err();
        assert_eq!(refused.status.reset, 3_581);
        assert!(at(30 + refused.status.reset - 1).is_err());
        assert!(at(30 + refused.status.reset).is_ok());
        assert!(limiter.check_at("bob", Duration::from_secs(30)).is_ok());
    }

    #[test]
    fn what_is_given_back_was_not_counted() {
        let limiter = RateLimiter::new(2);
        let at = |seconds| limiter.check_at("ann", Duration::from_secs(seconds));
        for second in 0..9 {
            assert!(at(second).is_ok());
            limiter.give_back(&"ann");
        }
        assert!(at(9).is_ok() && at(9).is_ok() && at(9).is_err());
        limiter.give_back(&"ann");
        limiter.give_back(&"bob");
        assert!(at(10).is_ok() && at(10).is_err());
    }

    proptest! {
        #[test]
        fn no_hour_holds_more_than_the_limit(
            limit in 1_u32..20,
            mut instants in proptest::collection::vec(0_u64..20_000_000, 1..300),
        ) {
            instants.sort_unstable();
            let limiter = RateLimiter::new(limit);
            let passed: Vec<u64> = instants
                .into_iter()
                .filter(|&at| limiter.check_at((), Duration::from_millis(at)).is_ok())
                .collect();
            for window in passed.windows(limit as usize + 1) {
                let span = window[limit as usize] - window[0];
                prop_assert!(span > 3_600_000, "{} requests within {span} ms", limit + 1);
            }
        }
    }
}
