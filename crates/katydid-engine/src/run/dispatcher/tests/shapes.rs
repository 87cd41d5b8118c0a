//! Programmed shapes: planned against actual users.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Shape, Stage, Stages, StopReason};

use super::{events, lines, ms, quitter, sitter, worst};
use crate::Class;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_steered};

async fn run(classes: &[Class], shape: impl Shape + 'static) -> Ended {
    let settings =
        RunSettings { shape: Some(Arc::new(shape)), threads: 3, ..RunSettings::default() };
    run_steered(classes, settings, async |_| {}).await
}

async fn stages(text: &str) -> Ended {
    let stages: Stages = text.parse().unwrap();
    run(&[sitter("A").into()], stages).await
}

/// (ms, users) that a row of ramps plans, by its own arithmetic: (start ms, from, to, rate).
fn by_hand(at_ms: u128, ramps: &[(u128, i64, i64, f64)]) -> i64 {
    let (start, from, to, rate) =
        *ramps.iter().rev().find(|ramp| ramp.0 <= at_ms).expect("the first begins at 0");
    let steps = ((at_ms - start) as f64 / 1e3 * rate + 1e-9).floor() as i64 + 1;
    if to > from { to.min(from + steps) } else { to.max(from - steps) }
}

#[tokio::test(start_paused = true)]
async fn planned_and_actual_differ_by_one_user_at_most_with_fractional_rates_up_and_down() {
    let ended = stages("7@0.3/s:20s,40@2.7/s:6500ms,11@3.3/s:12s,25@0.7/s:9s,0@9.1/s:5s").await;
    assert_eq!(ended.ticks.len(), 52, "a tick for every second of 52.5");
    assert!(worst(&ended) <= 1, "{:?}", ended.ticks);
    // The stage at 26.5 s begins between two seconds, in the middle of its predecessor's ramp.
    let ramps = [
        (0, 0, 7, 0.3),
        (20_000, 6, 40, 2.7),
        (26_500, 24, 11, 3.3),
        (38_500, 11, 25, 0.7),
        (47_500, 18, 0, 9.1),
    ];
    for (at, planned, users) in &ended.ticks {
        let expected = by_hand(*at, &ramps);
        assert_eq!(i64::from(*planned), expected, "at {at} ms");
        assert!((i64::from(*users) - expected).abs() <= 1, "at {at} ms: {users}, not {expected}");
    }
    assert_eq!(ended.reason, StopReason::Shape);
    let end = ended.snapshot.elapsed.as_millis();
    assert!((52_500..52_510).contains(&end), "{end}");
}

#[tokio::test(start_paused = true)]
async fn a_shape_is_asked_every_second_whether_or_not_a_ramp_is_under_way() {
    // Each stage takes far longer than a second to reach; Locust would miss most of them.
    let climbing = |time: Duration, _: u32| {
        let second = time.as_secs() as u32;
        (second < 30).then(|| Stage::new(1_000 - second, 10.5))
    };
    let ended = run(&[sitter("A").into()], climbing).await;
    assert_eq!(events(&ended, "RampBegun").len(), 30);
    assert!(worst(&ended) <= 1, "{:?}", ended.ticks);
    let most = ended.ticks.iter().map(|tick| tick.2).max();
    // Every second begins a ramp, whose first user is due at once: 11 a second, one more at 29 s.
    assert_eq!(most, Some(320), "the ramps follow each other without a gap");
}

#[tokio::test(start_paused = true)]
async fn a_wave_is_followed_and_the_same_answer_changes_nothing() {
    let wave = |time: Duration, _: u32| {
        let turns = (time.as_secs() / 5) as f64 / 12.0 * std::f64::consts::TAU;
        (time.as_secs() < 120).then(|| Stage::new((50.0 + 40.0 * turns.sin()) as u32, 12.5))
    };
    let ended = run(&[sitter("A").into()], wave).await;
    assert_eq!(events(&ended, "RampBegun").len(), 24, "one each five seconds");
    assert!(worst(&ended) <= 1, "{:?}", ended.ticks);
    assert!(ended.ticks.iter().any(|tick| tick.2 == 90) && ended.ticks.last().unwrap().2 < 40);
}

#[tokio::test(start_paused = true)]
async fn a_stage_may_want_users_of_each_class_or_new_ones_of_some_only() {
    let shape = |time: Duration, _: u32| match time.as_secs() {
        0..5 => Some(Stage::exactly([("A", 6), ("B", 2)], 100.0)),
        5..10 => Some(Stage::exactly([("B", 9), ("C", 1)], 8.0)),
        10..15 => Some(Stage::new(14, 100.0).only(["C"])),
        15..20 => Some(Stage::exactly([("A", 1), ("b", 1)], 100.0)),
        _ => None,
    };
    let classes = ["A", "B", "C"].map(|name| sitter(name).into());
    let ended = run(&classes, shape).await;
    let told: Vec<&str> = events(&ended, "AllUsersStarted").iter().map(|event| event.1).collect();
    let mixes = [[6, 2, 0], [0, 9, 1], [0, 9, 5], [1, 0, 0]];
    assert_eq!(told.len(), mixes.len());
    for (text, [a, b, c]) in told.into_iter().zip(mixes) {
        let expected = format!("[(\"A\", {a}), (\"B\", {b}), (\"C\", {c})]");
        assert!(text.contains(&expected), "{text}, not {expected}");
    }
    // Six go and eight come, 8 a second, evenly mixed: never far from the line between 8 and 10.
    let changing = ended.ticks.iter().filter(|tick| (5_000..7_000).contains(&tick.0));
    assert!(changing.clone().all(|tick| (8..=10).contains(&tick.2)), "{:?}", ended.ticks);
    let warning = "the shape names user class b; did you mean `B`?";
    assert!(events(&ended, "Warning").iter().any(|event| event.1.contains(warning)));
    assert_eq!((&*ended.snapshot.unmet[0], ended.snapshot.steered), (warning, 0));
    assert!(worst(&ended) <= 1, "{:?}", ended.ticks);
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_cannot_be_run_is_told_and_the_run_goes_on() {
    let shape = |time: Duration, _: u32| match time.as_secs() {
        0 => Some(Stage::new(3, 10.0)),
        1 => Some(Stage::new(5, 0.0)),
        2 => Some(Stage::new(u32::MAX, 1e-3)),
        3 => Some(Stage::new(4, 10.0)),
        _ => None,
    };
    let ended = run(&[sitter("A").into()], shape).await;
    assert_eq!(events(&ended, "Warning").len(), 2, "{:?}", ended.events);
    assert_eq!(ended.snapshot.unmet.len(), 2, "{:?}", ended.snapshot.unmet);
    assert_eq!(lines(&ended, "begin").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn more_users_than_there_is_room_for_are_not_begun() {
    let shape = |time: Duration, _: u32| match time.as_secs() {
        0 => Some(Stage::new(3, 10.0)),
        1 => Some(Stage::new(1_000_000_000, 1e9)),
        2 => Some(Stage::new(4, 10.0)),
        _ => None,
    };
    let shape: Option<Arc<dyn Shape>> = Some(Arc::new(shape));
    let settings = RunSettings { shape, most_users: 100, threads: 3, ..RunSettings::default() };
    let ended = run_steered(&[sitter("A").into()], settings, async |_| {}).await;
    let told = events(&ended, "Warning");
    assert_eq!(told.len(), 1, "{told:?}");
    let says = "1000000000 users are too many: this machine has room for 100";
    assert!(told[0].1.contains(says), "{told:?}");
    assert_eq!(ended.snapshot.unmet, [says]);
    assert_eq!(lines(&ended, "begin").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn with_a_shape_a_run_waits_for_users_to_come() {
    let shape = |time: Duration, users: u32| match time.as_secs() {
        0..10 => Some(Stage::new(2, 10.0)),
        10..20 => Some(Stage::new(3, 10.0)),
        _ => (users > 100).then(|| Stage::new(0, 1.0)),
    };
    let ended = run(&[quitter("Quits").into()], shape).await;
    assert_eq!((ended.reason, lines(&ended, "begin").len()), (StopReason::Shape, 5));
    assert!(ended.snapshot.elapsed >= ms(20_000), "{:?}", ended.events);
}
