//! Response times step by step, in buckets that a page can carry.

use katydid_core::{History, Latency};
use serde::Serialize;

/// Widths of a bucket, as a factor, from the finest on; the first that fits is taken.
const FACTORS: [f64; 3] = [1.015, 1.03, 1.06];
/// About the most letters that all of them may take.
const MOST_LETTERS: usize = 420_000;

/// A histogram for each step: `[bucket, count, buckets further on, count, …]`.
///
/// Bucket `k` has the times from `factor`^(k − 1) to `factor`^k µs.
#[derive(Debug, Serialize)]
pub(super) struct Times {
    factor: f64,
    steps: Vec<Vec<u64>>,
}

impl Times {
    pub(super) fn of(history: &History) -> Self {
        let steps = 0..history.steps().len();
        let times: Vec<Latency> =
            steps.map(|index| history.requests(index..index + 1).response().into_owned()).collect();
        let mut made = FACTORS.iter().map(|factor| Self::with(*factor, &times));
        let mut chosen = made.next().expect("there are factors");
        while chosen.letters() > MOST_LETTERS
            && let Some(coarser) = made.next()
        {
            chosen = coarser;
        }
        chosen
    }

    fn with(factor: f64, times: &[Latency]) -> Self {
        Self { factor, steps: times.iter().map(|times| step(factor, times)).collect() }
    }

    fn letters(&self) -> usize {
        let digits = |number: &u64| number.checked_ilog10().unwrap_or(0) as usize + 2;
        self.steps.iter().flatten().map(digits).sum()
    }
}

fn step(factor: f64, times: &Latency) -> Vec<u64> {
    let mut out: Vec<u64> = Vec::new();
    let (mut last, mut known) = (0, false);
    for (micros, count) in times.buckets() {
        let bucket = ((micros.max(1) as f64).ln() / factor.ln()).round() as u64;
        if known && bucket == last {
            *out.last_mut().expect("a bucket is known") += count;
            continue;
        }
        out.extend([bucket - last, count]);
        (last, known) = (bucket, true);
    }
    out
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
        for factor in FACTORS {
            let step = step(factor, &times);
            let mut bucket = 0;
            let mut seen = Vec::new();
            for pair in step.chunks(2) {
                bucket += pair[0];
                seen.extend((0..pair[1]).map(|_| factor.powi(bucket as i32)));
            }
            assert_eq!(seen.len(), micros.len());
            for (seen, micros) in seen.iter().zip(micros) {
                // Half a bucket, and what the histogram has lost before.
                let most = factor.sqrt() * 1.001;
                let ratio = seen / micros as f64;
                assert!(ratio <= most && ratio >= 1.0 / most, "{micros}: {seen}");
            }
        }
    }
}
