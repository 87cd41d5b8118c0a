//! Every planned start has exactly one fate.

use std::time::Duration;

use katydid_core::{ArrivalCounts, FailureKind};

use super::{WhenFull, at, bounded, run, taking};
use crate::error::{RequestFailed, TaskError};
use crate::run::settings::{HttpSettings, RunSettings};
use crate::run::virtual_run::{Ended, log, run_for, run_steered};
use crate::task::Task;
use crate::user::UserClass;

#[track_caller]
fn counts(ended: &Ended) -> ArrivalCounts {
    let counts = *ended.snapshot.arrivals().unwrap();
    assert_eq!(counts.planned, counts.settled(), "{counts:?}");
    assert_eq!(ended.snapshot.unaccounted(), None);
    counts
}

#[tokio::test(start_paused = true)]
async fn what_finds_nobody_free_waits_and_keeps_its_due_time() {
    for threads in [1, 5] {
        let settings = RunSettings { threads, ..bounded("10/s", 5, WhenFull::Queue) };
        let ended = run(taking!("t", 1_000), settings, 10).await;
        let counts = counts(&ended);
        assert_eq!((counts.planned, counts.dropped), (100, 0));
        // Five tasks a second.
        assert!((45..=55).contains(&counts.unsent), "{counts:?}");
        assert!(counts.queued >= 40, "{counts:?}");
        let late = &ended.snapshot.lateness().all;
        // Start 50, due after 5 s, begins after about 10 s.
        assert!((4.0..5.1).contains(&late.max().unwrap().as_secs_f64()), "{:?}", late.max());
        let own = &ended.snapshot.lateness().own;
        assert!(own.max().unwrap() < Duration::from_millis(2), "no fault of the generator");
    }
}

#[tokio::test(start_paused = true)]
async fn what_finds_nobody_free_is_dropped_and_counted() {
    let settings = bounded("10/s", 5, WhenFull::Drop);
    let ended = run(taking!("t", 1_000), settings, 10).await;
    let counts = counts(&ended);
    assert_eq!((counts.planned, counts.unsent, counts.queued), (100, 0, 0));
    assert!((45..=55).contains(&counts.dropped), "{counts:?}");
    assert!(ended.snapshot.lateness().all.max().unwrap() < Duration::from_millis(2));
}

#[tokio::test(start_paused = true)]
async fn answers_are_waited_for_as_long_as_a_request_may_take() {
    let ended = run(taking!("t", 4_000), at("10/s"), 10).await;
    assert_eq!((counts(&ended).completed, counts(&ended).cut), (100, 0));
    assert_eq!(ended.snapshot.measured(), Duration::from_secs(10), "the rate is over the window");
    let http = HttpSettings { timeout: Duration::from_secs(2), ..HttpSettings::default() };
    let ended = run(taking!("t", 4_000), RunSettings { http, ..at("10/s") }, 10).await;
    // Those of the last two seconds and those of the two before it.
    let cut = counts(&ended).cut;
    assert!((19..=21).contains(&cut), "{cut}");
    assert!((12_000..12_100).contains(&ended.snapshot.elapsed.as_millis()));
}

#[tokio::test(start_paused = true)]
async fn errors_and_timeouts_are_fates_of_their_own() {
    let class = UserClass::<u32>::with_default("F").task(Task::new("turns", |turn, _| {
        Box::pin(async move {
            *turn += 1;
            match *turn % 5 {
                0 => panic!("a bug"),
                1 => Err(TaskError::exception("broken")),
                2 => Err(RequestFailed::new(FailureKind::Timeout, "late").into()),
                3 => Err(RequestFailed::new(FailureKind::Status(500), "500").into()),
                _ => Ok(()),
            }
        })
    }));
    let ended = run_for(&[class.into()], at("10/s"), Duration::from_secs(10)).await;
    let counts = counts(&ended);
    assert_eq!((counts.completed, counts.failed, counts.timed_out), (20, 60, 20));
}

#[tokio::test(start_paused = true)]
async fn a_reset_keeps_what_is_under_way_and_what_waits() {
    let settings = RunSettings {
        run_time: Some(Duration::from_secs(10)),
        threads: 2,
        ..bounded("20/s", 10, WhenFull::Queue)
    };
    let class = [taking!("t", 1_000).into()];
    let ended = run_steered(&class, settings, async |control| {
        tokio::time::sleep(Duration::from_millis(5_500)).await;
        control.reset_stats().unwrap();
    });
    let ended = ended.await;
    assert_eq!(ended.snapshot.steered, 1);
    let counts = counts(&ended);
    // 90 due after it, and of the 110 before, 10 a second were over.
    assert!((140..=152).contains(&counts.planned), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_by_hand_ends_the_plan_there() {
    let class = [taking!("t", 700).into()];
    let ended = run_steered(&class, at("100/s"), async |control| {
        tokio::time::sleep(Duration::from_millis(3_005)).await;
        control.stop();
    });
    let ended = ended.await;
    assert_eq!((counts(&ended).planned, counts(&ended).completed), (301, 301));
    assert!((3_005..3_010).contains(&ended.snapshot.measured().as_millis()));
}

#[tokio::test(start_paused = true)]
async fn a_cut_by_hand_loses_nothing() {
    let class = [taking!("t", 700).into()];
    let ended = run_steered(&class, at("100/s"), async |control| {
        tokio::time::sleep(Duration::from_millis(3_005)).await;
        control.cut();
    });
    let counts = counts(&ended.await);
    assert_eq!(counts.planned, 301);
    assert!((69..=71).contains(&counts.cut), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_user_that_cannot_start_fails_its_start_and_the_next_one_tries_again() {
    let class = taking!("t", 0).on_start(|(), session| {
        Box::pin(async move {
            log(session, "start");
            if session.user_index() < 3 { Err(TaskError::exception("no")) } else { Ok(()) }
        })
    });
    let ended = run(class, at("10/s"), 2).await;
    let counts = counts(&ended);
    assert_eq!((counts.failed, counts.completed), (3, 17));
    assert_eq!(ended.times_ms("start").len(), 4);
}
