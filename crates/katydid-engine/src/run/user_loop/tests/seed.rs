//! The same seed makes the same run.

use std::time::Duration;

use crate::flow::Flow;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Entry, log, run_for};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::between;

const USERS: u32 = 8;

/// A task that writes its name and random data.
macro_rules! drawing {
    ($name:literal) => {
        Task::new($name, |(), session| {
            Box::pin(async move {
                let number: u64 = session.random(0..u64::MAX);
                let (coin, word) = (session.chance(0.5), *session.choose(&["x", "y", "z"]));
                log(session, format!("{} {number} {coin} {word} {}", $name, session.seed()));
                Ok(())
            })
        })
    };
}

/// Every line of every user, user by user.
async fn run(seed: u64, threads: usize) -> Vec<Vec<Entry>> {
    let class = UserClass::<()>::with_default("Drawing")
        .wait(between(0.5, 2.0))
        .flow(2, Flow::new("F").task(drawing!("f1")).task(drawing!("f2").weight(3)))
        .task(drawing!("own"));
    let settings =
        RunSettings { users: USERS, spawn_rate: 4.0, seed, threads, ..RunSettings::default() };
    let ended = run_for(&[class.into()], settings, Duration::from_mins(1)).await;
    (0..USERS).map(|user| ended.of_user(user).into_iter().cloned().collect()).collect()
}

#[tokio::test(start_paused = true)]
async fn tasks_waits_and_data_repeat() {
    let first = run(7, 1).await;
    assert!(first.iter().all(|lines| lines.len() > 20));
    assert_eq!(first, run(7, 1).await);
    assert_eq!(first, run(7, 2).await, "the number of threads changes nothing for a user");
}

#[tokio::test(start_paused = true)]
async fn another_seed_and_another_user_differ() {
    let (first, other) = (run(7, 1).await, run(8, 1).await);
    let whats = |lines: &[Entry]| lines.iter().map(|line| line.what.clone()).collect::<Vec<_>>();
    for user in 0..USERS as usize {
        assert_ne!(whats(&first[user]), whats(&other[user]));
        assert_ne!(whats(&first[user]), whats(&first[(user + 1) % USERS as usize]));
    }
}
