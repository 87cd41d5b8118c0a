//! Ramps by hand: up, down, one instead of the other.

use std::time::Duration;

use katydid_core::{RunState, StopReason};
use tokio::time::sleep;

use super::{events, lines, ms, sitter, worst};
use crate::Class;
use crate::run::control::{Control, SteerError};
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_steered};

/// Two threads, ten users at 10/s, ten seconds.
fn settings() -> RunSettings {
    let run_time = Some(Duration::from_secs(10));
    RunSettings { users: 10, spawn_rate: 10.0, threads: 2, run_time, ..RunSettings::default() }
}

async fn run(settings: RunSettings, steer: impl AsyncFnOnce(Control)) -> Ended {
    run_steered(&[sitter("A").into()], settings, steer).await
}

/// Every line is at its time or up to 2 ms later (the timer's millisecond, and one to begin).
fn assert_times(found: &[(u32, u128)], due: impl IntoIterator<Item = (u32, f64)>) {
    let due: Vec<(u32, f64)> = due.into_iter().collect();
    assert_eq!(found.len(), due.len(), "{found:?} but {due:?}");
    for (line, (user, at)) in found.iter().zip(due) {
        let late = line.1 as f64 - at;
        assert!(line.0 == user && (-0.001..=2.0).contains(&late), "{line:?}, not {user} at {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn users_are_added_and_the_last_started_go_first_at_the_rate() {
    let ended = run(settings(), async |control| {
        sleep(ms(3_000)).await;
        control.set_users(16, 4.0).unwrap();
        sleep(ms(3_000)).await;
        control.set_users(12, 2.5).unwrap();
    })
    .await;
    assert_eq!(ended.snapshot.steered, 2);
    let first = (0..10).map(|k| (k, f64::from(k) * 100.0));
    let second = (0..6).map(|k| (10 + k, 3_010.0 + f64::from(k) * 250.0));
    assert_times(&lines(&ended, "begin"), first.chain(second));
    let ends = lines(&ended, "end");
    assert_times(&ends[..4], (0..4).map(|k| (15 - k, 6_010.0 + f64::from(k) * 400.0)));
    assert!(ends.len() == 16 && ends[4..].iter().all(|(_, at)| *at >= 10_000), "{ends:?}");
    let ramps = [
        "RampBegun { from: 0, to: 10, spawn_rate: 10.0 }",
        "RampBegun { from: 10, to: 16, spawn_rate: 4.0 }",
        "RampBegun { from: 16, to: 12, spawn_rate: 2.5 }",
    ];
    let told: Vec<&str> = events(&ended, "RampBegun").iter().map(|(_, text)| *text).collect();
    assert_eq!(told, ramps);
    let all: Vec<(u128, &str)> = events(&ended, "AllUsersStarted");
    let expected = [(900, 10), (4_260, 16), (7_210, 12)];
    assert_eq!(all.len(), 3);
    for ((at, text), (due, users)) in all.into_iter().zip(expected) {
        assert!(
            (due..due + 5).contains(&at) && text.contains(&format!("\"A\", {users}")),
            "{text}"
        );
    }
    assert!(worst(&ended) <= 1, "{:?}", ended.ticks);
}

#[tokio::test(start_paused = true)]
async fn a_ramp_ends_where_it_is_when_another_begins() {
    let slow = RunSettings { users: 1_000, spawn_rate: 20.0, ..settings() };
    let ended = run(slow, async |control| {
        sleep(ms(1_985)).await;
        assert_eq!((control.target_users(), control.state()), (1_000, RunState::Spawning));
        control.set_users(30, 5.0).unwrap();
        sleep(ms(5)).await;
        control.set_users(42, 5.0).unwrap();
    })
    .await;
    // User 39 is due at 1,950 ms and user 40 only at 2,000 ms, after both orders.
    assert_eq!(events(&ended, "RampBegun")[1].1, "RampBegun { from: 40, to: 30, spawn_rate: 5.0 }");
    // The first removal of the second ramp is due at 1,995 ms, before the third begins at 2,000.
    assert_eq!(events(&ended, "RampBegun")[2].1, "RampBegun { from: 39, to: 42, spawn_rate: 5.0 }");
    assert_times(&lines(&ended, "end")[..1], [(39, 1_995.0)]);
    let later: Vec<u128> = lines(&ended, "begin")[40..].iter().map(|(_, at)| *at).collect();
    assert_eq!(later.len(), 3, "{later:?}");
    for (at, due) in later.iter().zip([2_000, 2_200, 2_400]) {
        assert!((due..=due + 2).contains(at), "{later:?}");
    }
    assert_eq!(ended.ticks.last().map(|tick| (tick.1, tick.2)), Some((42, 42)));
}

#[tokio::test(start_paused = true)]
async fn keys_add_and_remove_down_to_nobody_and_the_run_goes_on() {
    let few = RunSettings { users: 3, ..settings() };
    let ended = run(few, async |control| {
        for (delta, users) in [(1, 4), (10, 14), (-1, 13), (-10, 3), (-10, 0), (-1, 0), (1, 1)] {
            sleep(ms(1_000)).await;
            control.add_users(delta).unwrap();
            sleep(ms(300)).await;
            assert_eq!((control.target_users(), control.state()), (users, RunState::Running));
        }
    })
    .await;
    assert_eq!(ended.reason, StopReason::RunTime);
    assert_eq!(ended.ticks.last().map(|tick| (tick.1, tick.2)), Some((1, 1)));
    assert!(worst(&ended) <= 1, "{:?}", ended.ticks);
}

/// Users per class when a ramp was over, in the order of the ramps.
fn mixes(ended: &Ended) -> Vec<Vec<u32>> {
    let counts = |text: &str| {
        let parts = text.split(", ").filter_map(|part| part.split(')').next()?.parse().ok());
        parts.collect()
    };
    events(ended, "AllUsersStarted").into_iter().map(|(_, text)| counts(text)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_mix_is_exact_after_every_ramp_and_fixed_counts_come_first() {
    let classes: Vec<Class> = vec![
        sitter("Three").weight(3).into(),
        sitter("Fixed").fixed_count(2).into(),
        sitter("One").into(),
        sitter("Off").weight(0).into(),
    ];
    for threads in [1, 3] {
        let settings = RunSettings { threads, ..settings() };
        let ended = run_steered(&classes, settings, async |control| {
            for users in [42, 6, 1, 22] {
                sleep(ms(1_500)).await;
                control.set_users(users, 100.0).unwrap();
            }
            sleep(ms(1_000)).await;
            control.set_weight("Three", 0).unwrap();
            control.set_weight("Off", 15).unwrap();
            control.set_users(34, 100.0).unwrap();
        })
        .await;
        let exact = [
            vec![6, 2, 2, 0],
            vec![30, 2, 10, 0],
            vec![3, 2, 1, 0],
            vec![0, 1, 0, 0],
            vec![15, 2, 5, 0],
            vec![15, 2, 5, 12],
        ];
        assert_eq!(mixes(&ended), exact, "{threads} threads");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_steered_is_said() {
    let early = Control::new();
    assert_eq!(early.set_users(5, 1.0), Err(SteerError::NotOn));
    assert_eq!((early.state(), early.target_users()), (RunState::Ready, 0));
    let classes: Vec<Class> = vec![sitter("Alpha").into(), sitter("Set").fixed_count(1).into()];
    run_steered(&classes, settings(), async |control| {
        assert_eq!(control.set_users(5, 0.0), Err(SteerError::Rate(0.0)));
        assert!(control.set_users(5, f64::NAN).is_err());
        let error = control.set_weight("alpa", 3).unwrap_err().to_string();
        assert_eq!(error, "no user class is named alpa; did you mean `Alpha`?");
        assert_eq!(control.set_weight("Set", 3), Err(SteerError::FixedCount("Set".into())));
        assert_eq!(control.set_weight("Alpha", 0), Err(SteerError::NoClass("Alpha".into())));
        control.stop();
        sleep(ms(100)).await;
        assert_eq!(control.state(), RunState::Stopped);
        assert_eq!(control.add_users(1), Err(SteerError::NotOn));
    })
    .await;
}
