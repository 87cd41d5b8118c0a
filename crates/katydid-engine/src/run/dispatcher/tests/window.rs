//! A window that has neither what all users do at their start nor what they do at the end.

use std::time::Duration;

use katydid_core::StopReason;

use super::{events, ms};
use crate::run::settings::{RunSettings, Window};
use crate::run::virtual_run::{Ended, run_steered};
use crate::session::Session;
use crate::task::Task;
use crate::user::UserClass;

/// Users whose `on_start` takes 3 s, their first task 5 s and every other one 1 s.
fn newcomer() -> UserClass<bool> {
    let work = Task::new("work", |known: &mut bool, session: &mut Session| {
        Box::pin(async move {
            let first = !std::mem::replace(known, true);
            session.sleep(ms(if first { 5_000 } else { 1_000 })).await;
            Ok(())
        })
    });
    UserClass::with_default("Newcomer").task(work).on_start(|_, session| {
        Box::pin(async move {
            session.sleep(ms(3_000)).await;
            Ok(())
        })
    })
}

/// Ten users at ten per second on two threads, measured for 20 s.
async fn steady(patience: Duration) -> Ended {
    let window = Window::Steady { patience, length: ms(20_000) };
    let settings =
        RunSettings { users: 10, spawn_rate: 10.0, threads: 2, window, ..RunSettings::default() };
    run_steered(&[newcomer().into()], settings, async |_| {}).await
}

#[tokio::test(start_paused = true)]
async fn it_opens_when_the_first_task_of_every_user_has_ended_and_closes_with_the_run() {
    let ended = steady(ms(60_000)).await;
    // The last user starts at 0.9 s.
    let [(opened, _)] = events(&ended, "StatsReset")[..] else { panic!("{:?}", ended.events) };
    assert!((8_900..8_920).contains(&opened), "{opened}");
    let [(closed, _)] = events(&ended, "Stopping")[..] else { panic!("{:?}", ended.events) };
    assert!((opened + 20_000..opened + 20_020).contains(&closed), "{closed}");
    assert_eq!(ended.reason, StopReason::RunTime);
    assert!(events(&ended, "Warning").is_empty());
    // Ten users, each done with a task every second; those in the middle of one are cut, which is
    // in no number any more.
    let counts = ended.snapshot.tasks()[0].counts;
    assert!((190..=200).contains(&counts.executions), "{counts:?}");
    assert_eq!(counts.cut, 0);
}

#[tokio::test(start_paused = true)]
async fn it_opens_with_a_warning_when_the_patience_ends() {
    let ended = steady(ms(2_000)).await;
    let [(opened, _)] = events(&ended, "StatsReset")[..] else { panic!("{:?}", ended.events) };
    assert!((2_900..2_920).contains(&opened), "{opened}");
    let warnings = events(&ended, "Warning");
    assert!(warnings.len() == 1 && warnings[0].1.contains("first task"), "{warnings:?}");
    let [(closed, _)] = events(&ended, "Stopping")[..] else { panic!("{:?}", ended.events) };
    assert!((opened + 20_000..opened + 20_020).contains(&closed), "{closed}");
}

#[tokio::test(start_paused = true)]
async fn one_that_the_end_of_the_run_comes_before_makes_it_another_run_than_was_planned() {
    let started = async |seconds: u64| {
        let run_time = Some(Duration::from_secs(seconds));
        let (users, spawn_rate, window) = (10, 1.0, Window::Started);
        let settings =
            RunSettings { users, spawn_rate, window, run_time, ..RunSettings::default() };
        run_steered(&[newcomer().into()], settings, async |_| {}).await.snapshot
    };
    let late = started(5).await;
    assert!(late.unmet.len() == 1 && late.unmet[0].contains("are of its ramp"), "{:?}", late.unmet);
    assert!(late.since.is_zero());
    let whole = started(20).await;
    assert!(whole.unmet.is_empty() && whole.since >= ms(9_000), "{:?}", whole.unmet);
}
