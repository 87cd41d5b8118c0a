//! Pauses, and other rates by hand.

use std::time::Duration;

use tokio::time::sleep;

use super::{at, bounded, per_second, taking};
use crate::run::arrivals::WhenFull;
use crate::run::control::{Control, SteerError};
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_steered};
use crate::task::Task;
use crate::user::UserClass;

const SECOND: Duration = Duration::from_secs(1);

async fn steered(
    class: UserClass<()>,
    settings: RunSettings,
    steer: impl AsyncFnOnce(Control),
) -> Ended {
    let settings = RunSettings { run_time: Some(10 * SECOND), ..settings };
    run_steered(&[class.into()], settings, steer).await
}

async fn pause_from_3_to_7(control: Control) {
    sleep(3 * SECOND).await;
    control.pause().unwrap();
    assert_eq!(control.pause(), Err(SteerError::Paused));
    sleep(4 * SECOND).await;
    control.resume().unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_due_in_a_pause_and_nothing_is_made_up_for() {
    for threads in [1, 2, 3] {
        let settings = RunSettings { threads, ..at("100/s") };
        let ended = steered(taking!("t", 0), settings, pause_from_3_to_7).await;
        let counts = per_second(&ended, 11);
        for second in [0, 1, 2, 7, 8, 9] {
            assert!(counts[second].abs_diff(100) <= 2, "{second}: {counts:?}");
        }
        assert_eq!(counts[4..7], [0, 0, 0]);
        let arrivals = ended.snapshot.arrivals().unwrap();
        assert_eq!(arrivals.planned, counts.iter().sum::<u64>());
        assert_eq!(ended.snapshot.unaccounted(), None);
        let late = ended.snapshot.lateness().all.max().unwrap();
        assert!(late <= Duration::from_micros(1_001), "{late:?} late");
        assert_eq!(ended.snapshot.paused, 4 * SECOND);
        let told: Vec<&str> = ended.snapshot.marks().iter().map(|mark| &*mark.text).collect();
        assert!(told.contains(&"paused by hand"), "{told:?}");
        assert!(told.contains(&"goes on after a pause of 4.0 s"), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_user_goes_on_waiting_and_the_pause_is_not_its_time() {
    // One task of 200 ms at a time, ten of them due a second: half of them wait.
    let settings = bounded("10/s", 1, WhenFull::Queue);
    let ended = steered(taking!("t", 200), settings, pause_from_3_to_7).await;
    let counts = per_second(&ended, 11);
    assert!(counts[4..7].iter().all(|count| *count == 0), "{counts:?}");
    assert_eq!(ended.snapshot.unaccounted(), None);
    // Half of the first three seconds' starts wait at the pause, the last of them for 1.5 s by then.
    let late = ended.snapshot.lateness().all.max().unwrap();
    assert!(late < 4 * SECOND, "{late:?} late");
}

#[tokio::test(start_paused = true)]
async fn a_pause_at_the_end_loses_nothing() {
    let ended = steered(taking!("t", 50), at("20/s"), async |control: Control| {
        sleep(8 * SECOND).await;
        control.pause().unwrap();
    })
    .await;
    let arrivals = ended.snapshot.arrivals().unwrap();
    assert!((160..=161).contains(&arrivals.planned), "{arrivals:?}");
    assert_eq!((ended.snapshot.unaccounted(), arrivals.unsent), (None, 0));
    assert!(ended.snapshot.paused.abs_diff(2 * SECOND) < Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn another_rate_holds_from_now_on_on_every_thread() {
    for threads in [1, 3] {
        let settings = RunSettings { threads, ..at("10/s") };
        let ended = steered(taking!("t", 0), settings, async |control: Control| {
            sleep(4 * SECOND).await;
            assert!(matches!(control.set_arrival_rate(0.0), Err(SteerError::ArrivalRate(_))));
            control.set_arrival_rate(200.0).unwrap();
            sleep(3 * SECOND).await;
            assert_eq!(control.arrival_rate(), Some(200.0));
            control.set_arrival_rate(5.0).unwrap();
        })
        .await;
        let counts = per_second(&ended, 11);
        assert_eq!(ended.snapshot.steered, 2);
        let expected = [10, 10, 10, 10, 200, 200, 200, 5, 5, 5];
        for (second, expected) in expected.into_iter().enumerate() {
            assert!(counts[second].abs_diff(expected) <= 3, "{second}: {counts:?}");
        }
        assert_eq!(ended.snapshot.unaccounted(), None);
        assert_eq!(ended.snapshot.arrivals().unwrap().planned, counts.iter().sum::<u64>());
    }
}

#[tokio::test(start_paused = true)]
async fn another_rate_holds_to_the_end_of_the_stages() {
    let settings = at("10/s:3s,50/s:3s");
    let ended = steered(taking!("t", 0), settings, async |control: Control| {
        sleep(SECOND).await;
        control.set_arrival_rate(20.0).unwrap();
    })
    .await;
    let counts = per_second(&ended, 7);
    for (second, expected) in [10, 20, 20, 20, 20, 20].into_iter().enumerate() {
        assert!(counts[second].abs_diff(expected) <= 2, "{counts:?}");
    }
    assert_eq!(counts[6], 0);
    assert_eq!(ended.snapshot.unaccounted(), None);
}
