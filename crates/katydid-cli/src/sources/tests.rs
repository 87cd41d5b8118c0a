use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use katydid_core::Scenario;
use katydid_engine::{Session, Task, TaskResult, UserClass};
use tempfile::TempDir;

use super::*;
use crate::args::Args;
use crate::options::SuiteOption;
use crate::settings::{Front, Settings};
use crate::suite::Suite;

async fn nothing(session: &mut Session) -> TaskResult {
    session.get("/").send().await?;
    Ok(())
}

fn suite() -> Suite {
    let task = Task::new("browse", |(), s| Box::pin(nothing(s))).tags(["critical", "revenue"]);
    Suite::new("shop-load")
        .class(UserClass::<()>::with_default("Shopper").task(task))
        .scenario(Scenario::new("smoke", 5, 1.0, Duration::from_mins(2)))
        .option(SuiteOption::text("basket").default("small").choices(["small", "large"]))
        .option(SuiteOption::text("till-password").env("TILL_PASSWORD").secret())
        .option(SuiteOption::integer("pin").secret())
        .option(SuiteOption::list("shelves").help("Where to look"))
        .option(SuiteOption::number("thrift").default("0.5"))
        .option(SuiteOption::flag("hurry"))
}

/// A folder with these files, `~/` being its folder `home`.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("home")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name.replace("~/", "home/")), text).unwrap();
    }
    folder
}

fn read(words: &str, env: &[(&str, &str)], folder: &Path) -> Result<Args, CliError> {
    let words = words.replace("DIR", &folder.display().to_string());
    let words = ["shop-load"].into_iter().chain(words.split_whitespace()).map(OsString::from);
    let around = Surroundings {
        env: env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        home: Some(folder.join("home")),
        folder: Some(folder.to_owned()),
    };
    Args::read(&suite(), &words.collect::<Vec<_>>(), &around)
}

fn users(words: &str, env: &[(&str, &str)], folder: &TempDir) -> Option<u32> {
    read(words, env, folder.path()).unwrap().load.users
}

#[test]
fn the_highest_source_wins_key_by_key() {
    let files = folder(&[
        ("x.conf", "users = 40\n"),
        ("katydid.conf", "users = 30\nspawn-rate = 3\n"),
        ("pyproject.toml", "[tool.locust]\nusers = 20\nrun-time = \"20s\"\n"),
        ("locust.conf", "users = 10\nstop-timeout = 1s\n"),
        ("~/.locust.conf", "users = 9\ncsv = x\n"),
    ]);
    let ours = ("KATYDID_USERS", "60");
    let locusts = ("LOCUST_USERS", "50");
    assert_eq!(users("-u 70 --config DIR/x.conf", &[ours, locusts], &files), Some(70));
    assert_eq!(users("--config DIR/x.conf", &[ours, locusts], &files), Some(60));
    assert_eq!(users("--config DIR/x.conf", &[locusts], &files), Some(50));
    assert_eq!(users("--config DIR/x.conf", &[], &files), Some(40));
    let config = files.path().join("x.conf").display().to_string();
    assert_eq!(users("", &[("KATYDID_CONFIG", &config)], &files), Some(40));
    for (file, expected) in [("katydid.conf", 30), ("pyproject.toml", 20), ("locust.conf", 10)] {
        assert_eq!(users("", &[], &files), Some(expected));
        std::fs::remove_file(files.path().join(file)).unwrap();
    }
    let args = read("", &[], files.path()).unwrap();
    assert_eq!((args.load.users, args.output.csv.as_deref()), (Some(9), Some("x")));
}

#[test]
fn every_kind_of_option_is_set_by_files_and_environment() {
    let files = folder(&[(
        "locust.conf",
        "run_time = 1h30m\nheadless\n--host http://h\ntags = critical,revenue\nbasket: large\n\
         thrift = 0.25\nhurry = yes\nshelves = [a, b]\nu = 7\nembedded = false\n",
    )]);
    let args = read("--only-summary", &[], files.path()).unwrap();
    assert_eq!(args.load.run_time, Some(Duration::from_mins(90)));
    assert_eq!((args.load.headless, args.load.users), (true, Some(7)));
    assert_eq!(args.select.tags, ["critical", "revenue"]);
    let options = &args.options;
    assert_eq!((options.text("basket"), options.number("thrift")), (Some("large"), Some(0.25)));
    assert!(options.flag("hurry") && options.text("till-password").is_none());
    assert_eq!(options.list("shelves"), ["a", "b"]);
    let env = [
        ("LOCUST_TAGS", "[critical]"),
        ("LOCUST_USER_CLASSES", "Shopper"),
        ("TILL_PASSWORD", "geheim"),
        ("KATYDID_SHELVES", "c,d"),
        ("LOCUST_HEADLESS", "FALSE"),
    ];
    let args = read("-T critical -- ", &env, files.path()).unwrap();
    assert_eq!((args.select.classes, args.load.headless), (vec!["Shopper".to_owned()], false));
    assert_eq!(args.options.list("shelves"), ["c", "d"]);
    assert_eq!(args.options.text("till-password"), Some("geheim"));
    assert!(!format!("{:?}", args.options).contains("geheim"));
}

#[test]
fn the_guides_locust_conf_works_unchanged() {
    let conf = "# Locust configuration\n[runtime settings]\nweb-host = 127.0.0.1\nweb-port = 8089\n\
                host = http://localhost:5000\nusers = 50\nspawn-rate = 10\nrun-time = 5m\n\
                headless = true\ncsv = load_test_stats\nloglevel = INFO\n\
                locustfile = locustfile.py\n# autostart = true\n# tags = critical\n";
    let files = folder(&[("locust.conf", conf)]);
    let mut args = read("--config=DIR/locust.conf", &[], files.path()).unwrap();
    assert!(matches!(Front::of(&mut args), Ok(Front::Headless)));
    let settings = Settings::resolve(&suite(), &args).unwrap();
    assert_eq!((settings.run.users, settings.run.spawn_rate), (50, 10.0));
    assert_eq!(settings.run.run_time, Some(Duration::from_mins(5)));
    assert_eq!(settings.output.csv.as_deref(), Some("load_test_stats"));
    let said = (settings.sources.notes.len(), settings.sources.warnings.len());
    assert_eq!(said, (2, 1), "two words for the page, one for the locustfile");
    let mut other = read("--headful --config=DIR/locust.conf -u 5", &[], files.path()).unwrap();
    let Front::Page(web) = Front::of(&mut other).unwrap() else { panic!("it has a page") };
    assert_eq!((web.server.host.as_str(), web.server.port, web.start), ("127.0.0.1", 8089, false));
}

#[test]
fn of_two_that_exclude_each_other_the_higher_is_meant() {
    let conf = "host = http://h\nprocesses = 3\naccounts = theirs.csv\n";
    let files = folder(&[("locust.conf", conf)]);
    let args = read("--embedded --threads 2", &[], files.path()).unwrap();
    assert_eq!((args.target.host, args.target.embedded), (None, true));
    assert_eq!((args.tuning.threads, args.tuning.processes), (Some(2), None));
    let notes = args.sources.notes.join("\n");
    assert!(notes.contains("locust.conf:1: host gives way to --embedded"), "{notes}");
    assert!(notes.contains("locust.conf:2: processes gives way to --threads"), "{notes}");
    // The embedded backend has accounts of its own; those of a file can log in elsewhere only.
    assert_eq!(args.target.accounts, None);
    assert!(notes.contains("locust.conf:3: accounts gives way to --embedded"), "{notes}");
}

#[test]
fn a_file_says_where_it_is_wrong() {
    for (text, expected) in [
        ("a\n\nspwan-rate = 1", "locust.conf:1: unknown key `a`"),
        (
            "# x\n\nspwan-rate = 1",
            "locust.conf:3: unknown key `spwan-rate`; did you mean `spawn-rate`",
        ),
        ("users = many", "locust.conf:1: invalid value 'many' for users: write a whole number"),
        ("users", "locust.conf:1: invalid value 'true' for users"),
        ("users = [1, 2]", "locust.conf:1: users takes one value, no list"),
        ("headless = perhaps", "headless is on or off; `perhaps` is neither true nor false"),
        ("headless =", "headless is on or off; `` is neither true nor false"),
        ("tags = []", "locust.conf:1: tags is an empty list"),
        ("users = 1\nusers = 2", "locust.conf:2: users is set to something else in line 1"),
        ("config = x", "locust.conf:1: config names a file and cannot stand in one"),
        ("loglevel = LOUD", "locust.conf:1: invalid value 'LOUD' for loglevel"),
        ("basket = huge", "invalid value 'huge' for basket"),
        ("master = true", "locust.conf:1: --master is about distributed runs"),
        ("processes = 2\nthreads = 2", "locust.conf:1: processes cannot be meant together"),
        ("= 5", "locust.conf:1: `= 5` is no setting; write it like run-time = 5m"),
        ("run-time = 1.5h", "locust.conf:1: invalid value '1.5h' for run-time"),
    ] {
        let files = folder(&[("locust.conf", text)]);
        let error = read("--headless", &[], files.path()).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}:\n{error}\nlacks: {expected}");
    }
}

#[test]
fn the_environment_says_where_it_is_wrong() {
    let none = folder(&[]);
    for (name, value, expected) in [
        (
            "KATYDID_USRS",
            "5",
            "environment KATYDID_USRS: no such option; did you mean `KATYDID_USERS`",
        ),
        ("KATYDID_HELP", "1", "environment KATYDID_HELP: no such option"),
        ("LOCUST_USERS", "", "environment LOCUST_USERS: invalid value '' for users"),
        ("LOCUST_HEADLESS", "", "environment LOCUST_HEADLESS: headless is on or off"),
        ("LOCUST_MODE_WORKER", "true", "environment LOCUST_MODE_WORKER: --worker is about"),
        ("KATYDID_TAGS", "[[1]]", "environment KATYDID_TAGS: a list holds texts"),
        ("KATYDID_CONFIG", "/nowhere/x.conf", "settings file /nowhere/x.conf: No such file"),
    ] {
        let error = read("--headless", &[(name, value)], none.path()).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}={value}:\n{error}\nlacks: {expected}");
    }
    let args = read("", &[("LOCUST_SKIP_MONKEY_PATCH", "1")], none.path()).unwrap();
    assert_eq!(
        args.sources.warnings,
        ["LOCUST_SKIP_MONKEY_PATCH in the environment has no effect here"]
    );
}

#[test]
fn settings_are_printed_with_their_origins_and_without_secrets() {
    let files = folder(&[("locust.conf", "\nspawn-rate = 3\n")]);
    let env = [("LOCUST_CSV", "x"), ("TILL_PASSWORD", "geheim")];
    let args = read("--scenario smoke -u 7", &env, files.path()).unwrap();
    let text = args.settings_text(&suite());
    let line = |name: &str| -> Vec<String> {
        let line = text.lines().find(|line| line.split(' ').next() == Some(name)).expect(name);
        let words = line.split("  ").map(str::trim).filter(|word| !word.is_empty());
        words.map(|word| word.replace(&files.path().display().to_string(), "DIR")).collect()
    };
    assert_eq!(line("users"), ["users", "7", "flag"]);
    assert_eq!(line("spawn-rate"), ["spawn-rate", "3", "DIR/locust.conf:2"]);
    assert_eq!(line("run-time"), ["run-time", "2m", "scenario smoke"]);
    assert_eq!(line("csv"), ["csv", "x", "environment LOCUST_CSV"]);
    assert_eq!(line("till-password"), ["till-password", "***", "environment TILL_PASSWORD"]);
    assert_eq!(line("basket"), ["basket", "small", "default"]);
    assert_eq!(line("stop-timeout"), ["stop-timeout", "0s", "default"]);
    assert_eq!(line("logfile"), ["logfile", "-", "default"]);
    assert!(!text.contains("geheim"));
}

#[test]
fn a_secret_is_not_repeated_in_an_error() {
    let files = folder(&[("locust.conf", "pin = geheim\n")]);
    let none = folder(&[]);
    for error in [
        read("--pin geheim", &[], none.path()).unwrap_err(),
        read("", &[("KATYDID_PIN", "geheim")], none.path()).unwrap_err(),
        read("", &[], files.path()).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.contains("invalid value '***' for") && !text.contains("geheim"), "{text}");
    }
}
