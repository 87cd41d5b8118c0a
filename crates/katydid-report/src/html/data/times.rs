//! Response times of a step, in buckets that a page can carry.

use katydid_core::Latency;

/// Width of the finest buckets, as a factor.
const FINEST: f64 = 1.015;
/// The coarsest level: four of the finest are one.
const COARSEST: u32 = 2;
/// About the most letters that all of them may take.
const MOST_LETTERS: usize = 420_000;

/// Counts by finest bucket, in their order. Bucket `k` has the times around `FINEST`^k µs. Hundreds
/// of steps are kept while a run goes on: a count that needs more room than others have is several.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    counts: Box<[(u16, u32)]>,
    /// About the letters that they take at each level.
    letters: [usize; COARSEST as usize + 1],
}

pub(super) fn buckets(times: &Latency) -> Buckets {
    let mut all = Vec::new();
    for (micros, count) in times.buckets() {
        // An hour is bucket 1,478.
        let bucket = ((micros.max(1) as f64).ln() / FINEST.ln()).round() as u16;
        add(&mut all, bucket, count);
    }
    let mut out = Vec::with_capacity(all.len());
    for (bucket, mut count) in all {
        while let Some(rest) = count.checked_sub(u64::from(u32::MAX)).filter(|rest| *rest > 0) {
            out.push((bucket, u32::MAX));
            count = rest;
        }
        out.push((bucket, count as u32));
    }
    let mut buckets = Buckets { counts: out.into(), ..Buckets::default() };
    buckets.letters = std::array::from_fn(|level| {
        let digits = |number: &u64| number.checked_ilog10().unwrap_or(0) as usize + 2;
        buckets.at_level(level as u32).iter().map(digits).sum()
    });
    buckets
}

impl Buckets {
    /// `[bucket, count, buckets further on, count, …]`, where two (level 1) or four (2) are one.
    pub(super) fn at_level(&self, level: u32) -> Vec<u64> {
        let mut last = 0;
        let pair = |(bucket, count): (u16, u64)| {
            let further = u64::from(bucket - std::mem::replace(&mut last, bucket));
            [further, count]
        };
        self.coarse(level).into_iter().flat_map(pair).collect()
    }

    fn coarse(&self, level: u32) -> Vec<(u16, u64)> {
        let mut out = Vec::with_capacity(self.counts.len());
        self.counts
            .iter()
            .for_each(|(bucket, count)| add(&mut out, bucket >> level, u64::from(*count)));
        out
    }
}

fn add(out: &mut Vec<(u16, u64)>, bucket: u16, count: u64) {
    match out.last_mut() {
        Some(last) if last.0 == bucket => last.1 += count,
        _ => out.push((bucket, count)),
    }
}

/// The finest level from `least` on at which all of them fit into a page.
pub(super) fn level<'a>(least: u32, all: impl Iterator<Item = &'a Buckets> + Clone) -> u32 {
    let fits = |level: &u32| {
        all.clone().map(|times| times.letters[*level as usize]).sum::<usize>() <= MOST_LETTERS
    };
    (least..COARSEST).find(fits).unwrap_or(COARSEST)
}

/// Bucket `k` of a level has the times around `factor`^(k + `shift`) µs.
pub(super) fn scale(level: u32) -> (f64, f64) {
    let joined = f64::from(1 << level);
    (FINEST.powf(joined), (joined - 1.0) / (2.0 * joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_many_thousand_millions_is_kept() {
        let most = u64::from(u32::MAX);
        for count in [most - 1, most, most + 1, 3 * most, 3 * most + 7] {
            let mut all = Latency::default();
            all.record(5_000_000);
            (0..count.ilog2()).rev().for_each(|bit| {
                all.add(&all.clone());
                (0..(count >> bit) & 1).for_each(|_| all.record(5_000_000));
            });
            assert_eq!(buckets(&all).at_level(0).get(1), Some(&count));
        }
    }

    #[test]
    fn buckets_keep_every_time_within_their_width() {
        let mut times = Latency::default();
        let micros = [1, 2, 3, 900, 901, 1_000_000, 3_600_000_000];
        for micros in micros {
            times.record(micros * 1_000);
        }
        for level in 0..=COARSEST {
            let (factor, shift) = scale(level);
            let step = buckets(&times).at_level(level);
            let mut bucket = 0;
            let mut seen = Vec::new();
            for pair in step.chunks(2) {
                bucket += pair[0];
                seen.extend((0..pair[1]).map(|_| factor.powf(bucket as f64 + shift)));
            }
            assert_eq!(seen.len(), micros.len());
            for (seen, micros) in seen.iter().zip(micros) {
                // Half a bucket, and what the histogram has lost before.
                let most = factor.sqrt() * 1.001;
                let ratio = seen / micros as f64;
                assert!(ratio <= most && ratio >= 1.0 / most, "{level}, {micros}: {seen}");
            }
        }
    }
}
