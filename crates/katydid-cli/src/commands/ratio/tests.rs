//! Against the output of Locust 2.47 for the same classes (the files beside this one).

use katydid_engine::{Flow, Task, UserClass};

use super::*;

fn classes() -> Vec<Class> {
    let flow = Flow::new("Flow").task(task("a").weight(3)).task(task("b"));
    let seq = Flow::new("Seq").sequential().task(task("one")).task(task("two").weight(2));
    let long = "MyVeryLongNamedUserClassThatIsLongerThanFiftyCharactersForSure";
    vec![
        class("Alpha").weight(3).task(task("hello").weight(3)).task(task("slow")).into(),
        class("Beta").flow(2, flow).flow(1, seq).task(task("off").weight(0)).into(),
        class("Fixed").fixed_count(2).task(task("z")).into(),
        class(long).task(task("y")).into(),
    ]
}

fn class(name: &str) -> UserClass<()> {
    UserClass::with_default(name)
}

fn task(name: &str) -> Task<()> {
    Task::new(name, |(), _| Box::pin(async { Ok(()) }))
}

#[test]
fn the_tables_are_locusts_to_the_letter() {
    assert_eq!(tables(&classes(), Some(7)), include_str!("locust_7_users.txt"));
    // Without a number of users Locust takes 1 where there are fixed classes.
    assert_eq!(tables(&classes(), None), include_str!("locust_no_users.txt"));
}

#[test]
fn the_json_is_locusts_to_the_last_digit() {
    assert_eq!(json(&classes(), Some(7)), include_str!("locust_7_users.json"));
}

#[test]
fn a_task_that_may_follow_others_has_its_share_in_the_long_run() {
    let markov = Flow::new("Walk")
        .markov()
        .task(task("in").next([("out", 1)]))
        .task(task("out").next([("in", 1)]));
    let class = class("Walker").flow(1, markov).into();
    let text = tables(&[class], None);
    assert!(text.contains("     50.0       out"), "{text}");
}
