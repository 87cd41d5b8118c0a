//! Times of a short interval, kept as the few histogram buckets that they fill.

use std::time::Duration;

use crate::Latency;

/// Times of one row in one interval: a hundredth of the memory of a histogram when there are few.
#[derive(Debug)]
pub(crate) struct Sparse {
    /// Upper edge in µs (an hour at most) and count, ascending.
    buckets: Vec<(u32, u32)>,
    min_ns: u64,
    max_ns: u64,
}

impl Sparse {
    /// What `times` holds; `None` when that is nothing.
    pub(crate) fn of(times: &Latency) -> Option<Self> {
        let nanos = |time: Duration| time.as_nanos() as u64;
        let (min_ns, max_ns) = (times.min().map(nanos)?, times.max().map(nanos)?);
        let narrow = |(edge, count): (u64, u64)| {
            (u32::try_from(edge).unwrap_or(u32::MAX), u32::try_from(count).unwrap_or(u32::MAX))
        };
        Some(Self { buckets: times.buckets().map(narrow).collect(), min_ns, max_ns })
    }
}

/// The response times of the last ten seconds, for percentiles that follow the run.
#[derive(Debug)]
pub struct RecentTimes {
    /// Upper edge in µs and how many times lie at or below it.
    sums: Vec<(u32, u64)>,
    min_ns: u64,
    max_ns: u64,
}

impl RecentTimes {
    pub(crate) fn merge<'a>(parts: impl Iterator<Item = &'a Sparse>) -> Self {
        let (mut min_ns, mut max_ns) = (u64::MAX, 0);
        let mut buckets = Vec::new();
        for part in parts {
            buckets.extend_from_slice(&part.buckets);
            (min_ns, max_ns) = (part.min_ns.min(min_ns), part.max_ns.max(max_ns));
        }
        buckets.sort_unstable_by_key(|(edge, _)| *edge);
        let mut sums: Vec<(u32, u64)> = Vec::with_capacity(buckets.len());
        let mut sum = 0;
        for (edge, count) in buckets {
            sum += u64::from(count);
            match sums.last_mut() {
                Some(last) if last.0 == edge => last.1 = sum,
                _ => sums.push((edge, sum)),
            }
        }
        Self { sums, min_ns, max_ns }
    }

    /// How many times there are.
    pub fn len(&self) -> u64 {
        self.sums.last().map_or(0, |(_, sum)| *sum)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// As [`Latency::quantile`].
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        let rank = ((quantile.clamp(0.0, 1.0) * self.len() as f64).ceil() as u64).max(1);
        let at = self.sums.partition_point(|(_, sum)| *sum < rank);
        let (edge, _) = self.sums.get(at)?;
        let ns = (u64::from(*edge) * 1_000).clamp(self.min_ns, self.max_ns);
        Some(Duration::from_nanos(ns))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Cut into intervals and put together again, the percentiles are those of the whole.
        #[test]
        fn percentiles_are_those_of_the_histogram(
            parts in prop::collection::vec(prop::collection::vec(0u64..8_000_000_000, 0..40), 0..6),
            quantile in 0.01f64..=1.0,
        ) {
            let mut whole = Latency::default();
            let mut pieces = Vec::new();
            for part in &parts {
                let mut times = Latency::default();
                for ns in part {
                    times.record(*ns);
                }
                whole.add(&times);
                pieces.extend(Sparse::of(&times));
            }
            let recent = RecentTimes::merge(pieces.iter());
            prop_assert_eq!(recent.len(), whole.len());
            prop_assert_eq!(recent.quantile(quantile), whole.quantile(quantile));
        }
    }
}
