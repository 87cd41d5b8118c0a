//! The schedule by itself: gaps, seeds, threads, classes.

use crate::run::arrivals::schedule::{Arrival, Schedule};
use crate::run::arrivals::{Arrivals, Spacing};

const HOUR_NS: u64 = 3_600_000_000_000;

fn poisson(rate: &str, seed: u64, part: (usize, usize)) -> Schedule {
    let arrivals = Arrivals::new(rate.parse().unwrap()).spacing(Spacing::Poisson);
    Schedule::new(&arrivals, &[3, 0, 1], seed, part, HOUR_NS)
}

fn take(mut schedule: Schedule, count: usize) -> Vec<Arrival> {
    let next = || {
        let arrival = schedule.peek();
        schedule.advance();
        arrival
    };
    std::iter::repeat_with(next).map_while(|arrival| arrival).take(count).collect()
}

/// The largest distance between the measured and the exponential distribution (Kolmogorov and
/// Smirnov), times √n: below 1.63 with a probability of 99 % if they are the same.
fn distance(mut gaps: Vec<f64>, rate: f64) -> f64 {
    gaps.sort_by(f64::total_cmp);
    let n = gaps.len() as f64;
    let off = |(index, gap): (usize, &f64)| {
        let expected = 1.0 - (-rate * gap).exp();
        (expected - index as f64 / n).abs().max((expected - (index + 1) as f64 / n).abs())
    };
    gaps.iter().enumerate().map(off).fold(0.0, f64::max) * n.sqrt()
}

fn gaps(arrivals: &[Arrival]) -> Vec<f64> {
    arrivals.windows(2).map(|pair| (pair[1].due_ns - pair[0].due_ns) as f64 / 1e9).collect()
}

#[test]
fn poisson_gaps_are_exponential_and_a_wrong_rate_would_be_seen() {
    for seed in 0..5 {
        let gaps = gaps(&take(poisson("100/s", seed, (0, 1)), 20_000));
        let off = distance(gaps.clone(), 100.0);
        assert!(off < 1.63, "{off} with seed {seed}");
        assert!(distance(gaps, 104.0) > 1.63, "the test itself has no teeth");
    }
}

#[test]
fn the_seed_makes_the_schedule_and_the_number_of_threads_does_not() {
    let whole = take(poisson("100/s", 7, (0, 1)), 3_000);
    assert_eq!(whole, take(poisson("100/s", 7, (0, 1)), 3_000));
    assert_ne!(whole, take(poisson("100/s", 8, (0, 1)), 3_000));
    for threads in [2, 3] {
        let parts = (0..threads)
            .map(|thread| take(poisson("100/s", 7, (thread, threads)), 3_000 / threads));
        let mut together: Vec<Arrival> = parts.flatten().collect();
        together.sort_by_key(|arrival| arrival.due_ns);
        assert_eq!(whole, together, "{threads} threads");
    }
}

#[test]
fn classes_have_the_proportions_of_their_weights_at_every_moment() {
    let arrivals = take(poisson("100/s", 1, (0, 1)), 1_000);
    let mut counts = [0usize; 3];
    for (dealt, arrival) in arrivals.iter().enumerate() {
        counts[arrival.class] += 1;
        assert!((counts[0] as f64 - (dealt + 1) as f64 * 0.75).abs() < 1.0, "{counts:?}");
    }
    assert_eq!(counts, [750, 0, 250]);
}

#[test]
fn ramps_of_a_poisson_process_have_their_integral_on_average() {
    let count = |seed| take(poisson("0/s..200/s:20s", seed, (0, 1)), 1_000_000).len() as f64;
    let mean = (0..50).map(count).sum::<f64>() / 50.0;
    // 2000, give or take four standard errors of √2000 ÷ √50.
    assert!((1_974.0..2_026.0).contains(&mean), "{mean}");
}
