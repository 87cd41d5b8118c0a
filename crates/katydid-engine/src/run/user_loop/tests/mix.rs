//! The documented mix is the one that runs.

use std::time::Duration;

use katydid_core::{Snapshot, TaskRow};

use super::says;
use crate::error::TaskError;
use crate::flow::Flow;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_for};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::constant;

/// A task that does nothing but be counted.
fn idle(name: &str) -> Task<()> {
    Task::new(name, |(), _| Box::pin(async { Ok(()) }))
}

/// Ten users, a task per second each, for `seconds`.
async fn run(class: UserClass<()>, seconds: u64) -> Ended {
    let settings = RunSettings { users: 10, spawn_rate: 1e4, seed: 4711, ..RunSettings::default() };
    run_for(&[class.wait(constant(1.0)).into()], settings, Duration::from_secs(seconds)).await
}

/// Pearson's statistic of the executions against the shares that the weights promise, over the
/// tasks that can be drawn.
fn chi_square(snapshot: &Snapshot) -> f64 {
    let share = |row: &TaskRow| row.info.expected_share.unwrap();
    let total: u64 = snapshot.tasks().iter().map(|row| row.counts.executions).sum();
    let terms = snapshot.tasks().iter().filter(|row| share(row) > 0.0).map(|row| {
        let expected = share(row) * total as f64;
        (row.counts.executions as f64 - expected).powi(2) / expected
    });
    terms.sum()
}

#[tokio::test(start_paused = true)]
async fn flows_are_left_again_so_that_their_weights_are_the_mix() {
    let class = UserClass::with_default("Mixed")
        .flow(70, Flow::new("Speech").task(idle("short").weight(3)).task(idle("long")))
        .flow(20, Flow::new("Extraction").task(idle("page")).task(idle("never").weight(0)))
        .task(idle("billing").weight(10))
        .task(idle("off").weight(0));
    let ended = run(class, 1_001).await;
    let executions = ended.executions();
    let total: u64 = executions.iter().map(|(_, count)| count).sum();
    assert!((9_980..=10_020).contains(&total), "{total}");
    // The 0.999 quantile for 3 degrees of freedom.
    let chi_square = chi_square(&ended.snapshot);
    assert!(chi_square < 16.27, "{chi_square} from {executions:?}");
    for off in ["Mixed/Extraction/never", "Mixed/off"] {
        assert!(executions.contains(&(off.to_owned(), 0)), "{executions:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_user_leaves_its_first_flow() {
    let class = UserClass::with_default("Both")
        .flow(1, Flow::new("Left").task(Task::new("l", says!("left"))))
        .flow(1, Flow::new("Right").task(Task::new("r", says!("right"))));
    let ended = run(class, 30).await;
    for user in 0..10 {
        let lines = ended.of_user(user);
        assert!(lines.iter().any(|line| line.what == "left"), "user {user}: {lines:?}");
        assert!(lines.iter().any(|line| line.what == "right"), "user {user}: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sticky_flow_is_left_when_a_task_says_so() {
    let sticky = Flow::new("Sticky")
        .on_start(says!("enter"))
        .on_stop(says!("leave"))
        .task(Task::new("stay", says!("stay")).weight(9))
        .task(Task::new("go", says!("go", Err(TaskError::LeaveFlow))))
        .sticky();
    let class = UserClass::with_default("Sticky").flow(1, sticky).task(idle("outside"));
    let ended = run(class, 1_000).await;
    let mut visits = 0;
    for user in 0..10 {
        let lines: Vec<&str> = ended.of_user(user).iter().map(|line| line.what.as_str()).collect();
        for pair in lines.windows(2) {
            let fits = match pair[0] {
                "enter" | "stay" => matches!(pair[1], "stay" | "go" | "leave"),
                "go" => pair[1] == "leave",
                _ => pair[1] == "enter",
            };
            assert!(fits, "user {user}: {pair:?}");
        }
        assert_eq!(lines.last(), Some(&"leave"), "on_stop runs when the run ends inside, too");
        visits += lines.iter().filter(|line| **line == "go").count();
    }
    // Ten tasks inside and one outside, on average, in 10,000.
    assert!((820..1_000).contains(&visits), "{visits}");
}
