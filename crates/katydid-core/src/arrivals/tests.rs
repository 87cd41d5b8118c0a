//! Rates: exact moments, exact integrals, readable texts.

use std::time::Duration;

use proptest::prelude::*;

use super::{ArrivalRate, RateError, RateStage};

fn rate(text: &str) -> ArrivalRate {
    text.parse().unwrap()
}

/// Starts that are due in each whole second.
fn per_second(rate: &ArrivalRate, seconds: usize) -> Vec<u64> {
    let mut counts = vec![0; seconds];
    for k in 0u64.. {
        let Some(due_ns) = rate.due_ns(k as f64) else { break };
        match counts.get_mut((due_ns / 1_000_000_000) as usize) {
            Some(count) => *count += 1,
            None => break,
        }
    }
    counts
}

#[test]
fn each_whole_second_has_the_rate_and_there_is_no_drift_in_ten_minutes() {
    for (per, whole) in [(1.0, 1), (10.0, 10), (333.0, 333), (10_000.0, 10_000)] {
        let counts = per_second(&ArrivalRate::constant(per).unwrap(), 600);
        assert!(counts.iter().all(|count| *count == whole), "{per}");
    }
    // 1000 a minute: 16 or 17 in each second, exactly 10,000 in ten minutes.
    let counts = per_second(&rate("1000/m"), 600);
    assert!(counts.iter().all(|count| (16..=17).contains(count)));
    assert_eq!(counts.iter().sum::<u64>(), 10_000);
}

#[test]
fn a_ramp_has_exactly_its_integral() {
    let counts = per_second(&rate("0/s..100/s:10s"), 20);
    // The integral from s to s + 1 is 10 s + 5.
    for (second, count) in counts.iter().take(10).enumerate() {
        assert!(count.abs_diff(10 * second as u64 + 5) <= 1, "{counts:?}");
    }
    assert_eq!(counts.iter().sum::<u64>(), 500);
    let down = per_second(&rate("100/s:1s,100/s..0/s:2s,0/s:3s,7/s:1s"), 20);
    assert_eq!((down[0], down[1], down[2], &down[3..7]), (100, 75, 25, &[0, 0, 0, 7][..]));
}

#[test]
fn nothing_starts_in_a_pause_nor_at_its_edge() {
    let pause = rate("10/s:1s,0/s:5s,10/s:1s");
    assert_eq!(pause.due_ns(9.0), Some(900_000_000));
    assert_eq!(pause.due_ns(10.0), Some(6_000_000_000));
    assert_eq!(pause.due_ns(20.0), None);
    assert_eq!(rate("10/s:1s,0/s:5s").due_ns(10.0), None);
}

#[test]
fn rates_have_units() {
    for text in ["100", "100/s", "6000/m", "360000/h"] {
        assert_eq!(rate(text).to_string(), "100/s", "{text}");
    }
    let stages = "100/s:1m,100/s..500/s:2m";
    assert_eq!(rate(stages).to_string(), stages);
    assert_eq!(rate(stages).length(), Some(Duration::from_mins(3)));
    assert_eq!(rate(stages).planned(Duration::from_hours(1)), 6_000.0 + 36_000.0);
}

#[test]
fn what_is_no_rate_is_refused_by_name() {
    let error = |text: &str| text.parse::<ArrivalRate>().unwrap_err().to_string();
    assert!(error("fast").starts_with("`fast` is no rate; write"));
    assert!(error("100/d").contains("`100/d`"));
    assert!(error("1e3").contains("`1e3`") && error("").contains("``"));
    assert!(error("0").contains("nothing would ever start"));
    assert!(error("99999999/s").contains("more than any machine begins"));
    assert!(error("10/s:1m,5/s").contains("stage `5/s` is not of the form"));
    assert!(error("10/s:0s").contains("lasts no time"));
    assert!(error("10/s:soon").starts_with("stage `10/s:soon`: `soon` is not a length"));
    assert_eq!(ArrivalRate::constant(-1.0), Err(RateError::Range(-1.0)));
    let beyond = f64::INFINITY;
    assert_eq!(ArrivalRate::constant(beyond), Err(RateError::TooHigh(beyond)));
    assert!(matches!(ArrivalRate::constant(f64::NAN), Err(RateError::Range(_))));
}

proptest! {
    /// The moment of a start and the integral up to it agree, and moments never go back.
    #[test]
    fn moments_are_the_inverse_of_the_integral(
        stages in proptest::collection::vec((0u32..500, 0u32..500, 1u64..20), 1..5),
    ) {
        let stages = stages.into_iter().map(|(from, to, seconds)| RateStage {
            from: f64::from(from), to: f64::from(to), length: Duration::from_secs(seconds),
        });
        let Ok(rate) = ArrivalRate::stages(stages) else { return Ok(()) };
        let mut last = 0;
        let mut due = 0u64;
        while let Some(due_ns) = rate.due_ns(due as f64) {
            prop_assert!(due_ns >= last);
            let planned = rate.planned(Duration::from_nanos(due_ns));
            prop_assert!((planned - due as f64).abs() < 1e-3, "{planned} at {due}");
            (last, due) = (due_ns, due + 1);
        }
        let total = rate.planned(Duration::MAX);
        prop_assert!((due as f64 - total).abs() <= 1.0, "{due} of {total}");
    }

    #[test]
    fn no_text_panics(text in "[0-9./smh:,x]{0,20}") {
        let _ = text.parse::<ArrivalRate>();
    }
}
