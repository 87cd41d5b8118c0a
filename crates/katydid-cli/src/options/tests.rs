use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::args::Args;
use crate::error::CliError;
use crate::sources::Surroundings;
use crate::suite::Suite;

fn read(suite: &Suite, words: &str) -> Result<Options, CliError> {
    let words = ["x"].into_iter().chain(words.split_whitespace()).map(OsString::from);
    let words: Vec<OsString> = words.collect();
    Args::read(suite, &words, &Surroundings::default()).map(|args| args.options)
}

fn suite() -> Suite {
    Suite::new("x")
        .option(SuiteOption::integer("count").default("-3"))
        .option(SuiteOption::span("pause").default("250ms"))
        .option(SuiteOption::path("rows"))
        .option(SuiteOption::list("shelves").default("a,b"))
}

#[test]
fn values_are_typed_and_have_defaults() {
    let options = read(&suite(), "").unwrap();
    assert_eq!((options.integer("count"), options.path("rows")), (Some(-3), None));
    assert_eq!(options.span("pause"), Some(Duration::from_millis(250)));
    assert_eq!(options.list("shelves"), ["a", "b"]);
    let options = read(&suite(), "--count 9 --rows a.csv --shelves c, d --pause 2m").unwrap();
    assert_eq!(
        (options.integer("count"), options.path("rows")),
        (Some(9), Some(Path::new("a.csv")))
    );
    assert_eq!(options.list("shelves"), ["c", "d"]);
}

#[test]
fn a_declaration_that_cannot_be_meant_is_told_to_its_author() {
    for (option, expected) in [
        (SuiteOption::text("users"), "option --users: there is one of this name already; rename"),
        (SuiteOption::text("web-port"), "option --web-port: there is one of this name already"),
        (SuiteOption::text("spawn_rate"), "option --spawn_rate: its name must be lower-case"),
        (SuiteOption::text("-x"), "its name must be lower-case letters"),
        (SuiteOption::integer("n").default("many"), "option --n: invalid value 'many' for '--n"),
        (SuiteOption::text("c").choices(["a"]).default("b"), "option --c: invalid value 'b'"),
        (SuiteOption::flag("f").default("true"), "option --f: a flag is off unless set"),
        (SuiteOption::number("n").choices(["1"]), "option --n: only texts and lists of texts"),
        (SuiteOption::text("e").env("KATYDID_Z"), "must not begin with KATYDID_ or LOCUST_"),
    ] {
        let error = read(&Suite::new("x").option(option), "").unwrap_err().to_string();
        assert!(error.starts_with("a mistake in the suite x: "), "{error}");
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    }
    let twice = Suite::new("x").option(SuiteOption::text("a")).option(SuiteOption::text("a"));
    assert!(read(&twice, "").is_err());
}

#[test]
#[should_panic(expected = "the suite declares no option `cuont`; it declares: count, pause, rows")]
fn an_option_that_is_not_declared_cannot_be_read() {
    let _ = read(&suite(), "").unwrap().integer("cuont");
}

#[test]
#[should_panic(expected = "option `count` is declared as Integer and read as Text")]
fn an_option_is_read_as_it_was_declared() {
    let _ = read(&suite(), "").unwrap().text("count");
}
