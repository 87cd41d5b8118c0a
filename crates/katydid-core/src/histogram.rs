//! Response times with a bounded error and a bounded size: HdrHistogram, 1 µs to 1 h.

use std::fmt;
use std::time::Duration;

mod wire;

/// The largest time kept apart, in µs; longer ones are counted here and kept exactly in `max`.
const HIGHEST_MICROS: u64 = 3_600_000_000;

/// A set of times: counts in an HdrHistogram (three significant digits by default), with exact
/// minimum, maximum and sum beside it.
///
/// Memory does not grow with the number of times. Two of them add exactly: the histogram of A ∪ B
/// is the histogram of A plus that of B, so percentiles are never averaged.
#[derive(Clone, PartialEq)]
pub struct Latency {
    counts: hdrhistogram::Histogram<u64>,
    min_ns: u64,
    max_ns: u64,
    sum_ns: u128,
}

/// What it holds, not how the histogram keeps it.
impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latency")
            .field("len", &self.len())
            .field("min", &self.min())
            .field("max", &self.max())
            .field("sum", &self.sum())
            .field("buckets", &self.buckets().collect::<Vec<_>>())
            .finish()
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self::with_digits(3)
    }
}

impl Latency {
    /// An empty set whose percentiles keep `digits` significant digits (1 to 5).
    pub fn with_digits(digits: u8) -> Self {
        let counts = hdrhistogram::Histogram::new(digits).expect("1 to 5 digits are accepted");
        Self { counts, min_ns: u64::MAX, max_ns: 0, sum_ns: 0 }
    }

    /// Adds one time, in nanoseconds.
    #[inline]
    pub fn record(&mut self, ns: u64) {
        let micros = ((ns + 500) / 1_000).clamp(1, HIGHEST_MICROS);
        // Cannot fail: the histogram resizes itself and the value is bounded.
        let _ = self.counts.record(micros);
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
        self.sum_ns += u128::from(ns);
    }

    /// Adds all times of `other`, exactly.
    pub fn add(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.counts.add(&other.counts).expect("both sides resize themselves");
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        self.sum_ns += other.sum_ns;
    }

    /// Adds times of which only buckets (any time of a bucket in µs, count), extremes and sum are
    /// left.
    pub(crate) fn add_buckets(
        &mut self,
        buckets: impl Iterator<Item = (u64, u64)>,
        (min_ns, max_ns): (u64, u64),
        sum_ns: u128,
    ) {
        for (micros, count) in buckets {
            // Cannot fail, as in `record`.
            let _ = self.counts.record_n(micros, count);
        }
        self.min_ns = self.min_ns.min(min_ns);
        self.max_ns = self.max_ns.max(max_ns);
        self.sum_ns += sum_ns;
    }

    /// Forgets everything but keeps the memory for the next interval.
    pub fn clear(&mut self) {
        if self.is_empty() {
            return;
        }
        self.counts.reset();
        (self.min_ns, self.max_ns, self.sum_ns) = (u64::MAX, 0, 0);
    }

    /// How many times were added.
    #[inline]
    pub fn len(&self) -> u64 {
        self.counts.len()
    }

    /// Whether nothing was added.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The smallest time, exact. `None` when empty.
    pub fn min(&self) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.min_ns))
    }

    /// The largest time, exact. `None` when empty.
    pub fn max(&self) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.max_ns))
    }

    /// The arithmetic mean, exact. `None` when empty.
    pub fn mean(&self) -> Option<Duration> {
        (!self.is_empty())
            .then(|| Duration::from_nanos((self.sum_ns / u128::from(self.len())) as u64))
    }

    /// All times added up, exact.
    pub fn sum(&self) -> Duration {
        const SECOND: u128 = 1_000_000_000;
        Duration::new((self.sum_ns / SECOND) as u64, (self.sum_ns % SECOND) as u32)
    }

    /// The time that a share `quantile` (0 to 1) of all times does not exceed, within 0.1 % (or
    /// 1 µs) and never outside `min..=max`. `None` when empty: no data is not zero.
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        if self.is_empty() {
            return None;
        }
        let micros = self.counts.value_at_quantile(quantile.clamp(0.0, 1.0));
        // A bucket's upper edge can lie beyond the largest time seen in it (R19).
        let ns = (micros * 1_000).clamp(self.min_ns, self.max_ns);
        Some(Duration::from_nanos(ns))
    }

    /// What takes long: at a random moment something is under way that takes so long or longer with
    /// a probability of a tenth. A single hiccup among thousands is no tenth of the time. `None`
    /// when empty.
    pub fn for_a_tenth_of_the_time(&self) -> Option<Duration> {
        let time = |(micros, count): (u64, u64)| micros as f64 * count as f64;
        let total: f64 = self.buckets().map(time).sum();
        let mut passed = 0.0;
        let over = |bucket: &(u64, u64)| {
            passed += time(*bucket);
            passed >= total * 0.9
        };
        self.buckets().find(over).map(|(micros, _)| Duration::from_micros(micros))
    }

    /// How many times are at most `limit` (counted by bucket).
    pub fn count_at_most(&self, limit: Duration) -> u64 {
        self.counts.count_between(0, limit.as_micros().min(u128::from(HIGHEST_MICROS)) as u64)
    }

    /// How many times lie between each two of `bounds` (ascending): up to the first one, over the
    /// first up to the second, …, over the last. A bucket of the histogram counts whole, so that a
    /// bound may stand for one that is 0.1 % larger.
    pub fn counts_between(&self, bounds: &[Duration]) -> Vec<u64> {
        let mut counts = vec![0; bounds.len() + 1];
        let mut at = 0;
        for (edge, count) in self.buckets() {
            let least = u128::from(self.counts.lowest_equivalent(edge));
            while bounds.get(at).is_some_and(|bound| bound.as_micros() < least) {
                at += 1;
            }
            counts[at] += count;
        }
        counts
    }

    /// How many times are shorter than `time` (counted by bucket).
    pub fn count_shorter(&self, time: Duration) -> u64 {
        let micros = time.as_micros().min(u128::from(HIGHEST_MICROS)) as u64;
        let lowest = self.counts.lowest_equivalent(micros);
        if lowest == 0 { 0 } else { self.counts.count_between(0, lowest - 1) }
    }

    /// The non-empty buckets as (upper edge in µs, count), ascending.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts.iter_recorded().map(|step| (step.value_iterated_to(), step.count_at_value()))
    }
}

#[cfg(test)]
mod tests;
