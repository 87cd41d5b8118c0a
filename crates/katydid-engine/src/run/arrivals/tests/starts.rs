//! Tasks start when the plan says.

use std::time::Duration;

use super::{at, per_second, run, taking};
use crate::run::arrivals::{Arrivals, Spacing};
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_for};
use crate::task::Task;
use crate::user::UserClass;

/// Virtual timers have the wheel's millisecond.
const TIMER: Duration = Duration::from_micros(1_001);

fn assert_on_time(ended: &Ended) {
    let late = ended.snapshot.lateness().all.max().unwrap();
    assert!(late <= TIMER, "{late:?} late");
    assert_eq!(ended.snapshot.lateness().all.len(), ended.snapshot.arrivals().unwrap().started);
}

#[tokio::test(start_paused = true)]
async fn each_second_has_the_planned_number_of_starts() {
    for (rate, seconds) in [(1u64, 600), (10, 600), (333, 60), (10_000, 5)] {
        for threads in [1, 2, 3] {
            let settings = RunSettings { threads, ..at(&rate.to_string()) };
            let ended = run(taking!("t", 0), settings, seconds).await;
            let counts = per_second(&ended, seconds as usize + 1);
            // What is due in the last millisecond of a second may start with the next one.
            let timer = 1 + rate / 1_000;
            for count in &counts[..seconds as usize] {
                assert!(count.abs_diff(rate) <= timer, "{rate}/s: {counts:?}");
            }
            assert_eq!(counts.iter().sum::<u64>(), rate * seconds, "{rate}/s");
            assert_on_time(&ended);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_ramp_starts_exactly_its_integral_and_the_run_ends_with_the_stages() {
    let settings = RunSettings { threads: 2, ..at("0/s..100/s:10s,100/s:1s,10/s:2s") };
    let ended = run(taking!("t", 0), settings, 100).await;
    let counts = per_second(&ended, 14);
    for (second, count) in counts.iter().take(10).enumerate() {
        assert!(count.abs_diff(10 * second as u64 + 5) <= 1, "{counts:?}");
    }
    assert_eq!(counts.iter().sum::<u64>(), 500 + 100 + 20);
    assert!((13_000..13_100).contains(&ended.snapshot.elapsed.as_millis()));
    assert_eq!(ended.snapshot.measured(), Duration::from_secs(13));
    assert_on_time(&ended);
}

#[tokio::test(start_paused = true)]
async fn a_slow_target_does_not_slow_the_starts() {
    let ended = run(taking!("t", 3_000), at("50/s"), 20).await;
    let counts = per_second(&ended, 21);
    assert!(counts[..20].iter().all(|count| count.abs_diff(50) <= 1), "{counts:?}");
    assert_on_time(&ended);
}

/// The lines of a run with random starts and data.
async fn drawn(seed: u64) -> Vec<(Duration, String)> {
    let task = |name| {
        Task::new(name, |(), session| {
            Box::pin(async move {
                let number: u32 = session.random(0..1_000_000);
                log(session, number.to_string());
                session.sleep(Duration::from_millis(u64::from(number % 700))).await;
                Ok(())
            })
        })
    };
    let class = UserClass::with_default("A").task(task("a").weight(2)).task(task("b"));
    let arrivals = Arrivals::new("40/s".parse().unwrap()).spacing(Spacing::Poisson);
    let settings = RunSettings { arrivals: Some(arrivals), seed, ..RunSettings::default() };
    let ended = run_for(&[class.into()], settings, Duration::from_secs(30)).await;
    ended.log.into_iter().map(|entry| (entry.at, entry.what)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_starts_and_the_same_data() {
    let lines = drawn(5).await;
    assert!((1_000..1_400).contains(&lines.len()), "{}", lines.len());
    assert_eq!(lines, drawn(5).await);
    assert_ne!(lines, drawn(6).await);
}
