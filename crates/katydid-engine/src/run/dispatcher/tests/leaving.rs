//! How users go: removed in the middle of a task, or by themselves.

use std::time::Duration;

use katydid_core::StopReason;
use tokio::time::sleep;

use super::{events, lines, ms, quitter, sitter};
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_steered};
use crate::task::Task;
use crate::user::UserClass;

/// Users whose task takes 2.9 seconds.
fn worker() -> UserClass<()> {
    let work = Task::new("work", |(), session| {
        Box::pin(async move {
            session.sleep(ms(2_900)).await;
            log(session, "done");
            Ok(())
        })
    });
    UserClass::with_default("Worker").task(work).on_stop(|(), session| {
        Box::pin(async move {
            log(session, "end");
            Ok(())
        })
    })
}

/// Four workers from the start; two are removed after a second, the run ends after ten.
async fn shrink(stop_timeout: Duration) -> Ended {
    let run_time = Some(Duration::from_secs(10));
    let settings = RunSettings { users: 4, spawn_rate: 1e6, stop_timeout, run_time, ..settings() };
    run_steered(&[worker().into()], settings, async |control| {
        sleep(ms(985)).await;
        control.set_users(2, 1e6).unwrap();
    })
    .await
}

fn settings() -> RunSettings {
    RunSettings { threads: 2, ..RunSettings::default() }
}

#[tokio::test(start_paused = true)]
async fn a_removed_user_is_cut_at_once_or_finishes_within_the_stop_timeout() {
    for (stop_timeout, ends_at, done) in [(0, 995, 0), (1_000, 1_995, 0), (5_000, 2_900, 1)] {
        let ended = shrink(ms(stop_timeout)).await;
        for user in [2, 3] {
            let lines = |what| ended.of_user(user).iter().filter(|l| l.what == what).count();
            assert_eq!((lines("done"), lines("end")), (done, 1), "user {user} of {stop_timeout}");
            let last = ended.of_user(user).last().unwrap().at.as_millis();
            assert!((ends_at..ends_at + 5).contains(&last), "{last}");
        }
        let removed_and_cut = if done == 0 { 2 } else { 0 };
        let cut_at_the_end = if stop_timeout < 2_000 { 2 } else { 0 };
        let counts = ended.snapshot.tasks()[0].counts;
        assert_eq!(counts.cut, removed_and_cut + cut_at_the_end, "{stop_timeout}");
        // Only those whom the end of the run has cut are told of as such.
        let told = events(&ended, "UsersCut").len();
        assert_eq!(told, usize::from(cut_at_the_end > 0), "{:?}", ended.events);
    }
}

#[tokio::test(start_paused = true)]
async fn removed_users_count_until_they_have_gone() {
    let ended = shrink(ms(5_000)).await;
    let seen: Vec<(u32, u32)> = ended.ticks[..4].iter().map(|tick| (tick.1, tick.2)).collect();
    assert_eq!(seen, [(2, 4), (2, 4), (2, 2), (2, 2)]);
}

#[tokio::test(start_paused = true)]
async fn who_stops_by_himself_is_not_replaced_until_the_next_ramp() {
    let run_time = Some(Duration::from_secs(10));
    let settings = RunSettings { users: 6, spawn_rate: 1e6, run_time, ..settings() };
    let classes = [sitter("Stays").into(), quitter("Quits").into()];
    let ended = run_steered(&classes, settings, async |control| {
        sleep(ms(4_500)).await;
        control.add_users(-1).unwrap();
        sleep(ms(2_000)).await;
        control.set_users(5, 1e6).unwrap();
    })
    .await;
    let told: Vec<&str> = events(&ended, "RampBegun")[1..].iter().map(|event| event.1).collect();
    assert!(told[0].contains("from: 3, to: 2"), "{told:?}");
    assert!(told[1].contains("from: 2, to: 5"), "{told:?}");
    let seen: Vec<(u32, u32)> = ended.ticks.iter().map(|tick| (tick.1, tick.2)).collect();
    let quit = [(5, 5), (5, 5), (5, 3)];
    let expected = [(6, 6), (6, 6), (6, 3), (6, 3), (2, 2), (2, 2)].into_iter().chain(quit);
    assert_eq!(seen, expected.collect::<Vec<_>>());
    assert_eq!(ended.reason, StopReason::RunTime);
    assert_eq!(lines(&ended, "begin").len(), 9, "numbers are never given twice");
    assert_eq!(lines(&ended, "begin").iter().map(|line| line.0).max(), Some(8));
}

#[tokio::test(start_paused = true)]
async fn the_run_is_over_when_all_have_stopped_by_themselves_and_nobody_is_to_come() {
    let settings = RunSettings { users: 4, spawn_rate: 0.25, ..settings() };
    let classes = [quitter("Quits").into()];
    let bounded = RunSettings { run_time: Some(ms(20_000)), ..settings.clone() };
    let bounded = run_steered(&classes, bounded, async |_| {}).await;
    assert_eq!(bounded.reason, StopReason::NoUsersLeft);
    let unmet = "every user had stopped by itself after 14.0 s of 20s";
    assert_eq!(bounded.snapshot.unmet, [unmet]);

    let ended = run_steered(&classes, settings, async |_| {}).await;
    assert_eq!((ended.reason, ended.snapshot.unmet.len()), (StopReason::NoUsersLeft, 0));
    assert_eq!(lines(&ended, "begin").len(), 4);
    assert!((14_000..14_010).contains(&ended.snapshot.elapsed.as_millis()), "{:?}", ended.events);
}

#[tokio::test(start_paused = true)]
async fn seats_are_taken_again() {
    let seat = Task::new("seat", |(), session| {
        Box::pin(async move {
            log(session, format!("seat {}", session.user_seat()));
            session.sleep(Duration::from_hours(1)).await;
            Ok(())
        })
    });
    let run_time = Some(Duration::from_secs(10));
    let settings = RunSettings { users: 4, spawn_rate: 10.0, run_time, ..settings() };
    let class = UserClass::<()>::with_default("Seated").task(seat).into();
    let ended = run_steered(&[class], settings, async |control| {
        for users in [2, 5] {
            sleep(ms(1_000)).await;
            control.set_users(users, 10.0).unwrap();
        }
    })
    .await;
    let seats: Vec<String> =
        ended.log.iter().map(|line| format!("{}: {}", line.user, line.what)).collect();
    let expected = ["0: seat 0", "1: seat 1", "2: seat 2", "3: seat 3", "4: seat 2", "5: seat 3"];
    assert_eq!(seats[..6], expected);
    assert_eq!(seats[6..], ["6: seat 4"]);
}
