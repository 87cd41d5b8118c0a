//! Descriptions of classes: what is refused, what filters leave, what the weights promise.

use katydid_core::TagFilter;

use super::*;
use crate::flow::Flow;
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
