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
