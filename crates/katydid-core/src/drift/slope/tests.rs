//! The interval holds what it promises: on flat series with noise that remembers, and on planted
//! slopes.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

const BLOCKS: usize = 30;
/// Steps of the history in one block.
const STEPS: usize = 12;
const SEEDS: u64 = 600;

/// Means of blocks of noise in which each step keeps the share `memory` of the one before.
fn noise(seed: u64, memory: f64) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    // The sum of twelve even numbers is as good as normal.
    let mut normal = move || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
    let mut now = 0.0;
    (0..200).for_each(|_| now = memory * now + normal());
    let mut step = || {
        now = memory * now + normal();
        now
    };
    (0..BLOCKS).map(|_| (0..STEPS).map(|_| step()).sum::<f64>() / STEPS as f64).collect()
}

/// How often the interval around a slope of `planted` per block covers it.
fn covered(memory: f64, planted: f64) -> f64 {
    let covers = |seed: &u64| {
        let line = |(index, value): (usize, f64)| value + planted * index as f64;
        let series: Vec<f64> = noise(*seed, memory).into_iter().enumerate().map(line).collect();
        let slope = Slope::of(&series, 1.0, 0.0).unwrap();
        (slope.low..=slope.high).contains(&planted)
    };
    (0..SEEDS).filter(covers).count() as f64 / SEEDS as f64
}

#[test]
fn a_flat_series_shows_no_drift_however_alike_its_neighbours_are() {
    for memory in [0.0, 0.3, 0.6, 0.8, 0.9] {
        let quiet = covered(memory, 0.0);
        assert!(quiet >= 0.95, "memory {memory}: {quiet}");
    }
}

#[test]
fn a_planted_slope_is_found_and_lies_in_the_interval() {
    for memory in [0.0, 0.6, 0.9] {
        assert!(covered(memory, 0.2) >= 0.9, "memory {memory}");
    }
    // A sixth of the noise of one block, over thirty of them.
    let found = |seed: &u64| {
        let line = |(index, value): (usize, f64)| value + 0.1 * index as f64;
        let series: Vec<f64> = noise(*seed, 0.3).into_iter().enumerate().map(line).collect();
        Slope::of(&series, 1.0, 0.0).unwrap().low > 0.0
    };
    assert!((0..SEEDS).filter(found).count() as f64 >= 0.9 * SEEDS as f64);
}

#[test]
fn what_is_exact_has_no_width_but_that_of_its_measurement() {
    let line: Vec<f64> = (0..30).map(|index| 100.0 + 2.0 * f64::from(index)).collect();
    let slope = Slope::of(&line, 0.5, 0.0).unwrap();
    assert!((slope.per_hour - 4.0).abs() < 1e-9 && slope.half_width() < 1e-9, "{slope:?}");
    assert!((slope.level - 129.0).abs() < 1e-9);
    let flat = Slope::of(&[0.0; 30], 0.5, 1.0).unwrap();
    // 2.05 × 1 ÷ √(0.25 × 30 × 899 ÷ 12)
    assert!((flat.half_width() - 0.0865).abs() < 5e-3, "{flat:?}");
    assert_eq!(Slope::of(&line[..19], 0.5, 0.0), None);
}

#[test]
fn students_quantiles_are_the_tables() {
    for (freedom, table) in [(2.0, 4.303), (3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (28.0, 2.048)]
    {
        let ours = t_quantile(freedom);
        assert!((ours / table - 1.0).abs() < 0.01, "{freedom}: {ours} and {table}");
    }
}

proptest! {
    #[test]
    fn the_interval_moves_and_grows_with_its_series(
        values in proptest::collection::vec(-1e6f64..1e6, 20..60),
        shift in -1e6f64..1e6,
        tilt in -1e3f64..1e3,
    ) {
        let plain = Slope::of(&values, 1.0, 0.0).unwrap();
        prop_assert!(plain.low <= plain.per_hour && plain.per_hour <= plain.high);
        let moved = |(index, value): (usize, &f64)| value + shift + tilt * index as f64;
        let tilted: Vec<f64> = values.iter().enumerate().map(moved).collect();
        let tilted = Slope::of(&tilted, 1.0, 0.0).unwrap();
        let scale = 1.0 + plain.half_width() + plain.per_hour.abs() + tilt.abs();
        prop_assert!((tilted.per_hour - plain.per_hour - tilt).abs() < 1e-6 * scale);
        prop_assert!((tilted.half_width() - plain.half_width()).abs() < 1e-4 * scale);
    }
}
