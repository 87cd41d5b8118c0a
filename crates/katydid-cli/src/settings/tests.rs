mod staged;

use std::ffi::OsString;
use std::time::Duration;

use katydid_core::TaskInfo;
use katydid_engine::{Flow, Session, Task, TaskResult, UserClass};

use super::*;
use crate::args::LogLevel;
use crate::sources::Surroundings;
use crate::suite::AccountsUse;

async fn nothing(session: &mut Session) -> TaskResult {
    session.get("/").send().await?;
    Ok(())
}

fn task(name: &str, tags: &[&str]) -> Task<()> {
    Task::new(name, |(), session| Box::pin(nothing(session))).tags(tags.iter().copied())
}

fn suite() -> Suite {
    let pay = Flow::new("Pay").task(task("checkout", &["critical", "revenue"]));
    let shopper = UserClass::<()>::with_default("Shopper")
        .weight(3)
        .task(task("browse", &["critical"]))
        .task(task("look", &[]))
        .flow(2, pay);
    let admin = UserClass::<()>::with_default("Admin").task(task("audit", &["admin"]));
    let off = UserClass::<()>::with_default("Retired").weight(0).task(task("rest", &[]));
    let minute = Duration::from_mins(2);
    Suite::new("shop-load")
        .class(shopper)
        .class(admin)
        .class(off)
        .scenario(Scenario::new("smoke", 5, 1.0, minute).target(Target::success_at_least(1.0)))
        .embedded(|_, _| Ok(()))
        .accounts(AccountsUse::Optional)
}

fn resolve_for(suite: &Suite, words: &str) -> Result<Settings, CliError> {
    let words = ["shop-load"].into_iter().chain(words.split_whitespace()).map(OsString::from);
    let words: Vec<OsString> = words.collect();
    Settings::resolve(suite, &Args::read(suite, &words, &Surroundings::default())?)
}

fn resolve(words: &str) -> Settings {
    resolve_for(&suite(), words).unwrap_or_else(|error| panic!("{words}: {error}"))
}

#[track_caller]
fn refused(suite: &Suite, words: &str, expected: &str) {
    let error = resolve_for(suite, words).expect_err(words);
    assert_eq!(error.exit_code(), exit::USAGE, "{words}: {error}");
    assert!(error.to_string().contains(expected), "{words}:\n{error}\nlacks: {expected}");
}

fn refused_all(cases: &[(&str, &str)]) {
    let suite = suite();
    for (words, expected) in cases {
        refused(&suite, words, expected);
    }
}

#[test]
fn what_cannot_run_is_refused_with_the_next_step() {
    let h = "--headless -H http://h";
    refused_all(&[
        ("Shoper --headless -H http://h", "unknown user class `Shoper`; did you mean `Shopper`?"),
        ("xyz --headless -H http://h", "known are: Shopper, Admin, Retired"),
        ("Retired --headless -H http://h", "Retired is switched off"),
        (
            &format!("{h} --tags critcal"),
            "unknown tag `critcal` in --tags; did you mean `critical`?",
        ),
        (
            &format!("{h} -E revenu"),
            "unknown tag `revenu` in --exclude-tags; did you mean `revenue`",
        ),
        (&format!("{h} --tags critical,Admin"), "Admin is a user class, no tag; write it before"),
        (&format!("{h} --tags critical Shopper"), "takes every word up to the next flag"),
        (&format!("{h} --tags ,"), "--tags names no tag; write --tags a,b or --tags a b"),
        (&format!("{h} --tags"), "a value is required for '--tags <TAG>...'"),
        (
            &format!("Shopper Admin {h} --tags critical"),
            "leaves no task to Admin; name only the classes that run: Shopper",
        ),
        (
            &format!("Admin {h} --tags critical"),
            "--tags critical leaves no task at all: nothing is",
        ),
        (&format!("Admin {h} -E admin"), "--exclude-tags admin leaves no task at all"),
        (&format!("Admin {h} -T admin -E admin"), "--tags admin with --exclude-tags admin leaves"),
    ]);
}

#[test]
fn impossible_numbers_are_refused_with_the_next_step() {
    let h = "--headless -H http://h";
    refused_all(&[
        ("--scenario smok -H http://h", "unknown scenario `smok`; did you mean `smoke`?"),
        (&format!("{h} -u 0"), "must be 1 or more"),
        (&format!("{h} -u -5"), "write a whole number such as 50"),
        (&format!("{h} -u 5.5"), "write a whole number such as 50"),
        (&format!("{h} -r 0"), "must be a number above 0"),
        (&format!("{h} -r -1"), "must be a number above 0"),
        (&format!("{h} -r inf"), "must be a number above 0"),
        (&format!("{h} -r fast"), "write users per second such as 10 or 0.5"),
        (&format!("{h} -t 1.5h"), "`1.5h` is not a length of time; write seconds (90) or 20s"),
        (&format!("{h} -t 0"), "must be longer than 0"),
        (&format!("{h} --threads 0"), "must be 1 or more"),
        (&format!("{h} --seed x"), "invalid value 'x' for '--seed <N>'"),
        (&format!("{h} --usrs 5"), "did you mean `--users`?"),
        (&format!("{h} --exit-code-on-error 300"), "300 is not in 0..=255"),
        (&format!("{h} -L loud"), "invalid value 'loud' for '--loglevel <LEVEL>'"),
    ]);
}

#[test]
fn wrong_addresses_and_files_are_refused_with_the_next_step() {
    let h = "--headless -H http://h";
    refused_all(&[
        (
            "--headless",
            "no host for Shopper; name it with -H URL, or start the suite's own backend",
        ),
        ("--scenario smoke", "no host for Shopper"),
        ("--headless -H localhost:5000", "write http://localhost:5000 or https://localhost:5000"),
        ("--headless -H h", "write http://h or https://h"),
        ("--headless -H ftp://h", "ftp is neither http nor https"),
        ("--headless -H http://", "empty host"),
        ("--headless -H http://h:99999", "invalid port number"),
        ("--headless -H http://h/?a=1", "leave out what follows the path"),
        ("--headless -H http://u:geheim@h", "has a user name or password in it"),
        ("--headless --embedded -H http://h", "cannot be used with"),
        ("--headless --embedded --accounts a.csv", "cannot be used with"),
        (&format!("{h} --accounts /nowhere/a.csv"), "accounts file /nowhere/a.csv: No such file"),
        (&format!("{h} --accounts /tmp"), "--accounts /tmp is a directory"),
        (
            &format!("{h} --cacert /nowhere/ca.pem"),
            "certificate authorities /nowhere/ca.pem: No suc",
        ),
        (&format!("{h} --cacert x --insecure"), "cannot be used with"),
        (&format!("{h} --timeout 0"), "must be longer than 0"),
        (&format!("{h} --max-body 1.5M"), "write bytes such as 65536, 64k or 16M"),
    ]);
}

#[test]
fn what_a_suite_has_not_is_refused() {
    let class = || UserClass::<()>::with_default("Only").task(task("one", &[]));
    let bare = || Suite::new("bare").class(class());
    refused(
        &bare(),
        "--headless --embedded",
        "brings no backend for --embedded; name a running one",
    );
    refused(&bare(), "--headless", "no host for Only; name it with -H URL");
    refused(&bare(), "--headless -H http://h --accounts a", "has no use for --accounts");
    refused(&bare(), "--scenario smoke", "unknown scenario `smoke`; there are none");
    refused(&Suite::new("empty"), "--headless -H http://h", "no user class has a weight");
    let needs = bare().accounts(AccountsUse::Required);
    refused(&needs, "--headless -H http://h", "give their accounts with --accounts FILE");
    let hint = "make them with `shop-load customers`";
    let hinted = needs.accounts_hint(hint);
    refused(&hinted, "--headless -H http://h", hint);
    refused(&hinted, "--headless -H http://h --accounts /nowhere/a.csv", hint);
}

#[test]
fn a_password_in_the_address_is_not_repeated() {
    let error = resolve_for(&suite(), "--headless -H http://u:geheim@h").unwrap_err();
    assert!(!error.to_string().contains("geheim"));
}

#[test]
fn a_scenario_implies_headless_and_flags_override_its_numbers() {
    let plain = resolve("--scenario smoke -H http://h");
    assert_eq!((plain.run.users, plain.run.spawn_rate), (5, 1.0));
    assert_eq!(plain.run.run_time, Some(Duration::from_mins(2)));
    assert_eq!(plain.targets().len(), 1);
    let other = resolve("--scenario smoke -H http://h -u 7 -r 2.5 --run-time 20s");
    assert_eq!((other.run.users, other.run.spawn_rate), (7, 2.5));
    assert_eq!(other.run.run_time, Some(Duration::from_secs(20)));
    assert_eq!(other.targets().len(), 1);
}

#[test]
fn without_numbers_locusts_defaults_hold() {
    let settings = resolve("--headless -H http://h/");
    let run = &settings.run;
    assert_eq!((run.users, run.spawn_rate, run.run_time), (1, 1.0, None));
    assert_eq!((run.stop_timeout, run.threads), (Duration::ZERO, 1));
    assert_eq!(run.host.as_deref(), Some("http://h"));
    assert_eq!((settings.failed_code, settings.output.loglevel), (exit::FAILED, LogLevel::Info));
    assert!(run.http.verify_tls && settings.targets().is_empty());
}

#[test]
fn long_flags_may_be_cut_short_as_in_locust() {
    let run =
        resolve("--headless --user 5 --spawn 2 --run 1h30m --ho http://h --stop 3 --se 9").run;
    assert_eq!((run.users, run.spawn_rate, run.seed), (5, 2.0, 9));
    assert_eq!(run.run_time, Some(Duration::from_mins(90)));
    assert_eq!(run.stop_timeout, Duration::from_secs(3));
}

#[test]
fn of_an_option_that_is_given_twice_the_last_counts() {
    let settings = resolve(
        "Shopper --headless --host=http://h -u 5 --run-time 10m --users=7 -T critical -t 5s --tags revenue",
    );
    let run = &settings.run;
    assert_eq!((run.users, run.run_time), (7, Some(Duration::from_secs(5))));
    let tasks: Vec<String> = settings.classes[0].tasks().iter().map(TaskInfo::path).collect();
    assert_eq!(tasks, ["Shopper/Pay/checkout"]);
}

#[test]
fn tags_come_with_commas_spaces_or_both() {
    for words in ["critical,revenue", "critical revenue", "critical, revenue", "revenue,critical"] {
        let settings = resolve(&format!("Shopper --headless -H http://h --tags {words}"));
        let tasks: Vec<String> = settings.classes[0].tasks().iter().map(TaskInfo::path).collect();
        assert_eq!(tasks, ["Shopper/browse", "Shopper/Pay/checkout"], "{words}");
    }
}

/// The guide's `--tags auth` names no class, and not every persona logs in.
#[test]
fn a_class_that_a_filter_of_tags_empties_does_not_run_and_that_is_said() {
    let settings = resolve("--headless -H http://h --tags critical");
    let names: Vec<&str> = settings.classes.iter().map(|class| &**class.name()).collect();
    assert_eq!(names, ["Shopper"]);
    let warning = "--tags critical leaves no task to Admin: not run; all users are Shopper";
    assert_eq!(settings.sources.warnings, [warning]);
}

#[test]
fn classes_run_in_the_order_of_the_suite_and_weight_zero_stays_home() {
    let names = |words: &str| -> Vec<String> {
        resolve(words).classes.iter().map(|class| class.name().to_string()).collect()
    };
    assert_eq!(names("--headless -H http://h"), ["Shopper", "Admin"]);
    assert_eq!(names("Admin Shopper --headless -H http://h"), ["Shopper", "Admin"]);
    assert_eq!(names("Admin --headless -H http://h"), ["Admin"]);
}

#[test]
fn too_few_users_for_all_classes_is_said() {
    let classes = resolve("--headless -H http://h").classes;
    let text = selection::left_out(&classes, 1).unwrap();
    assert_eq!(text, "1 user is too few for all classes; not run: Admin");
    assert_eq!(selection::left_out(&classes, 4), None);
}

#[test]
fn a_class_with_its_own_host_needs_none() {
    let class = UserClass::<()>::with_default("Own").host("http://own").task(task("one", &[]));
    let settings = resolve_for(&Suite::new("own").class(class), "--headless").unwrap();
    assert_eq!(settings.run.host, None);
}

#[test]
fn help_names_classes_tags_and_scenarios() {
    let error = resolve_for(&suite(), "--help").unwrap_err();
    assert_eq!(error.exit_code(), exit::PASS);
    let text = error.to_string();
    for part in ["Shopper", "Tags: admin, critical, revenue", "smoke  5 users at 1/s for 2m"] {
        assert!(text.contains(part), "{part} missing in:\n{text}");
    }
}
