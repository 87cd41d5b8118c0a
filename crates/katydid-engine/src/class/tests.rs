//! Descriptions of classes: what is refused, what filters leave, what the weights promise.

use katydid_core::TagFilter;

use super::*;
use crate::flow::{Flow, FlowOrder};
use crate::task::Task;
use crate::wait::{between, constant, constant_pacing, constant_throughput};

fn task(name: &str) -> Task<()> {
    Task::new(name, |(), _| Box::pin(async { Ok(()) }))
}

fn class() -> UserClass<()> {
    UserClass::with_default("Shopper")
}

fn fault(class: UserClass<()>) -> String {
    Class::from(class).check().unwrap_err().to_string()
}

#[test]
fn mistakes_are_named_with_their_place() {
    let no_task = "user class Shopper has no task with a weight above 0; give it a task or a flow";
    assert_eq!(fault(class()), no_task);
    assert_eq!(fault(class().task(task("a").weight(0))), no_task);
    assert_eq!(fault(class().flow(0, Flow::new("F").task(task("a")))), no_task);
    let empty = "flow F of Shopper has no task with a weight above 0; give it a task";
    assert_eq!(fault(class().flow(1, Flow::new("F"))), empty);
    assert_eq!(fault(class().task(task("a")).flow(0, Flow::new("F"))), empty);
    let twice = "Shopper has two tasks or flows named a; rename one";
    assert_eq!(fault(class().task(task("a")).task(task("a"))), twice);
    assert_eq!(fault(class().task(task("a")).flow(1, Flow::new("a").task(task("b")))), twice);
    let inside = Flow::new("F").task(task("a")).task(task("a"));
    let twice = "Shopper has two tasks or flows named F/a; rename one";
    assert_eq!(fault(class().flow(1, inside)), twice);
}

#[test]
fn equal_names_in_different_flows_are_fine() {
    let flows = class()
        .flow(1, Flow::new("F").task(task("a")))
        .flow(1, Flow::new("G").task(task("a")))
        .task(task("a"));
    assert_eq!(Class::from(flows).check(), Ok(()));
}

#[test]
fn waits_that_cannot_be_kept_are_refused() {
    for wait in [
        between(2.0, 1.0),
        between(-1.0, 1.0),
        between(0.0, f64::INFINITY),
        constant(f64::NAN),
        constant(-0.1),
        constant_pacing(0.0),
        constant_throughput(0.0),
        constant_throughput(-2.0),
    ] {
        let text = fault(class().task(task("a")).wait(wait));
        assert!(text.starts_with("wait of Shopper: "), "{text}");
    }
    for wait in [between(1.0, 1.0), constant(0.0), constant_throughput(0.1)] {
        assert_eq!(Class::from(class().task(task("a")).wait(wait)).check(), Ok(()));
    }
}

fn mixed() -> Class {
    class()
        .flow(3, Flow::new("F").task(task("a").tags(["fast"])).task(task("b").weight(3)))
        .task(task("c").tags(["fast", "rare"]))
        .into()
}

fn shares(class: &Class) -> Vec<(String, f64)> {
    class.tasks().into_iter().map(|info| (info.path(), info.expected_share.unwrap())).collect()
}

#[test]
fn shares_follow_the_weights() {
    let expected = [("Shopper/F/a", 0.1875), ("Shopper/F/b", 0.5625), ("Shopper/c", 0.25)];
    assert_eq!(shares(&mixed()), expected.map(|(path, share)| (path.to_owned(), share)));
    let huge = class().task(task("a").weight(u32::MAX)).task(task("b").weight(u32::MAX));
    assert!(shares(&huge.into()).iter().all(|(_, share)| *share == 0.5));
}

#[test]
fn filters_leave_what_they_accept() {
    let filter = |include: &[&str], exclude: &[&str]| TagFilter {
        include: include.iter().map(ToString::to_string).collect(),
        exclude: exclude.iter().map(ToString::to_string).collect(),
    };
    let left = |filter: &TagFilter| mixed().filtered(filter).map(|class| shares(&class));
    let fast = left(&filter(&["fast"], &[])).unwrap();
    assert_eq!(fast, [("Shopper/F/a".to_owned(), 0.75), ("Shopper/c".to_owned(), 0.25)]);
    let rest = left(&filter(&[], &["fast"])).unwrap();
    assert_eq!(rest, [("Shopper/F/b".to_owned(), 1.0)]);
    assert_eq!(left(&filter(&["rare"], &[])).unwrap(), [("Shopper/c".to_owned(), 1.0)]);
    assert_eq!(left(&filter(&["rare"], &["fast"])), None);
}

/// A markov flow a → b → end.
fn chain() -> Flow<()> {
    Flow::new("M").markov().task(task("a").next([("b", 1)])).task(task("b"))
}

#[test]
fn transitions_are_checked_before_the_run() {
    let told = |flow: Flow<()>| fault(class().flow(1, flow));
    let a = || task("a").next([("b", 1)]);
    let markov = || Flow::new("M").markov();
    for (flow, text) in [
        (
            markov().task(task("a").next([("zoo", 1)])).task(task("b")),
            "Shopper/M/a: unknown next task `zoo`; known are: a, b",
        ),
        (
            markov().task(task("payment").next([("paymnet", 1)])),
            "Shopper/M/payment: unknown next task `paymnet`; did you mean `payment`?",
        ),
        (
            markov().task(task("a").next([("b", 0)])).task(task("b")),
            "Shopper/M/a: all its transitions have the weight 0",
        ),
        (
            markov().task(a()).task(task("b")).task(task("c").next([("a", 1)])),
            "Shopper/M/c: no way leads there from `a`, where the flow begins",
        ),
        (
            markov().task(a()).task(task("b").weight(2)),
            "Shopper/M/b: a task of a markov flow has no weight: the transitions to it have",
        ),
        (
            Flow::new("M").task(a()).task(task("b")),
            "Shopper/M/a: it has transitions, which only tasks of a markov flow follow",
        ),
    ] {
        assert_eq!(told(flow), text);
    }
    let tagged = told(markov().task(a()).task(task("b").tags(["slow"])));
    assert!(tagged.starts_with("Shopper/M/b: ") && tagged.ends_with("tag the flow"), "{tagged}");
    assert_eq!(Class::from(class().flow(1, chain())).check(), Ok(()));
}

#[test]
fn flows_inside_flows_are_checked_too() {
    let nested = |inside: Flow<()>| fault(class().flow(1, Flow::new("Outer").flow(1, inside)));
    let empty = "flow Outer/F of Shopper has no task with a weight above 0; give it a task";
    assert_eq!(nested(Flow::new("F")), empty);
    let twice = "Shopper has two tasks or flows named Outer/F/a; rename one";
    assert_eq!(nested(Flow::new("F").task(task("a")).task(task("a"))), twice);
    let wait = nested(Flow::new("F").task(task("a")).wait(between(2.0, 1.0)));
    assert!(wait.starts_with("wait of Shopper/Outer/F: "), "{wait}");
}

/// Journey: a, twice b, then once around Choice (c, or with 3 of 4 the chain).
fn nested() -> Class {
    let choice = Flow::new("Choice").task(task("c").tags(["fast"])).flow(3, chain());
    let journey = Flow::new("Journey").tags(["all"]).sequential();
    let journey = journey.task(task("a")).task(task("b").weight(2)).flow(1, choice);
    class().flow(1, journey).task(task("x")).into()
}

#[test]
fn shares_count_executions_of_whole_rounds() {
    // A visit of Journey runs 3 + 1/4 + 3/4 × 2 = 4.75 tasks, x one.
    let expected = [
        ("Shopper/Journey/a", 1.0),
        ("Shopper/Journey/b", 2.0),
        ("Shopper/Journey/Choice/c", 0.25),
        ("Shopper/Journey/Choice/M/a", 0.75),
        ("Shopper/Journey/Choice/M/b", 0.75),
        ("Shopper/x", 1.0),
    ];
    for ((path, share), (expected, times)) in shares(&nested()).iter().zip(expected) {
        assert_eq!(path, expected);
        assert!((share - times / 5.75).abs() < 1e-9, "{path}: {share}");
    }
}

#[test]
fn what_only_code_decides_is_not_promised() {
    let endless = Flow::new("M").markov().task(task("a").next([("a", 1)]));
    for flow in [Flow::new("F").sticky().task(task("a")), endless] {
        let beside: Class = class().flow(1, flow.clone()).task(task("x")).into();
        assert!(beside.tasks().iter().all(|task| task.expected_share.is_none()));
        let alone: Class = class().flow(1, flow).task(task("x").weight(0)).into();
        assert_eq!(alone.tasks()[0].expected_share, Some(1.0));
    }
}

#[test]
fn a_class_is_described_with_its_ratios() {
    let mut class = class().wait(between(1.0, 5.0)).weight(3).about("Buys.");
    class = class.flow(2, chain().wait(crate::wait::poisson(0.5)).tags(["all"]));
    let class = Class::from(class.task(task("x").about("Waits.").sends_nothing()));
    let about = class.describe();
    assert_eq!((&*about.wait, about.weight, &*about.about), ("between(1, 5)", 3, "Buys."));
    let [flow, x] = &about.steps[..] else { panic!("{about:?}") };
    assert_eq!(
        (flow.ratio, x.ratio, x.sends_nothing, &*x.about),
        (2.0 / 3.0, 1.0 / 3.0, true, "Waits.")
    );
    let inside = flow.flow.as_ref().unwrap();
    assert_eq!((inside.order, inside.wait.as_deref()), (FlowOrder::Markov, Some("poisson(0.5)")));
    assert_eq!((inside.steps[0].ratio, inside.steps[1].ratio), (0.5, 0.5));
    assert_eq!(inside.steps[0].next[..], [("b".into(), 1)]);
    assert_eq!(inside.steps[1].tags[..], ["all".into()]);
}

#[test]
fn a_markov_flow_is_filtered_as_a_whole() {
    let left = |include: &str| {
        let include = [include.to_owned()].into();
        let filter = TagFilter { include, exclude: ["fast".to_owned()].into() };
        nested().filtered(&filter).map(|class| shares(&class))
    };
    let paths: Vec<String> = left("all").unwrap().into_iter().map(|(path, _)| path).collect();
    let m = ["Shopper/Journey/Choice/M/a", "Shopper/Journey/Choice/M/b"];
    assert_eq!(paths, ["Shopper/Journey/a", "Shopper/Journey/b", m[0], m[1]]);
    assert_eq!(left("none"), None);
    let one = nested().with_tasks(&["M/b", "x"]).unwrap();
    assert_eq!(shares(&one), [("Shopper/x".to_owned(), 1.0)], "half a chain is none");
}

#[test]
fn tasks_are_kept_by_name_by_path_and_by_flow() {
    let left = |names: &[&str]| -> Vec<String> {
        let class = nested().with_tasks(names).unwrap();
        shares(&class).into_iter().map(|(path, _)| path).collect()
    };
    assert_eq!(left(&["x", "c"]), ["Shopper/Journey/Choice/c", "Shopper/x"]);
    assert_eq!(left(&["Choice/M"]), ["Shopper/Journey/Choice/M/a", "Shopper/Journey/Choice/M/b"]);
    assert_eq!(left(&["Journey/b"]), ["Shopper/Journey/b"]);
    assert_eq!(left(&["Journey"]).len(), 5);
    for (typo, meant) in [("Jurney", "Journey"), ("Choise", "Choice"), ("Jurney/b", "Journey/b")] {
        let unknown = nested().with_tasks(&["x", typo]).unwrap_err().to_string();
        let text = format!("user class Shopper has no task `{typo}`; did you mean `{meant}`?");
        assert_eq!(unknown, text);
    }
    assert!(nested().with_tasks(&["ourney/b"]).is_err());
}

#[test]
fn equal_weights_draw_every_task_equally_often_and_twins_once() {
    let class = class().weight(7).fixed_count(2).flow(9, chain()).task(task("off").weight(0));
    let class = class.flow(1, Flow::new("F").flow(5, chain()).task(task("c").weight(8)).sticky());
    let class = Class::from(class).with_equal_weights();
    assert_eq!((class.check(), class.shares()), (Ok(()), (1, 2)));
    let shares = shares(&class);
    let paths: Vec<&str> = shares.iter().map(|(path, _)| &**path).collect();
    assert_eq!(paths, ["Shopper/M/a", "Shopper/M/b", "Shopper/F/c"]);
    assert!(shares.iter().all(|(_, share)| (share - 1.0 / 3.0).abs() < 1e-9), "{shares:?}");
}

#[test]
fn what_is_changed_from_outside_stays_changed() {
    let class =
        nested().with_weight(5).with_fixed_count(2).with_host("http://x").with_tasks(&["x"]);
    let class = class.unwrap();
    assert_eq!((class.shares(), class.host()), ((5, 2), Some("http://x")));
    assert_eq!((nested().shares(), nested().host()), ((1, 0), None));
}
