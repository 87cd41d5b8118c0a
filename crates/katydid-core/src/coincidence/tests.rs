use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn random(seed: u64, count: usize) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count).map(|_| random.random_range(0.0..1.0)).collect()
}

/// Numbers that follow themselves closely, as queues and memory do.
fn wandering(seed: u64, count: usize) -> Vec<f64> {
    let mut at = 0.0;
    let step = |move_by: f64| {
        at = 0.95 * at + move_by - 0.5;
        at
    };
    random(seed, count).into_iter().map(step).collect()
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[test]
fn what_leads_is_found_with_its_lag() {
    let cause = wandering(1, 120);
    let effect: Vec<f64> = (0..120usize).map(|at| cause[at.saturating_sub(3)] * 2.0).collect();
    let found = closest(&some(&effect), &some(&cause), 20).expect("it is plain");
    assert_eq!(found.lag, -3);
    assert!(found.correlation > 0.9 && found.steps > 110, "{found:?}");
    let falling: Vec<f64> = effect.iter().map(|value| -value).collect();
    let found = closest(&some(&effect), &some(&falling), 20).expect("it is plain");
    assert!(found.lag == 0 && found.correlation < -0.9, "{found:?}");
}

#[test]
fn what_follows_itself_is_seldom_taken_for_more() {
    let found = (0..300u64)
        .filter(|seed| {
            let (x, y) = (wandering(2 * seed, 200), wandering(2 * seed + 1, 200));
            closest(&some(&x), &some(&y), 1).is_some()
        })
        .count();
    assert!(found <= 9, "{found} of 300 unrelated ones");
}

#[test]
fn few_steps_and_still_series_say_nothing() {
    let x = random(5, 15);
    assert!(closest(&some(&x), &some(&x), 1).is_none());
    let x = random(6, 100);
    assert!(closest(&some(&x), &some(&[3.0; 100]), 1).is_none());
}

#[test]
fn the_words_claim_no_cause() {
    let coincidence = Coincidence {
        monitor: "backend".into(),
        series: "db_in_use".into(),
        unit: Unit::Count,
        correlation: 0.912,
        before: Some(Duration::from_secs(2)),
        after: None,
        ends: (1.0, 8.0),
        steps: 58,
    };
    assert_eq!(
        coincidence.text(),
        "db_in_use of backend rose 2 s before p95 did (from 1 to 8; correlation 0.91 over 58 steps)"
    );
}
