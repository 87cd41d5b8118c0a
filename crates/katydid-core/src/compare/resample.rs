//! Seconds drawn anew: the circular block bootstrap, with blocks as long as neighbours are alike.

use std::ops::Range;

use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A quarter of a side at most, so that there are always four blocks to draw from.
const MOST_OF_ALL: usize = 4;
/// More than this nobody reads out of a minute of seconds.
const MOST_ALIKE: f64 = 0.9;
/// The largest part of a variance that is taken to be cut away.
const MOST_CUT: f64 = 0.6;

/// How alike the neighbours of a series are, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Dependence {
    /// So many blocks (seconds, or whatever the steps of a run are) are drawn as one.
    pub(super) length: usize,
    /// By what a variance found so is too small, because what is alike was cut at the ends of what
    /// is drawn as one.
    pub(super) missed: f64,
}

impl Dependence {
    /// Neighbours have nothing to do with each other.
    pub(super) const NONE: Self = Self { length: 1, missed: 1.0 };

    /// The stronger one.
    pub(super) fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
}

/// How a number depends on its neighbours whose influence series these are, one per side, each with
/// its stretches.
///
/// The rule of Politis and White (2004, corrected 2009) for the circular bootstrap, with the
/// autocorrelation of a first-order process put in: n^⅓ (3/2)^⅓ (2r ÷ (1 − r²))^⅔, where r is the
/// correlation of neighbours, corrected for being estimated from a short series (Kendall 1954), and
/// n the shorter side. The bias that such blocks leave is known for that process, and taken out.
pub(super) fn dependence(sides: [(&[f64], &[Range<usize>]); 2]) -> Dependence {
    let (mut products, mut squares, mut means) = (0.0, 0.0, 0.0);
    for (series, stretches) in sides {
        for stretch in stretches.iter().filter(|stretch| stretch.len() >= 3) {
            let values = &series[stretch.clone()];
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            products +=
                values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>();
            squares += values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
            means += 1.0;
        }
    }
    if squares <= f64::MIN_POSITIVE {
        return Dependence::NONE;
    }
    let count = |stretches: &[Range<usize>]| stretches.iter().map(Range::len).sum::<usize>();
    let (left, right) = (count(sides[0].1), count(sides[1].1));
    let all = (left + right) as f64;
    // Each mean taken out of the series has made neighbours look less alike.
    let alike = (all * products / squares + means) / (all - 3.0 * means).max(1.0);
    let alike = alike.clamp(0.0, MOST_ALIKE);
    let shorter = left.min(right);
    let ratio = 2.0 * alike / (1.0 - alike * alike);
    let length = (1.5 * shorter as f64).cbrt() * ratio.powf(2.0 / 3.0);
    let length = (length.round() as usize).clamp(1, (shorter / MOST_OF_ALL).max(1));
    let cut = (ratio / length as f64).min(MOST_CUT);
    Dependence { length, missed: 1.0 / (1.0 - cut) }
}

/// How often each block of a side was drawn, `replicates` times over.
#[derive(Debug)]
pub(super) struct Draws {
    width: usize,
    weights: Vec<u32>,
}

impl Draws {
    /// Draws within each stretch, in blocks of `length` that go round at its end.
    pub(super) fn new(
        stretches: &[Range<usize>],
        length: usize,
        replicates: usize,
        seed: u64,
    ) -> Self {
        let width: usize = stretches.iter().map(Range::len).sum();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut weights = vec![0; width * replicates];
        for row in weights.chunks_mut(width.max(1)) {
            for stretch in stretches.iter().filter(|stretch| !stretch.is_empty()) {
                let row = &mut row[stretch.clone()];
                let length = length.min(row.len().div_ceil(2));
                let mut missing = row.len();
                while missing > 0 {
                    let from = random.random_range(0..row.len());
                    let taken = length.min(missing);
                    (from..from + taken).for_each(|at| row[at % stretch.len()] += 1);
                    missing -= taken;
                }
            }
        }
        Self { width, weights }
    }

    /// The weights of each replicate.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.weights.chunks(self.width.max(1))
    }
}

/// How many independent pieces a side is, beyond those that its means take up.
pub(super) fn freedom(stretches: &[Range<usize>], length: usize) -> f64 {
    let pieces: f64 = stretches.iter().map(|it| it.len() as f64 / length as f64).sum();
    (pieces - stretches.len() as f64).max(1.0)
}

/// By what a variance found by drawing is too small: drawn blocks vary around a mean that is their
/// own.
pub(super) fn shrinkage(stretches: &[Range<usize>], length: usize) -> f64 {
    let all: f64 = stretches.iter().map(|it| it.len() as f64).sum();
    let used = (stretches.len() * length) as f64;
    all / (all - used).max(all / 4.0)
}
