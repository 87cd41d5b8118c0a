//! Stages over time, and as text.

use proptest::prelude::*;

use super::*;

fn stages(text: &str) -> Stages {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn each_stage_lasts_its_time_and_after_the_last_the_run_ends() {
    let stages = stages("10@2/s:2m,300@100/s:2500ms, 0@0.5/s:10");
    let users = |ms| stages.stage(Duration::from_millis(ms), 7).map(|stage| stage.users);
    let seen = [0, 119_999, 120_000, 122_499, 122_500, 132_499, 132_500].map(users);
    assert_eq!(seen, [Some(10), Some(10), Some(300), Some(300), Some(0), Some(0), None]);
    let next = |ms| stages.next_change(Duration::from_millis(ms)).map(|at| at.as_millis());
    assert_eq!([0, 120_000, 122_499].map(next), [Some(120_000), Some(122_500), Some(122_500)]);
    assert_eq!(next(132_500), None);
    assert_eq!((stages.length(), stages.most_users()), (Duration::from_millis(132_500), Some(300)));
}

#[test]
fn the_plan_writes_for_where_the_command_line_has_a_colon() {
    assert_eq!(stages("10@2/s for 2m, 300@100/s for 5m"), stages("10@2/s:2m,300@100/s:5m"));
}

#[test]
fn stages_may_have_names_and_are_the_phases_of_the_run() {
    let named = stages("before: 10@2/s for 2m,300@100/s:5m,after:10@100/s:2m");
    assert_eq!(named.to_string(), "before:10@2/s:2m,300@100/s:5m,after:10@100/s:2m");
    let told: Vec<_> = named
        .phases()
        .into_iter()
        .map(|phase| (phase.name, phase.from.as_secs(), phase.until.map(|it| it.as_secs())))
        .collect();
    let expected = [("before", 0, 120), ("stage 2", 120, 420), ("after", 420, 540)];
    assert_eq!(told, expected.map(|(name, from, until)| (name.to_owned(), from, Some(until))));
}

#[test]
fn the_time_of_all_users_counts_ramps_up_and_down() {
    // 5 s to 10 users, 5 s of 10; 2 s down to 0, 1 s of nobody; a ramp that is cut at 4 of 100.
    assert_eq!(stages("10@2/s:10s,0@5/s:3s,100@2/s:2s").user_seconds(), 75.0 + 10.0 + 4.0);
    let until =
        |seconds| stages("10@2/s:10s,0@5/s:3s").user_seconds_until(Duration::from_secs(seconds));
    assert_eq!([2, 10, 11].map(until), [4.0, 75.0, 82.5]);
    assert_eq!(Stages::one(5, 1.0, Duration::from_mins(2)).user_seconds(), 587.5);
}

#[test]
fn steps_are_equal_parts_of_users_and_time() {
    let steps = |count, users, rate| Stages::steps(count, users, rate, Duration::from_mins(10));
    let guide = steps(5, 500, 50.0).unwrap().to_string();
    assert_eq!(guide, "100@50/s:2m,200@50/s:2m,300@50/s:2m,400@50/s:2m,500@50/s:2m");
    let uneven = steps(3, 10, 1.0).unwrap();
    let users: Vec<u32> = uneven.stages().iter().map(|timed| timed.stage.users).collect();
    assert_eq!(users, [4, 7, 10]);
    let fault = steps(11, 10, 1.0).unwrap_err().to_string();
    assert!(fault.starts_with("11 steps to 10 users: each must add at least one"), "{fault}");
    let fault = steps(5, 500, 0.5).unwrap_err().to_string();
    assert!(fault.contains("step of 2m is over before its users have started"), "{fault}");
    assert!(fault.contains("takes 200.0 s"), "{fault}");
}

#[test]
fn a_function_is_a_shape_and_a_stage_may_name_classes() {
    let shape = |time: Duration, users: u32| {
        (users < 5).then(|| Stage::exactly([("A", 1), ("B", time.as_secs() as u32)], 1.5))
    };
    let stage = shape.stage(Duration::from_secs(3), 0).unwrap();
    assert_eq!((stage.users, stage.spawn_rate), (4, 1.5));
    assert!(
        shape.stage(Duration::ZERO, 5).is_none() && shape.next_change(Duration::ZERO).is_none()
    );
    assert_eq!(Stage::new(3, 1.0).only(["A"]).mix, Mix::Only(vec!["A".to_owned()]));
}

#[test]
fn what_is_no_stage_is_refused_with_its_place() {
    for (text, told) in [
        ("", "stage `` is not of the form USERS@RATE/s:TIME"),
        ("10@2/s:2m,", "stage `` is not of the form"),
        ("10@2:2m", "`10@2:2m` is not of the form"),
        ("10", "`10` is not of the form"),
        ("1,x@2/s:2m", "`1` is not of the form"),
        ("-1@2/s:2m", "`-1` is not a number of users"),
        ("+1@2/s:2m", "`+1` is not a number of users"),
        ("99999999999@2/s:2m", "`99999999999` is not a number of users"),
        ("1@0/s:2m", "`0` is not a number of users per second"),
        ("1@inf/s:2m", "`inf` is not a number of users per second"),
        ("1@1e3/s:2m", "`1e3` is not a number of users per second"),
        ("1@1.2.3/s:2m", "`1.2.3` is not a number of users per second"),
        ("1@2/s:soon", "`soon` is not a length of time"),
        ("1@2/s:0s", "lasts no time"),
        ("two words:1@2/s:9s", "`two words` is no name of a stage"),
        ("stage:1@2/s:9s", "`stage` is no name of a stage"),
        (":1@2/s:9s", "`` is no name of a stage"),
        ("a:1@2/s:9s,a:2@2/s:9s", "two stages are named `a`"),
    ] {
        let error = text.parse::<Stages>().unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        parts in proptest::collection::vec((any::<u32>(), 1u32..100_000, 1u64..10_000_000), 1..5),
    ) {
        let timed = parts.into_iter().map(|(users, milli_rate, ms)| {
            let stage = Stage::new(users, f64::from(milli_rate) / 1e3);
            let timed = TimedStage::new(stage, Duration::from_millis(ms));
            if users % 2 == 0 { timed.named(&format!("n-{users}")).unwrap() } else { timed }
        });
        let Ok(stages) = Stages::new(timed).checked() else { return Ok(()) };
        prop_assert_eq!(stages.to_string().parse::<Stages>(), Ok(stages));
    }

    #[test]
    fn no_text_panics(text in "[0-9@/s:,.a-z]{0,24}|\\PC{0,20}") {
        let _ = text.parse::<Stages>();
    }
}
