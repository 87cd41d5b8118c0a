//! Who runs a task: users are made as needed, kept, and go on where they were.

use std::time::Duration;

use super::{WhenFull, at, bounded, run, taking};
use crate::class::Class;
use crate::error::TaskError;
use crate::flow::Flow;
use crate::run::arrivals::Arrivals;
use crate::run::settings::{RunError, RunSettings};
use crate::run::virtual_run::{Ended, log, run_for, run_steered};
use crate::run::{SteerError, plan};
use crate::shared::Shared;
use crate::task::Task;
use crate::user::UserClass;

fn users(ended: &Ended) -> usize {
    let mut users: Vec<u32> = ended.log.iter().map(|entry| entry.user).collect();
    users.sort_unstable();
    users.dedup();
    users.len()
}

#[tokio::test(start_paused = true)]
async fn one_user_serves_as_long_as_one_is_enough() {
    let ended = run(taking!("t", 50), at("10/s"), 20).await;
    assert_eq!(users(&ended), 1);
    // Ten starts within a second, each at work for that long.
    let ended = run(taking!("t", 950), at("10/s"), 20).await;
    assert_eq!(users(&ended), 10);
    let ended = run(taking!("t", 5_000), bounded("10/s", 7, WhenFull::Queue), 20).await;
    assert_eq!(users(&ended), 7);
}

#[tokio::test(start_paused = true)]
async fn classes_come_by_weight_without_waits_and_idle_ones_wait_for_their_turn() {
    let classes: Vec<Class> = vec![
        taking!("three", 100).weight(3).wait(crate::wait::constant(60.0)).into(),
        taking!("one", 900).into(),
        taking!("off", 0).weight(0).into(),
    ];
    let settings = RunSettings { threads: 2, ..bounded("20/s", 12, WhenFull::Drop) };
    let ended = run_for(&classes, settings, Duration::from_mins(1)).await;
    let executions: Vec<u64> = ended.executions().iter().map(|(_, count)| *count).collect();
    assert_eq!(executions, [900, 300, 0]);
    assert_eq!(ended.snapshot.arrivals().unwrap().dropped, 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_goes_on_in_its_flow_with_each_start() {
    macro_rules! says {
        ($name:literal) => {
            Task::new($name, |(), session| {
                Box::pin(async move {
                    log(session, $name);
                    Ok(())
                })
            })
        };
    }
    let journey = Flow::new("J").sequential().task(says!("a")).task(says!("b")).task(says!("c"));
    let class = UserClass::with_default("F").flow(1, journey);
    let ended = run(class, at("1/s"), 7).await;
    let lines: Vec<&str> = ended.log.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(lines, ["a", "b", "c", "a", "b", "c", "a"]);
}

#[tokio::test(start_paused = true)]
async fn on_start_comes_before_the_first_task_of_each_user_and_on_stop_at_the_end() {
    let class = taking!("t", 100)
        .on_start(|(), session| {
            Box::pin(async move {
                log(session, "start");
                session.sleep(Duration::from_millis(300)).await;
                Ok(())
            })
        })
        .on_stop(|(), session| {
            Box::pin(async move {
                log(session, "stop");
                Ok(())
            })
        });
    let ended = run(class, at("10/s"), 10).await;
    let users = ended.times_ms("start").len();
    assert!((4..=5).contains(&users), "{users}");
    assert_eq!(ended.times_ms("stop").len(), users);
    // The time of on_start is in the lateness of the task, and not the generator's.
    let late = ended.snapshot.lateness().all.max().unwrap().as_millis();
    assert!((300..303).contains(&late), "{late}");
    assert!(ended.snapshot.lateness().own.max().unwrap() < Duration::from_millis(2));
}

#[tokio::test(start_paused = true)]
async fn a_start_whose_user_cannot_start_came_to_nothing() {
    let ended = run(
        taking!("t", 50).on_start(|(), _| Box::pin(async { Err(TaskError::StopUser) })),
        at("10/s"),
        20,
    )
    .await;
    let counts = ended.snapshot.arrivals().unwrap();
    assert_eq!((counts.planned, counts.failed, counts.unbegun), (200, 200, 200), "{counts:?}");
    assert!(ended.log.is_empty(), "{:?}", ended.log);
    let ended = run(taking!("t", 50), at("10/s"), 20).await;
    assert_eq!(ended.snapshot.arrivals().unwrap().unbegun, 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_that_stops_by_itself_makes_room_for_a_new_one() {
    let class = UserClass::<()>::with_default("Q").task(Task::new("quit", |(), session| {
        Box::pin(async move {
            log(session, "quit");
            session.sleep(Duration::from_millis(500)).await;
            Err(TaskError::StopUser)
        })
    }));
    let ended = run(class, bounded("10/s", 2, WhenFull::Queue), 10).await;
    assert_eq!(users(&ended), ended.log.len());
    assert!((39..=41).contains(&ended.log.len()), "four a second: {}", ended.log.len());
    let counts = ended.snapshot.arrivals().unwrap();
    assert_eq!(counts.under_way(), 0, "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn users_cannot_be_steered() {
    let settings = RunSettings { run_time: Some(Duration::from_secs(3)), ..at("1/s") };
    run_steered(&[taking!("t", 0).into()], settings, async |control| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(control.set_users(5, 1.0), Err(SteerError::OpenModel));
        assert_eq!(control.add_users(1), Err(SteerError::OpenModel));
        assert_eq!(control.set_weight("t", 2), Err(SteerError::OpenModel));
    })
    .await;
}

#[test]
fn what_an_arrival_rate_cannot_be_meant_with_is_said() {
    let refused = |settings: RunSettings, class: UserClass<()>| {
        let host = Some("http://127.0.0.1:9".to_owned());
        let settings = RunSettings { host, ..settings };
        match plan::plan(&[class.into()], Shared::default(), &settings) {
            Err(RunError::Arrivals(text)) => text,
            other => panic!("{other:?}"),
        }
    };
    let text = refused(RunSettings { iterations: Some(1), ..at("1/s") }, taking!("t", 0));
    assert_eq!(text, "an arrival rate excludes a number of iterations (-i); give one of the two");
    let few = Arrivals::new("1/s".parse().unwrap()).max_in_flight(1);
    let few = RunSettings { arrivals: Some(few), threads: 2, ..RunSettings::default() };
    assert!(refused(few, taking!("t", 0)).starts_with("2 threads cannot share 1 in flight"));
    let fixed = taking!("t", 0).fixed_count(3);
    assert!(refused(at("1/s"), fixed).starts_with("t has a fixed count of users"));
}
