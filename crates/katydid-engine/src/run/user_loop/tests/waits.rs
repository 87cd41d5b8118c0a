//! Waits between tasks, to the millisecond.

use std::time::Duration;

use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, log, run_for};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::{
    Wait, between, constant, constant_pacing, constant_throughput, no_wait, poisson,
};

/// A user whose task takes 300 ms.
async fn run(wait: Wait<u32>, seconds: u64) -> Ended {
    let task = Task::new("work", |_, session| {
        Box::pin(async move {
            log(session, "begin");
            session.sleep(Duration::from_millis(300)).await;
            Ok(())
        })
    });
    let class = UserClass::<u32>::with_default("Waiter").wait(wait).task(task);
    run_for(&[class.into()], RunSettings::default(), Duration::from_secs(seconds)).await
}

/// Between the starts of tasks, in ms.
fn gaps(ended: &Ended) -> Vec<u128> {
    ended.times_ms("begin").windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn constant_is_added_to_the_task() {
    let gaps = gaps(&run(constant(2.0), 100).await);
    assert!(gaps.len() > 40 && gaps.iter().all(|gap| (2_300..=2_302).contains(gap)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn between_fills_its_range_and_keeps_to_it() {
    let gaps = gaps(&run(between(1.0, 3.0), 5_000).await);
    assert!(gaps.iter().all(|gap| (1_300..=3_302).contains(gap)), "{gaps:?}");
    let mean = gaps.iter().sum::<u128>() as f64 / gaps.len() as f64;
    assert!((2_250.0..2_350.0).contains(&mean), "mean {mean}");
    assert!(gaps.iter().any(|gap| *gap < 1_350) && gaps.iter().any(|gap| *gap > 3_250));
}

#[tokio::test(start_paused = true)]
async fn no_wait_follows_at_once() {
    let gaps = gaps(&run(no_wait(), 30).await);
    assert!(gaps.len() > 90 && gaps.iter().all(|gap| (300..=301).contains(gap)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn pacing_counts_from_start_to_start() {
    let gaps = gaps(&run(constant_pacing(1.0), 100).await);
    assert!(gaps.len() > 97 && gaps.iter().all(|gap| (1_000..=1_001).contains(gap)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_task_longer_than_the_pace_is_followed_at_once() {
    let gaps = gaps(&run(constant_pacing(0.1), 30).await);
    assert!(gaps.len() > 90 && gaps.iter().all(|gap| (300..=301).contains(gap)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn throughput_is_tasks_per_second() {
    let begun = run(constant_throughput(0.5), 100).await.times_ms("begin").len();
    assert!((49..=51).contains(&begun), "{begun}");
}

#[tokio::test(start_paused = true)]
async fn an_own_wait_sees_the_state() {
    let doubling = Wait::Own(|state: &mut u32| {
        *state += 1;
        Duration::from_millis(100 << *state)
    });
    let gaps = gaps(&run(doubling, 6).await);
    assert!(gaps.len() >= 3, "{gaps:?}");
    for (index, gap) in gaps.iter().enumerate() {
        let expected = 300 + (200 << index);
        assert!((expected..=expected + 2).contains(gap), "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn poisson_waits_are_exponential() {
    let gaps = gaps(&run(poisson(0.5), 20_000).await);
    let waits: Vec<f64> = gaps.iter().map(|gap| *gap as f64 - 300.0).collect();
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    // 2 s each, give or take four standard errors of 2 s ÷ √8,700.
    assert!((1_910.0..2_090.0).contains(&mean), "mean {mean} of {}", waits.len());
    let longer = waits.iter().filter(|wait| **wait > 2_000.0).count() as f64 / waits.len() as f64;
    assert!((longer - (-1.0f64).exp()).abs() < 0.02, "{longer} above the mean");
}
