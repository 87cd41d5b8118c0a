//! Sequential, markov and nested flows: what runs when, and how they are left.

use std::collections::BTreeMap;
use std::time::Duration;

use katydid_core::StopReason;

use super::says;
use crate::error::TaskError;
use crate::flow::Flow;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_for};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::constant;

/// A user that works for `seconds`, a second of wait after each task.
async fn run(class: UserClass<()>, seconds: u64) -> Ended {
    let class = class.wait(constant(1.0)).into();
    let settings = RunSettings { seed: 4711, ..RunSettings::default() };
    run_for(&[class], settings, Duration::from_secs(seconds)).await
}

/// What the user wrote.
fn lines(ended: &Ended) -> Vec<&str> {
    ended.log.iter().map(|line| line.what.as_str()).collect()
}

/// The rounds of a flow that says `enter` and `leave`; the last one may be cut short.
fn rounds(ended: &Ended) -> Vec<Vec<&str>> {
    let lines = lines(ended);
    let mut rounds: Vec<_> = lines
        .split(|line| *line == "enter")
        .map(|round| round.iter().copied().take_while(|line| *line != "leave").collect())
        .collect();
    rounds.remove(0);
    rounds.pop();
    rounds
}

fn marked(name: &str) -> Flow<()> {
    Flow::new(name).on_start(says!("enter")).on_stop(says!("leave"))
}

#[tokio::test(start_paused = true)]
async fn a_sequential_flow_runs_in_order_and_is_left_after_one_pass() {
    let journey = marked("Journey")
        .sequential()
        .task(Task::new("a", says!("a")))
        .task(Task::new("b", says!("b")).weight(2))
        .task(Task::new("off", says!("off")).weight(0))
        .task(Task::new("c", says!("c", Err(TaskError::exception("goes on")))))
        .task(Task::new("d", says!("d")));
    let class = UserClass::with_default("U").flow(1, journey).task(Task::new("x", says!("x")));
    let ended = run(class, 1_000).await;
    let rounds = rounds(&ended);
    assert!(rounds.len() > 100 && rounds.iter().all(|r| *r == ["a", "b", "b", "c", "d"]));
    assert!(lines(&ended).windows(2).any(|pair| pair == ["leave", "x"]), "it is really left");
}

#[tokio::test(start_paused = true)]
async fn a_sticky_sequential_flow_begins_again_until_a_task_leaves_it() {
    let journey = marked("Journey")
        .sequential()
        .sticky()
        .task(Task::new("a", says!("a")))
        .task(Task::new("b", |(), session| {
            Box::pin(async move {
                crate::run::virtual_run::log(session, "b");
                if session.chance(0.5) { Err(TaskError::LeaveFlow) } else { Ok(()) }
            })
        }))
        .task(Task::new("c", says!("c")));
    let ended = run(UserClass::with_default("U").flow(1, journey), 1_000).await;
    for round in rounds(&ended) {
        let (passes, last) = round.split_at(round.len() - round.len() % 3);
        assert!(passes.chunks(3).all(|pass| pass == ["a", "b", "c"]), "{round:?}");
        assert_eq!(last, ["a", "b"], "{round:?}");
    }
    assert!(rounds(&ended).iter().any(|round| round.len() > 6));
    let left: Vec<u64> = ended.snapshot.tasks().iter().map(|task| task.counts.left).collect();
    assert!(left[0] == 0 && left[1] > 10 && left[2] == 0, "only `b` leaves: {left:?}");
}

/// open → search or leave; search → search, open or leave; leave is the end.
fn shop() -> Flow<()> {
    marked("Shop")
        .markov()
        .task(Task::new("open", says!("open")).next([("search", 3), ("leave", 1)]))
        .task(Task::new("search", says!("search")).next([("search", 5), ("open", 3), ("leave", 2)]))
        .task(Task::new("leave", says!("end")))
}

#[tokio::test(start_paused = true)]
async fn a_markov_flow_follows_its_transitions_from_the_first_task_to_an_end() {
    let ended = run(UserClass::with_default("U").flow(1, shop()), 40_000).await;
    let rounds = rounds(&ended);
    assert!(rounds.len() > 5_000, "{}", rounds.len());
    let mut counts: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for round in &rounds {
        assert_eq!((round[0], round[round.len() - 1]), ("open", "end"), "{round:?}");
        round.windows(2).for_each(|pair| *counts.entry((pair[0], pair[1])).or_default() += 1.0);
    }
    let expected = [
        ("open", "search", 0.75),
        ("open", "end", 0.25),
        ("search", "search", 0.5),
        ("search", "open", 0.3),
        ("search", "end", 0.2),
    ];
    assert_eq!(counts.len(), expected.len(), "{counts:?}");
    let chi_square: f64 = expected.iter().fold(0.0, |sum, (from, to, share)| {
        let total: f64 = counts.iter().filter(|((f, _), _)| f == from).map(|(_, n)| n).sum();
        sum + (counts[&(*from, *to)] - share * total).powi(2) / (share * total)
    });
    // The 0.999 quantile for 1 + 2 degrees of freedom.
    assert!(chi_square < 16.27, "{chi_square} from {counts:?}");
}

/// The measured shares beside the promised ones.
fn shares_hold(ended: &Ended) {
    let rows = ended.snapshot.tasks();
    let total: u64 = rows.iter().map(|row| row.counts.executions).sum();
    assert!(total > 10_000, "{total}");
    for row in rows {
        let measured = row.counts.executions as f64 / total as f64;
        let expected = row.info.expected_share.unwrap();
        assert!((measured - expected).abs() < 0.01, "{}: {measured}, {expected}", row.info.path());
    }
}

#[tokio::test(start_paused = true)]
async fn nested_flows_run_in_the_promised_mix() {
    let pay = Flow::new("Pay").sequential();
    let pay = pay.task(Task::new("cart", says!("cart"))).task(Task::new("pay", says!("pay")));
    let look = Flow::new("Look").task(Task::new("a", says!("a")).weight(3)).flow(1, pay.clone());
    let tour = Flow::new("Tour").sequential().flow(2, look.clone()).flow(1, shop()).flow(1, pay);
    let class = UserClass::with_default("U").flow(5, look).flow(2, tour);
    let ended = run(class.task(Task::new("x", says!("x")).weight(3)), 40_000).await;
    shares_hold(&ended);
    let paths: Vec<String> = ended.executions().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths[2], "U/Look/Pay/pay");
    assert_eq!(paths[5], "U/Tour/Look/Pay/pay");
    assert_eq!(paths[6], "U/Tour/Shop/open");
}

#[tokio::test(start_paused = true)]
async fn an_endless_markov_flow_settles_in_its_stationary_shares() {
    let to = |name, next: [(&str, u32); 2]| Task::new(name, says!("at")).next(next);
    let chain = Flow::new("Chain")
        .markov()
        .task(to("a", [("b", 9), ("c", 1)]))
        .task(to("b", [("a", 1), ("c", 1)]))
        .task(to("c", [("c", 3), ("a", 1)]));
    shares_hold(&run(UserClass::with_default("U").flow(1, chain), 100_000).await);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_flow_waits_or_goes_on_at_once() {
    for (end, wait) in [
        (says!("go", Err(TaskError::LeaveFlow)) as crate::task::TaskFn<()>, 1_000),
        (says!("go", Err(TaskError::LeaveFlowNow)), 0),
        (says!("go", Err(TaskError::SkipWait)), 0),
        (says!("go"), 1_000),
    ] {
        let flow = Flow::new("F").sequential().task(Task::new("go", end));
        let after = Task::new("after", says!("after"));
        let both = Flow::new("Both").sequential().flow(1, flow).task(after);
        let ended = run(UserClass::with_default("U").flow(1, both), 10).await;
        let gap = ended.times_ms("after")[0] - ended.times_ms("go")[0];
        assert!((wait..=wait + 2).contains(&gap), "{gap} ms instead of {wait}");
    }
}

#[tokio::test(start_paused = true)]
async fn leaving_goes_out_of_the_innermost_flow_only() {
    let inner =
        Flow::new("Inner").sticky().task(Task::new("go", says!("go", Err(TaskError::LeaveFlow))));
    let outer = Flow::new("Outer").sequential().flow(1, inner).task(Task::new("on", says!("on")));
    let class = UserClass::with_default("U").flow(1, outer).task(Task::new("x", says!("x")));
    let ended = run(class, 100).await;
    let gone = ended.times_ms("go").len();
    assert!(gone > 10 && gone - ended.times_ms("on").len() <= 1, "{:?}", lines(&ended));
}

#[tokio::test(start_paused = true)]
async fn a_user_that_stops_leaves_every_flow_and_is_not_replaced() {
    let inner = Flow::new("Inner")
        .on_stop(says!("out of inner"))
        .task(Task::new("stop", says!("stop", Err(TaskError::StopUser))));
    let outer = Flow::new("Outer").on_stop(says!("out of outer")).sequential().flow(1, inner);
    let class = UserClass::with_default("U").on_stop(says!("out")).flow(1, outer);
    let ended = run(class, 100).await;
    assert_eq!(lines(&ended), ["stop", "out of inner", "out of outer", "out"]);
    assert_eq!(ended.reason, StopReason::NoUsersLeft);
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_that_of_the_innermost_flow_that_has_one() {
    let inner = Flow::new("Inner").task(Task::new("in", says!("in")));
    let outer = Flow::new("Outer").wait(constant(0.2)).sequential();
    let outer = outer
        .flow(1, inner.clone())
        .flow(1, Flow { name: "Slow".into(), ..inner }.wait(constant(5.0)));
    let class = UserClass::with_default("U").flow(1, outer.task(Task::new("on", says!("on"))));
    let ended = run(class, 30).await;
    let (ins, on) = (ended.times_ms("in"), ended.times_ms("on"));
    assert!((200..=202).contains(&(ins[1] - ins[0])), "{ins:?}");
    assert!((5_000..=5_002).contains(&(on[0] - ins[1])), "{on:?}");
    assert!((200..=202).contains(&(ins[2] - on[0])), "{ins:?} {on:?}");
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_cannot_be_entered_is_passed_over() {
    let closed = Flow::new("Closed").on_start(says!("closed", Err(TaskError::exception("no key"))));
    let closed = closed.on_stop(says!("never")).task(Task::new("in", says!("never")));
    let outer = Flow::new("Outer").sequential().flow(1, closed).task(Task::new("on", says!("on")));
    let ended = run(UserClass::with_default("U").flow(1, outer), 4).await;
    assert_eq!(lines(&ended)[..4], ["closed", "on", "closed", "on"]);
}
