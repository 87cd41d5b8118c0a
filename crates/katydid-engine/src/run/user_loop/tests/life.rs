//! From `on_start` to `on_stop`, with the faults of the suite's own code in between.

use std::time::Duration;

use katydid_core::{RunFacts, StopReason, judge};

use super::says;
use crate::error::TaskError;
use crate::flow::Flow;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_for};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::{Wait, constant, constant_pacing};

async fn run<S: 'static>(class: UserClass<S>, seconds: u64) -> Ended {
    run_for(&[class.into()], RunSettings::default(), Duration::from_secs(seconds)).await
}

fn work<S: 'static>() -> Task<S> {
    Task::new("work", says!("work"))
}

/// Texts of the exceptions, sorted.
fn exceptions(ended: &Ended) -> Vec<String> {
    let mut texts: Vec<String> = ended.snapshot.exceptions().map(|row| row.message).collect();
    texts.sort();
    texts
}

#[tokio::test(start_paused = true)]
async fn a_failing_start_is_tried_again_after_a_second_and_tasks_wait() {
    let class = UserClass::<u32>::with_default("Late")
        .wait(constant(10.0))
        .on_start(|tries, session| {
            Box::pin(async move {
                log(session, "start");
                *tries += 1;
                match *tries {
                    1 => Err(TaskError::exception("no account")),
                    2 => panic!("no account at all"),
                    _ => Ok(()),
                }
            })
        })
        .task(work());
    let ended = run(class, 5).await;
    let starts = ended.times_ms("start");
    assert_eq!(starts.len(), 3, "{starts:?}");
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "{starts:?}");
    let works = ended.times_ms("work");
    assert!(works.len() == 1 && works[0] >= starts[2], "{works:?}");
    let told = exceptions(&ended);
    assert!(told.len() == 2 && told.iter().all(|text| text.contains("no account")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn on_stop_runs_once_after_the_last_task() {
    let class = UserClass::<()>::with_default("Stopping").wait(constant(1.0)).task(work());
    let ended = run(class.on_stop(says!("stop")), 3).await;
    assert_eq!(ended.times_ms("stop").len(), 1);
    assert_eq!(ended.log.last().map(|line| line.what.as_str()), Some("stop"));
}

#[tokio::test(start_paused = true)]
async fn a_user_that_never_started_has_nothing_to_stop() {
    let class = UserClass::<()>::with_default("Never")
        .on_start(says!("start", Err(TaskError::exception("no account"))))
        .task(work())
        .on_stop(says!("stop"));
    let ended = run(class, 3).await;
    assert!(ended.times_ms("start").len() >= 3);
    assert_eq!((ended.times_ms("work").len(), ended.times_ms("stop").len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_never_waits_does_not_block_its_thread() {
    // Virtual time stands still while somebody is busy, so this one ends by itself.
    let busy = Task::new("nothing", |rounds: &mut u32, session| {
        Box::pin(async move {
            *rounds += 1;
            if *rounds == 100_000 {
                log(session, "done");
                return Err(TaskError::StopUser);
            }
            Ok(())
        })
    });
    let busy = UserClass::<u32>::with_default("Busy").task(busy);
    let other = UserClass::<()>::with_default("Other").wait(constant(1.0)).task(work());
    // Both due at 0 ns.
    let settings = RunSettings { users: 2, spawn_rate: 1e12, ..RunSettings::default() };
    let ended = run_for(&[busy.into(), other.into()], settings, Duration::from_secs(3)).await;
    let lines: Vec<&str> = ended.log.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(lines[..3], ["work", "done", "work"], "the other user had its turn");
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_the_state_is_made_is_counted() {
    let class = UserClass::<u32>::new("Broken", |new| {
        assert_ne!(new.index, 0, "no account for user 0");
        new.index
    });
    let settings = RunSettings { users: 2, spawn_rate: 1e6, ..RunSettings::default() };
    let class = class.wait(constant(1.0)).task(work());
    let ended = run_for(&[class.into()], settings, Duration::from_secs(3)).await;
    assert_eq!(ended.of_user(1).len(), 3, "the other user is unharmed");
    let told: Vec<_> = ended.snapshot.exceptions().collect();
    assert!(told.len() == 1 && told[0].message.contains("no account for user 0"), "{told:?}");
    assert!(told[0].place.contains("life.rs:"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_own_wait_is_counted_and_the_user_goes_on() {
    let wait = Wait::Own(|()| panic!("no idea how long"));
    let ended = run(UserClass::<()>::with_default("Waiter").wait(wait).task(work()), 5).await;
    let works = ended.times_ms("work").len();
    assert!((3..=6).contains(&works), "{works}: neither stopped nor hurried");
    let told = exceptions(&ended);
    assert!(told.len() == 1 && told[0].contains("no idea how long"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_flow_whose_start_stops_the_user_stops_it() {
    let flow = Flow::new("F").on_start(says!("enter", Err(TaskError::StopUser))).task(work());
    let class = UserClass::<()>::with_default("Leaver").wait(constant(1.0)).flow(1, flow);
    let ended = run(class.on_stop(says!("stop")), 5).await;
    assert_eq!((ended.times_ms("enter").len(), ended.times_ms("stop").len()), (1, 1));
    assert_eq!((ended.log.len(), ended.reason), (2, StopReason::NoUsersLeft), "{:?}", ended.log);
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_cannot_be_entered_is_tried_at_the_pace() {
    let flow = Flow::new("F")
        .on_start(|(), session| {
            Box::pin(async move {
                log(session, "enter");
                session.sleep(Duration::from_millis(1)).await;
                Err(TaskError::exception("closed"))
            })
        })
        .task(work());
    let class = UserClass::<()>::with_default("Paced").wait(constant_pacing(1.0)).flow(1, flow);
    let entered = run(class, 10).await.times_ms("enter").len();
    assert!((9..=11).contains(&entered), "{entered}");
}

/// One waits for something in `on_start` and one in its task, for ever, while others work.
#[tokio::test(start_paused = true)]
async fn a_class_whose_users_come_to_nothing_makes_the_run_invalid() {
    let stuck = UserClass::<()>::with_default("Stuck")
        .on_start(|(), _| Box::pin(async { std::future::pending().await }))
        .task(work());
    let waiting = UserClass::<()>::with_default("Waiting")
        .task(Task::new("wait", |(), _| Box::pin(async { std::future::pending().await })));
    let working = UserClass::<()>::with_default("Working").wait(constant(1.0)).task(work());
    let settings = RunSettings { users: 3, spawn_rate: 100.0, ..RunSettings::default() };
    let classes = [stuck.into(), waiting.into(), working.into()];
    let ended = run_for(&classes, settings, Duration::from_secs(10)).await;
    let verdict = judge(&ended.snapshot, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    let silent = verdict.run.findings.iter().filter(|it| it.rule == "silent");
    let silent: Vec<&str> =
        silent.map(|it| &*it.text).filter(|text| text.contains("users for")).collect();
    assert!(
        silent.len() == 2
            && silent[0].starts_with("no task of Stuck came to an end or sent a request, though")
            && silent[1].starts_with("no task of Waiting came"),
        "{:#?}",
        verdict.run
    );
}
