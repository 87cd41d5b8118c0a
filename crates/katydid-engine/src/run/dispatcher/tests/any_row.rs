//! Any row of commands at any times: the books, the plan and the users agree.

use std::time::Duration;

use katydid_core::share_out;
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::time::sleep;

use super::{lines, ms, sitter, worst};
use crate::Class;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_steered};

/// Twenty commands within ten seconds, then time for the last one. The target of the last.
async fn run(seed: u64) -> (Ended, u32) {
    let classes: Vec<Class> = vec![
        sitter("Two").weight(2).into(),
        sitter("Fixed").fixed_count(3).into(),
        sitter("Five").weight(5).into(),
    ];
    let run_time = Some(Duration::from_secs(30));
    let settings =
        RunSettings { users: 20, spawn_rate: 7.5, threads: 3, run_time, ..RunSettings::default() };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut target = 0;
    let ended = run_steered(&classes, settings, async |control| {
        for _ in 0..20 {
            sleep(ms(rng.random_range(0..1_000))).await;
            if rng.random_bool(0.3) {
                control.add_users(rng.random_range(-15..15)).unwrap();
            } else {
                control.set_users(rng.random_range(0..60), rng.random_range(0.5..300.0)).unwrap();
            }
        }
        control.add_users(rng.random_range(-3..3)).unwrap();
        sleep(ms(2_000)).await;
        target = control.target_users();
    })
    .await;
    (ended, target)
}

#[tokio::test(start_paused = true)]
async fn the_books_the_plan_and_the_users_agree_after_any_row_of_commands() {
    for seed in 0..60 {
        let (ended, target) = run(seed).await;
        let last = ended.ticks.last().unwrap();
        assert_eq!((last.1, last.2), (target, target), "seed {seed}: {:?}", ended.events);
        assert!(worst(&ended) <= 1, "seed {seed}: {:?}", ended.ticks);
        let users = |what| -> Vec<u32> { lines(&ended, what).iter().map(|line| line.0).collect() };
        let (begun, mut gone) = (users("begin"), users("end"));
        gone.sort_unstable();
        assert!(gone.windows(2).all(|pair| pair[0] < pair[1]), "seed {seed}: one goodbye each");
        assert!(begun.iter().all(|user| gone.binary_search(user).is_ok()), "seed {seed}");
        let order = share_out(&[(2, 0), (1, 3), (5, 0)], target);
        let of = |class| order.iter().filter(|dealt| **dealt == class).count();
        let mix = format!("[(\"Two\", {}), (\"Fixed\", {}), (\"Five\", {})]", of(0), of(1), of(2));
        let told = ended.events.iter().rev().find(|(_, text)| text.starts_with("AllUsersStarted"));
        assert!(told.is_some_and(|(_, text)| text.contains(&mix)), "seed {seed}: {told:?}, {mix}");
    }
}
