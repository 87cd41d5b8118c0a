use std::ffi::OsString;

use katydid_engine::{Session, Task, TaskResult, UserClass};

use super::*;
use crate::sources::Surroundings;

async fn nothing(session: &mut Session) -> TaskResult {
    session.get("/").send().await?;
    Ok(())
}

fn task(name: &str, weight: u32) -> Task<()> {
    Task::new(name, |(), session| Box::pin(nothing(session))).weight(weight)
}

fn suite() -> Suite {
    let class = |name| UserClass::<()>::with_default(name);
    Suite::new("shop-load")
        .class(class("Shopper").weight(5).task(task("browse", 3)).task(task("buy", 1)))
        .class(class("Admin").fixed_count(2).task(task("audit", 1)))
        .class(class("Retired").weight(0).task(task("rest", 1)))
        .class(class("Rare").when_asked().task(task("listen", 1).tags(["rare"])))
        .scenario(katydid_core::Scenario::new("smoke", 1, 1.0, std::time::Duration::from_secs(1)))
}

fn chosen(words: &[&str]) -> Result<Vec<Class>, CliError> {
    let words: Vec<OsString> = ["x"].iter().chain(words).map(OsString::from).collect();
    let suite = suite();
    let args = Args::read(&suite, &words, &Surroundings::default())?;
    select(&suite, &args).map(|selection| selection.classes)
}

fn shares(words: &[&str]) -> Vec<(String, u32, u32)> {
    let share = |class: &Class| (class.name().to_string(), class.shares().0, class.shares().1);
    chosen(words).unwrap_or_else(|error| panic!("{error}")).iter().map(share).collect()
}

#[test]
fn weights_on_the_command_line_override_those_of_the_suite() {
    let of = |name: &str, weight, fixed| (name.to_owned(), weight, fixed);
    assert_eq!(shares(&["Shopper=3", "Admin=1"]), [of("Shopper", 3, 0), of("Admin", 1, 0)]);
    assert_eq!(shares(&["Admin", "Shopper=2"]), [of("Shopper", 2, 0), of("Admin", 1, 2)]);
    assert_eq!(shares(&["Retired=1"]), [of("Retired", 1, 0)]);
}

#[test]
fn who_waits_to_be_asked_runs_by_name_or_by_a_tag_of_its_tasks() {
    let names = |words: &[&str]| -> Vec<String> {
        shares(words).into_iter().map(|(name, ..)| name).collect()
    };
    assert_eq!(names(&[]), ["Shopper", "Admin"]);
    assert_eq!(names(&["--equal-weights"]), ["Shopper", "Admin", "Retired"]);
    assert_eq!(names(&["Rare"]), ["Rare"]);
    assert_eq!(names(&["Rare=2", "Admin"]), ["Admin", "Rare"]);
    assert_eq!(names(&["--tags", "rare"]), ["Rare"]);
    assert_eq!(names(&["--exclude-tags", "rare"]), ["Shopper", "Admin"]);
    chosen(&["--tags", "rare", "--exclude-tags", "rare"]).unwrap_err();
}

#[test]
fn equal_weights_make_classes_and_tasks_equal() {
    let classes = chosen(&["Shopper", "Retired", "--equal-weights"]).unwrap();
    let weights: Vec<u32> = classes.iter().map(|class| class.shares().0).collect();
    assert_eq!(weights, [1, 1]);
    let shares: Vec<Option<f64>> =
        classes[0].tasks().iter().map(|task| task.expected_share).collect();
    assert_eq!(shares, [Some(0.5), Some(0.5)]);
}

#[test]
fn config_users_change_classes_from_words_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.json");
    let json = r#"[{"user_class_name": "Admin", "fixed_count": 7, "host": "http://other"}]"#;
    std::fs::write(&file, json).unwrap();
    let word = r#"{"user_class_name": "Shopper", "weight": 9, "tasks": ["buy"]}"#;
    let classes = chosen(&["--config-users", word, file.to_str().unwrap()]).unwrap();
    assert_eq!((classes[0].shares(), classes[1].shares()), ((9, 0), (1, 7)));
    assert_eq!(classes[1].host(), Some("http://other"));
    let tasks = classes[0].tasks();
    assert_eq!((tasks.len(), &*tasks[0].task), (1, "buy"));
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_next_step() {
    let json = |json: &'static str| vec!["--config-users", json];
    for (words, expected) in [
        (vec!["Shoper=3"], "unknown user class `Shoper`; did you mean `Shopper`?"),
        (vec!["smoke"], "smoke is a scenario: write --scenario smoke"),
        (vec!["Shopper=many"], "`Shopper=many`: write a weight as a whole number, as in Shopper=3"),
        (vec!["Shopper=-1"], "`Shopper=-1`: write a weight as a whole number"),
        (vec!["Shopper=0"], "user class Shopper is switched off"),
        (vec!["Shopper=1", "Shopper=2"], "Shopper is named twice, with different weights"),
        (vec!["Shopper=2", "--equal-weights"], "--equal-weights and Shopper=2 cannot be meant"),
        (json("{"), "--config-users: this is neither JSON nor the name of a *.json file"),
        (json("3"), "--config-users: write an object such as {\"user_class_name\""),
        (json("{}"), "an object has no text for `user_class_name`"),
        (json(r#"{"user_class_name":"Shoper"}"#), "unknown user class `Shoper`; did you mean `Sho"),
        (
            json(r#"{"user_class_name":"Admin","wieght":1}"#),
            "unknown key `wieght`; did you mean `w",
        ),
        (
            json(r#"{"user_class_name":"Admin","weight":1.5}"#),
            "Admin: `weight` must be a whole number, not 1.5",
        ),
        (json(r#"{"user_class_name":"Admin","host":5}"#), "Admin: `host` must be a text"),
        (json(r#"{"user_class_name":"Admin","tasks":"audit"}"#), "`tasks` must be a list of names"),
        (json(r#"{"user_class_name":"Admin","tasks":["audot"]}"#), "audot"),
        (json("/nowhere/users.json"), "file of --config-users /nowhere/users.json: No such file"),
    ] {
        let error = chosen(&words).expect_err(&words.concat()).to_string();
        assert!(error.contains(expected), "{words:?}:\n{error}\nlacks: {expected}");
    }
}
