//! Pauses of the closed model: users finish, begin nothing, and their waits stand still.

use std::time::Duration;

use katydid_core::{RunState, StopReason};
use tokio::time::sleep;

use super::{events, ms};
use crate::Class;
use crate::run::control::{Control, SteerError};
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_steered};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::{Wait, constant, constant_pacing, no_wait};

/// Users whose task takes 300 ms.
fn worker(wait: Wait<()>) -> Class {
    let work = Task::new("work", |(), session| {
        Box::pin(async move {
            log(session, "begin");
            session.sleep(ms(300)).await;
            log(session, "done");
            Ok(())
        })
    });
    UserClass::<()>::with_default("Worker").wait(wait).task(work).into()
}

fn settings(users: u32, spawn_rate: f64) -> RunSettings {
    let run_time = Some(Duration::from_secs(20));
    RunSettings { users, spawn_rate, threads: 2, run_time, ..RunSettings::default() }
}

/// Paused from 5 s to 9 s.
async fn pause(control: Control) {
    sleep(ms(5_000)).await;
    control.pause().unwrap();
    assert!(control.is_paused());
    sleep(ms(4_000)).await;
    control.resume().unwrap();
    assert_eq!(control.resume(), Err(SteerError::NotPaused));
}

async fn paused(class: Class, settings: RunSettings) -> Ended {
    run_steered(&[class], settings, pause).await
}

fn begins(ended: &Ended) -> Vec<u128> {
    ended.times_ms("begin")
}

#[tokio::test(start_paused = true)]
async fn users_finish_their_task_and_begin_nothing() {
    let ended = paused(worker(no_wait()), settings(3, 100.0)).await;
    let all = begins(&ended);
    assert!(!all.iter().any(|at| (5_001..9_000).contains(at)), "{all:?}");
    assert!(all.iter().any(|at| (9_000..9_003).contains(at)), "{all:?}");
    let done = ended.times_ms("done");
    assert!(done.iter().any(|at| (5_001..5_310).contains(at)), "what had begun ends: {done:?}");
    assert_eq!(ended.snapshot.paused, ms(4_000));
    assert_eq!(events(&ended, "Paused"), [(5_000, "Paused")]);
    assert_eq!(events(&ended, "Resumed"), [(9_000, "Resumed { after: 4s }")]);
}

#[tokio::test(start_paused = true)]
async fn waits_stand_still() {
    let ended = paused(worker(constant(2.0)), settings(1, 1.0)).await;
    let all = begins(&ended);
    let gaps: Vec<u128> = all.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (paused, others): (Vec<u128>, Vec<u128>) = gaps.into_iter().partition(|gap| *gap > 3_000);
    assert!(paused.len() == 1 && (6_300..6_305).contains(&paused[0]), "{paused:?} {all:?}");
    assert!(others.iter().all(|gap| (2_300..=2_302).contains(gap)), "{others:?}");
}

#[tokio::test(start_paused = true)]
async fn a_schedule_is_moved_and_nobody_is_late() {
    let ended = paused(worker(constant_pacing(1.0)), settings(2, 100.0)).await;
    let all = begins(&ended);
    assert!(!all.iter().any(|at| (5_002..9_000).contains(at)), "{all:?}");
    let late = ended.snapshot.lateness().all.max().unwrap();
    assert!(late <= ms(3), "{late:?} late");
}

#[tokio::test(start_paused = true)]
async fn a_ramp_stands_still_and_goes_on_at_its_rate() {
    // One user a second; those due in the pause come after it, and nobody comes beside them.
    let ended = paused(worker(constant(3_600.0)), settings(12, 1.0)).await;
    let expected = (0..12).map(|user| if user > 5 { user + 4 } else { user } * 1_000);
    let all = begins(&ended);
    assert_eq!(all.len(), 12);
    assert!(all.iter().zip(expected).all(|(at, due)| at.abs_diff(due) <= 2), "{all:?}");
    assert!(ended.ticks.iter().all(|(_, planned, users)| planned == users), "{:?}", ended.ticks);
}

#[tokio::test(start_paused = true)]
async fn a_ramp_that_is_ordered_in_a_pause_begins_with_its_end() {
    let ended = run_steered(&[worker(constant(3_600.0))], settings(8, 1.0), async |control| {
        sleep(ms(3_500)).await;
        control.pause().unwrap();
        sleep(ms(1_000)).await;
        control.set_users(6, 2.0).unwrap();
        sleep(ms(2_000)).await;
        control.resume().unwrap();
        // A second pause in the same ramp.
        sleep(ms(250)).await;
        control.pause().unwrap();
        sleep(ms(1_000)).await;
        control.resume().unwrap();
    })
    .await;
    let all = begins(&ended);
    let expected = [0, 1_000, 2_000, 3_000, 6_500, 8_000];
    assert!(
        all.len() == 6 && all.iter().zip(expected).all(|(at, due)| at.abs_diff(due) <= 2),
        "{all:?}"
    );
    assert!(ended.ticks.iter().all(|(_, planned, users)| planned == users), "{:?}", ended.ticks);
    assert_eq!(ended.snapshot.paused, ms(4_000));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_pause_is_not_planned() {
    let whole = run_steered(&[worker(no_wait())], settings(4, 1_000.0), async |_| {}).await;
    let paused = paused(worker(no_wait()), settings(4, 1_000.0)).await;
    let less = whole.snapshot.planned_time.abs_diff(paused.snapshot.planned_time);
    assert!(less.abs_diff(ms(16_000)) < ms(100), "{less:?}: four users, four seconds");
}

#[tokio::test(start_paused = true)]
async fn the_end_comes_in_a_pause_as_it_comes_otherwise() {
    let ended = run_steered(&[worker(constant(1.0))], settings(3, 100.0), async |control| {
        sleep(ms(5_000)).await;
        control.pause().unwrap();
        sleep(ms(1_000)).await;
        control.stop();
        sleep(ms(100)).await;
        assert_eq!(control.state(), RunState::Stopped);
        assert_eq!(control.pause(), Err(SteerError::NotOn));
    })
    .await;
    assert_eq!(ended.reason, StopReason::Interrupted);
    assert!(ended.snapshot.paused.abs_diff(ms(990)) < ms(20), "{:?}", ended.snapshot.paused);
    assert!(ended.snapshot.elapsed < ms(6_100), "{:?}", ended.snapshot.elapsed);
}
