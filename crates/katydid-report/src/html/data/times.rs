//! Response times of a step, in buckets that a page can carry.

use katydid_core::Latency;

/// Width of the finest buckets, as a factor.
const FINEST: f64 = 1.015;
/// The coarsest level: four of the finest are one.
const COARSEST: u32 = 2;
/// About the most letters that all of them may take.
const MOST_LETTERS: usize = 420_000;

/// Counts by finest bucket, in their order. Bucket `k` has the times around `FINEST`^k µs.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets(Vec<(u32, u64)>);

pub(super) fn buckets(times: &Latency) -> Buckets {
    let mut out: Vec<(u32, u64)> = Vec::new();
    for (micros, count) in times.buckets() {
        let bucket = ((micros.max(1) as f64).ln() / FINEST.ln()).round() as u32;
        add(&mut out, bucket, count);
    }
    Buckets(out)
}

impl Buckets {
    /// `[bucket, count, buckets further on, count, …]`, where two (level 1) or four (2) are one.
    pub(super) fn at_level(&self, level: u32) -> Vec<u64> {
        let mut last = 0;
        let pair = |(bucket, count): (u32, u64)| {
            let further = u64::from(bucket - std::mem::replace(&mut last, bucket));
            [further, count]
        };
        self.coarse(level).into_iter().flat_map(pair).collect()
    }

    fn coarse(&self, level: u32) -> Vec<(u32, u64)> {
        let mut out = Vec::new();
        self.0.iter().for_each(|(bucket, count)| add(&mut out, bucket >> level, *count));
        out
    }

    /// About the letters that it takes.
    fn letters(&self, level: u32) -> usize {
        let digits = |number: &u64| number.checked_ilog10().unwrap_or(0) as usize + 2;
        self.at_level(level).iter().map(digits).sum()
    }
}

fn add(out: &mut Vec<(u32, u64)>, bucket: u32, count: u64) {
    match out.last_mut() {
        Some(last) if last.0 == bucket => last.1 += count,
        _ => out.push((bucket, count)),
    }
}

/// The finest level from `least` on at which all of them fit into a page.
pub(super) fn level<'a>(least: u32, all: impl Iterator<Item = &'a Buckets> + Clone) -> u32 {
    let fits =
        |level: &u32| all.clone().map(|times| times.letters(*level)).sum::<usize>() <= MOST_LETTERS;
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
