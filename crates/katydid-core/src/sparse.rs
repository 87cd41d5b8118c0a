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
    sum_ns: u128,
}

impl Sparse {
    /// What `times` holds; `None` when that is nothing.
    pub(crate) fn of(times: &Latency) -> Option<Self> {
        let nanos = |time: Duration| time.as_nanos() as u64;
        let (min_ns, max_ns) = (times.min().map(nanos)?, times.max().map(nanos)?);
        let narrow = |(edge, count): (u64, u64)| {
            (u32::try_from(edge).unwrap_or(u32::MAX), u32::try_from(count).unwrap_or(u32::MAX))
        };
        let buckets = times.buckets().map(narrow).collect();
        Some(Self { buckets, min_ns, max_ns, sum_ns: times.sum().as_nanos() })
    }

    /// Adds these times to `times`, which has as many digits as those that they were taken from.
    pub(crate) fn add_to(&self, times: &mut Latency) {
        let buckets =
            self.buckets.iter().map(|(edge, count)| (u64::from(*edge), u64::from(*count)));
        times.add_buckets(buckets, (self.min_ns, self.max_ns), self.sum_ns);
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
            let (mut whole, mut again) = (Latency::default(), Latency::default());
            for part in &parts {
                let mut times = Latency::default();
                for ns in part {
                    times.record(*ns);
                }
                whole.add(&times);
                if let Some(sparse) = Sparse::of(&times) {
                    sparse.add_to(&mut again);
                }
            }
            prop_assert_eq!(again.len(), whole.len());
            prop_assert_eq!(again.quantile(quantile), whole.quantile(quantile));
            prop_assert_eq!((again.min(), again.max()), (whole.min(), whole.max()));
            prop_assert_eq!(again.sum(), whole.sum());
        }
    }
}
