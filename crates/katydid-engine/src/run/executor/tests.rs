//! Who starts when, in virtual time.

use std::time::Duration;

use katydid_core::StopReason;

use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_for};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::constant;
use crate::{Class, TaskError};

const HOUR: f64 = 3600.0;

/// Writes a line when it starts, and waits.
fn starter(name: &str) -> UserClass<()> {
    UserClass::with_default(name).wait(constant(HOUR)).task(Task::new("begin", |(), session| {
        Box::pin(async move {
            log(session, "begin");
            Ok(())
        })
    }))
}

async fn ramp(users: u32, spawn_rate: f64, threads: usize) -> Ended {
    let settings = RunSettings { users, spawn_rate, threads, ..RunSettings::default() };
    let last = f64::from(users) / spawn_rate;
    run_for(&[starter("A").into()], settings, Duration::from_secs_f64(last + 1.0)).await
}

/// User k at k ÷ rate, and never more than the timer's millisecond later.
fn assert_on_time(ended: &Ended, users: u32, rate: f64) {
    assert_eq!(ended.log.len(), users as usize);
    for entry in &ended.log {
        let late_ms = entry.at.as_secs_f64() * 1e3 - f64::from(entry.user) / rate * 1e3;
        assert!((-0.001..=1.001).contains(&late_ms), "user {} late {late_ms} ms", entry.user);
    }
}

#[tokio::test(start_paused = true)]
async fn user_k_starts_at_k_over_rate_without_drift() {
    for (users, rate) in [(20, 1.0), (100, 10.0), (5_000, 333.0), (10_000, 20_000.0)] {
        let ended = ramp(users, rate, 1).await;
        assert_on_time(&ended, users, rate);
        let order: Vec<u32> = ended.log.iter().map(|entry| entry.user).collect();
        assert!(order.is_sorted(), "users start in the order of their numbers");
    }
}

#[tokio::test(start_paused = true)]
async fn threads_interleave_their_users() {
    for threads in [2, 3] {
        let ended = ramp(60, 10.0, threads).await;
        assert_on_time(&ended, 60, 10.0);
        assert_eq!(ended.snapshot.user_count(), 0, "cut at the end");
        assert_eq!(ended.snapshot.tasks()[0].counts.executions, 60);
    }
}

#[tokio::test(start_paused = true)]
async fn users_due_after_the_stop_never_start() {
    let settings = RunSettings { users: 100, spawn_rate: 10.0, ..RunSettings::default() };
    let ended = run_for(&[starter("A").into()], settings, Duration::from_millis(1_950)).await;
    assert_eq!(ended.log.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn classes_share_the_users_by_weight_and_fixed_count() {
    let classes: Vec<Class> = vec![
        starter("Fixed").fixed_count(2).into(),
        starter("Three").weight(3).into(),
        starter("One").into(),
        starter("Off").weight(0).into(),
    ];
    let settings = RunSettings { users: 10, spawn_rate: 10.0, ..RunSettings::default() };
    let ended = run_for(&classes, settings, Duration::from_secs(2)).await;
    let counts: Vec<u64> = ended.executions().iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [2, 6, 2, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_run_is_over_when_the_last_user_of_the_last_thread_has_gone() {
    let class = UserClass::<()>::with_default("Short")
        .task(Task::new("once", |(), _| Box::pin(async { Err(TaskError::StopUser) })));
    let settings = RunSettings { users: 3, spawn_rate: 1.0, threads: 2, ..RunSettings::default() };
    let ended = run_for(&[class.into()], settings, Duration::from_mins(1)).await;
    assert_eq!(ended.reason, StopReason::NoUsersLeft);
    assert_eq!(ended.executions(), [("Short/once".to_owned(), 3)]);
    assert!((2_000..2_100).contains(&ended.snapshot.elapsed.as_millis()), "{:?}", ended.snapshot);
}
