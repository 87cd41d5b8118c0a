//! Random numbers of the few distributions that are needed.

use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A seeded source of normal numbers.
#[derive(Debug)]
pub(super) struct Normal {
    random: Xoshiro256PlusPlus,
    spare: Option<f64>,
}

impl Normal {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { random: Xoshiro256PlusPlus::seed_from_u64(seed), spare: None }
    }

    /// The next one (Box and Muller: they come in pairs).
    pub(super) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (left, right): (f64, f64) = (self.random.random(), self.random.random());
        let radius = (-2.0 * (1.0 - left).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * right).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }
}

/// √(ν ÷ χ²) for ν degrees of freedom, from a normal number (Wilson and Hilferty): what makes a
/// normal number one of Student's t.
pub(super) fn student_factor(freedom: f64, normal: f64) -> f64 {
    let part = 2.0 / (9.0 * freedom);
    let cube = 1.0 - part + normal * part.sqrt();
    cube.max(0.2).powf(-1.5)
}

/// What chance has given a replicate, the same for every number of it: numbers that move together
/// shall do so here too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    /// Which way of being alike is taken, 0 to 1.
    pub(super) alike: f64,
    /// How far the spread that was seen on each side is from that of the seconds.
    pub(super) sides: [f64; 2],
    /// The same for the spread of runs.
    pub(super) runs: f64,
}

impl Chance {
    /// So many of them. The ways come as evenly as they can (steps of the golden ratio).
    pub(super) fn many(count: usize, normal: &mut Normal) -> Vec<Self> {
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let of = |at: usize| Self {
            alike: ((at as f64 + 0.5) * golden).fract(),
            sides: [normal.next(), normal.next()],
            runs: normal.next(),
        };
        (0..count).map(of).collect()
    }
}

/// The number below which a normal number stays with this probability (Abramowitz and Stegun
/// 26.2.23, right to 0.0005).
pub(super) fn normal_quantile(probability: f64) -> f64 {
    if probability < 0.5 {
        return -normal_quantile(1.0 - probability);
    }
    let t = (-2.0 * (1.0 - probability).max(f64::MIN_POSITIVE).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    t - above / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)))
}
