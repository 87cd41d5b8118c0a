//! A run of exactly so many task executions.

use std::time::Duration;

use katydid_core::StopReason;
use tokio::time::sleep;

use super::{ms, quitter};
use crate::Class;
use crate::run::control::Control;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_steered};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::between;

/// Users whose tasks take up to a second, in an endless row.
fn busy() -> UserClass<()> {
    UserClass::with_default("Busy").wait(between(0.0, 0.2)).task(Task::new(
        "work",
        |(), session| {
            Box::pin(async move {
                let time = session.random(0..1_000);
                session.sleep(ms(time)).await;
                Ok(())
            })
        },
    ))
}

async fn run(
    classes: &[Class],
    iterations: u64,
    users: u32,
    threads: usize,
    steer: impl AsyncFnOnce(Control),
) -> Ended {
    let settings = RunSettings {
        iterations: Some(iterations),
        users,
        spawn_rate: 10.0,
        threads,
        run_time: Some(Duration::from_hours(1)),
        ..RunSettings::default()
    };
    run_steered(classes, settings, steer).await
}

fn executions(ended: &Ended) -> u64 {
    ended.executions().iter().map(|(_, count)| count).sum()
}

#[tokio::test(start_paused = true)]
async fn their_number_is_exact_over_all_threads() {
    for (iterations, users, threads) in
        [(1, 1, 1), (1, 10, 4), (3, 2, 4), (100, 7, 3), (1_000, 20, 4), (4_711, 50, 2), (5, 50, 4)]
    {
        let ended = run(&[busy().into()], iterations, users, threads, async |_| {}).await;
        let case = format!("{iterations} by {users} on {threads}");
        assert_eq!(
            (executions(&ended), ended.reason),
            (iterations, StopReason::Iterations),
            "{case}"
        );
        assert_eq!(ended.snapshot.tasks()[0].counts.cut, 0, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_was_cut_is_made_up_for() {
    let ended = run(&[busy().into()], 500, 12, 3, async |control| {
        for users in [2, 9, 1, 12, 3] {
            sleep(ms(2_500)).await;
            control.set_users(users, 50.0).unwrap();
        }
    })
    .await;
    assert!(ended.snapshot.tasks()[0].counts.cut > 5, "{:?}", ended.snapshot.tasks());
    assert_eq!((executions(&ended), ended.reason), (500, StopReason::Iterations));
}

#[tokio::test(start_paused = true)]
async fn a_thread_without_users_keeps_none_back() {
    // Every second user, hence all of the second thread, stops after one execution.
    let classes = [busy().into(), quitter("Quits").into()];
    let ended = run(&classes, 300, 8, 2, async |_| {}).await;
    assert_eq!((executions(&ended), ended.reason), (300, StopReason::Iterations));
}

#[tokio::test(start_paused = true)]
async fn a_thread_whose_users_never_get_to_work_keeps_none_back() {
    let stuck = busy().on_start(|(), session| {
        Box::pin(async move {
            session.sleep(Duration::from_hours(2)).await;
            Ok(())
        })
    });
    let slow = UserClass::with_default("Slow")
        .wait(between(900.0, 900.0))
        .task(Task::new("slow", |(), _| Box::pin(async { Ok(()) })));
    for other in [UserClass { name: "Stuck".into(), ..stuck }, slow] {
        let ended = run(&[busy().into(), other.into()], 200, 4, 2, async |_| {}).await;
        assert_eq!((executions(&ended), ended.reason), (200, StopReason::Iterations));
        assert!(ended.snapshot.elapsed < Duration::from_mins(10), "{:?}", ended.snapshot.elapsed);
    }
}

#[tokio::test(start_paused = true)]
async fn when_nobody_is_left_to_do_them_the_run_is_over() {
    let ended = run(&[quitter("Quits").into()], 100, 6, 2, async |_| {}).await;
    assert_eq!((executions(&ended), ended.reason), (6, StopReason::NoUsersLeft));
}
