//! Sets of times by fixed bounds.

use std::time::Duration;

use katydid_core::Latency;

use super::Times;

/// The bounds of every histogram: 1, 2.5 and 5 in each decade from 100 µs on, as Prometheus has
/// them, and minutes for what takes long.
pub const BOUNDS: [Duration; 18] = [
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(1),
];

impl Times {
    /// All times of these sets together.
    pub(super) fn of<'a>(sets: impl IntoIterator<Item = &'a Latency>) -> Self {
        let mut all = Self { buckets: vec![0; BOUNDS.len() + 1], ..Self::default() };
        for set in sets.into_iter().filter(|set| !set.is_empty()) {
            all.count += set.len();
            all.sum += set.sum();
            for (sum, count) in all.buckets.iter_mut().zip(set.counts_between(&BOUNDS)) {
                *sum += count;
            }
            if let Some((min, max)) = set.min().zip(set.max()) {
                let (least, most) = all.ends.unwrap_or((min, max));
                all.ends = Some((least.min(min), most.max(max)));
            }
        }
        all
    }
}
