//! Seconds drawn anew: how much a number moves when others of them had been met.

use std::ops::Range;

use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// How often each block of a side was drawn, `replicates` times over.
#[derive(Debug)]
pub(super) struct Draws {
    width: usize,
    weights: Vec<u32>,
}

impl Draws {
    /// Draws blocks one by one, within each stretch as many as it has. That neighbours are alike is
    /// not in them: `alike.rs` knows what that adds.
    pub(super) fn new(stretches: &[Range<usize>], replicates: usize, seed: u64) -> Self {
        let width: usize = stretches.iter().map(Range::len).sum();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut weights = vec![0; width * replicates];
        for row in weights.chunks_mut(width.max(1)) {
            for stretch in stretches.iter().filter(|stretch| !stretch.is_empty()) {
                stretch.clone().for_each(|_| row[random.random_range(stretch.clone())] += 1);
            }
        }
        Self { width, weights }
    }

    /// The weights of each replicate.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.weights.chunks(self.width.max(1))
    }
}

/// How many blocks a side has beyond those that its means take up.
pub(super) fn freedom(stretches: &[Range<usize>]) -> f64 {
    let blocks: usize = stretches.iter().map(Range::len).sum();
    (blocks as f64 - stretches.len() as f64).max(1.0)
}

/// By what a variance found by drawing is too small: drawn blocks vary around a mean that is their
/// own.
pub(super) fn shrinkage(stretches: &[Range<usize>]) -> f64 {
    let all: f64 = stretches.iter().map(|it| it.len() as f64).sum();
    all / freedom(stretches).max(all / 4.0)
}
