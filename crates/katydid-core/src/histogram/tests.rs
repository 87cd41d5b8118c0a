use proptest::prelude::*;
use rand::SeedableRng as _;

use super::*;

fn filled(times: &[u64]) -> Latency {
    let mut latency = Latency::default();
    for ns in times {
        latency.record(*ns);
    }
    latency
}

/// Draws a time in ns, from numbers between 0 and 1.
type Draw<'a> = &'a dyn Fn(&mut dyn FnMut() -> f64) -> f64;

/// R19: "no data" is not 0.
#[test]
fn an_empty_set_has_no_percentile() {
    let empty = Latency::default();
    assert_eq!(empty.quantile(0.95), None);
    assert_eq!(empty.max(), None);
    assert_eq!(empty.mean(), None);
}

/// R24: 700 ms is 700 ms.
#[test]
fn seven_hundred_milliseconds_stay_seven_hundred() {
    let latency = filled(&[700_000_000]);
    assert_eq!(latency.quantile(0.5), Some(Duration::from_millis(700)));
    assert_eq!(latency.mean(), Some(Duration::from_millis(700)));
}

#[test]
fn beyond_an_hour_is_counted_and_the_maximum_stays_exact() {
    let day = 86_400_000_000_000;
    let latency = filled(&[1_000, day]);
    assert_eq!(latency.len(), 2);
    assert_eq!(latency.max(), Some(Duration::from_nanos(day)));
}

/// R19 at its full size: a million of each kind of times against the exact sort.
#[test]
fn a_million_log_normal_bimodal_and_constant_times_are_within_a_thousandth() {
    let mut random = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(19);
    let mut unit = move || random.random_range(f64::EPSILON..1.0);
    // Box and Muller; a median of 20 ms.
    let log_normal = |unit: &mut dyn FnMut() -> f64| {
        let normal = (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos();
        2e7 * normal.exp()
    };
    let bimodal = |unit: &mut dyn FnMut() -> f64| {
        let (low, wide) = if unit() < 0.9 { (2e6, 1e6) } else { (3e8, 1e8) };
        low + wide * unit()
    };
    let kinds: [Draw<'_>; 3] = [&log_normal, &bimodal, &|_| 7e6];
    for (number, kind) in kinds.iter().enumerate() {
        let mut times: Vec<u64> = (0..1_000_000).map(|_| kind(&mut unit) as u64).collect();
        let latency = filled(&times);
        times.sort_unstable();
        for thousandths in [1, 10, 250, 500, 900, 990, 999, 1_000] {
            let exact = times[thousandths * 1_000 - 1] as f64;
            let got = latency.quantile(thousandths as f64 / 1e3).unwrap().as_nanos() as f64;
            let error = (got - exact).abs();
            assert!(error <= exact * 0.001 + 1_000.0, "{number}: p{thousandths} {got} {exact}");
        }
    }
}

proptest! {
    /// R19: within 0.1 % (or the 1 µs unit) of the exact sort, between min and max, monotone.
    #[test]
    fn percentiles_stay_close_to_the_exact_ones(
        mut times in proptest::collection::vec(1_000u64..60_000_000_000, 1..400),
    ) {
        let latency = filled(&times);
        times.sort_unstable();
        let mut before = Duration::ZERO;
        for quantile in [0.0, 0.25, 0.5, 0.66, 0.9, 0.95, 0.99, 0.999, 1.0] {
            let rank = ((quantile * times.len() as f64).ceil() as usize).clamp(1, times.len());
            let exact = times[rank - 1] as f64;
            let got = latency.quantile(quantile).unwrap();
            prop_assert!((got.as_nanos() as f64 - exact).abs() <= exact * 0.001 + 1_000.0);
            prop_assert!(got >= latency.min().unwrap() && got <= latency.max().unwrap());
            prop_assert!(got >= before);
            before = got;
        }
    }

    /// R20: histogram(A) + histogram(B) = histogram(A ∪ B), bucket by bucket.
    #[test]
    fn adding_is_exact(
        left in proptest::collection::vec(0u64..10_000_000_000, 0..200),
        right in proptest::collection::vec(0u64..10_000_000_000, 0..200),
    ) {
        let mut merged = filled(&left);
        merged.add(&filled(&right));
        let together = filled(&[left, right].concat());
        prop_assert_eq!(merged.buckets().collect::<Vec<_>>(), together.buckets().collect::<Vec<_>>());
        prop_assert_eq!(merged.min(), together.min());
        prop_assert_eq!(merged.max(), together.max());
        prop_assert_eq!(merged.mean(), together.mean());
    }
}

#[test]
fn times_are_counted_between_bounds() {
    let mut times = Latency::default();
    for ns in [400_000, 1_000_000, 1_001_000, 7_000_000, 5_000_000_000] {
        times.record(ns);
    }
    let bounds = [1, 5, 10].map(Duration::from_millis);
    assert_eq!(times.counts_between(&bounds), [2, 1, 1, 1]);
    assert_eq!(times.counts_between(&[]), [5]);
    assert_eq!(Latency::default().counts_between(&bounds), [0; 4]);
    let sums = |counts: Vec<u64>| -> Vec<u64> {
        let add = |sum: &mut u64, count| {
            *sum += count;
            Some(*sum)
        };
        counts.into_iter().scan(0, add).collect()
    };
    let below = bounds.map(|bound| times.count_at_most(bound));
    assert_eq!(sums(times.counts_between(&bounds))[..3], below);
}
