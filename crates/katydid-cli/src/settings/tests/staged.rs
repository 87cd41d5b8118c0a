//! What scenarios of a plan bring along, and what overrides it.

use super::*;
use crate::plan;

const PLAN: &str = r#"
[hosts]
staging = "http://staging.shop.example/"
production = "https://shop.example"

[scenario.money]
users = 7
spawn-rate = 2
run-time = "3m"
classes = ["Shopper"]
tags = ["critical"]
exclude-tags = ["revenue"]
silence = ["same-machine=a trial"]
targets = ["success == 100%"]

[scenario.stress]
users = 9
spawn-rate = 2
run-time = "3m"
steps = 3

[scenario.capacity]
search = "capacity"
from = 4
users = 90
spawn-rate = 10
run-time = "9m"
targets = ["failures < 1%"]

[scenario.spike]
stages = ["10@2/s for 2m", "300@100/s for 5m"]
"#;

fn planned() -> Suite {
    let mut suite = suite().plan(PLAN);
    plan::adopt(&mut suite).unwrap();
    suite
}

fn with(words: &str) -> Settings {
    resolve_for(&planned(), words).unwrap_or_else(|error| panic!("{words}: {error}"))
}

fn tasks(settings: &Settings) -> Vec<String> {
    settings.classes.iter().flat_map(Class::tasks).map(|task| task.task.to_string()).collect()
}

#[test]
fn a_scenario_chooses_classes_and_tags_and_flags_override_them() {
    let money = with("--scenario money -H http://h");
    assert_eq!((money.run.users, money.run.spawn_rate, money.targets().len()), (7, 2.0, 1));
    assert_eq!(tasks(&money), ["browse"]);
    assert_eq!(money.silences, ["same-machine=a trial".parse().unwrap()]);
    assert_eq!(tasks(&with("--scenario money -H http://h -E admin")), ["browse", "checkout"]);
    assert_eq!(tasks(&with("Admin --scenario money -H http://h -T admin")), ["audit"]);
    let row = |settings: &Settings, name: &str| {
        let row = settings.rows.iter().find(|row| row[0] == name).unwrap();
        format!("{} from {}", row[1], row[2])
    };
    assert_eq!(row(&money, "tags"), "critical from scenario money");
    assert_eq!(row(&money, "user-classes"), "Shopper from scenario money");
    let spike = with("--scenario spike -H http://h");
    assert_eq!(row(&spike, "stages"), "10@2/s:2m,300@100/s:5m from scenario spike");
    assert_eq!(row(&spike, "users"), "by stages from scenario spike");
    let flagged = with("--headless --stages 3@1/s:9s -H http://h");
    assert_eq!(row(&flagged, "run-time"), "by stages from flag");
}

#[test]
fn stages_come_from_the_scenario_or_from_the_flag() {
    for (words, stages, users, time) in [
        ("--scenario spike", "10@2/s:2m,300@100/s:5m", 300, 420),
        ("--scenario spike --stages 3@1/s:9s", "3@1/s:9s", 3, 9),
        ("--scenario money --stages 3@1/s:9s,4@1/s:1s", "3@1/s:9s,4@1/s:1s", 4, 10),
        ("--headless --stages 3@1/s:9s", "3@1/s:9s", 3, 9),
    ] {
        let settings = with(&format!("{words} -H http://h"));
        assert_eq!(settings.stages.as_ref().unwrap().to_string(), stages, "{words}");
        assert!(settings.run.shape.is_some() && settings.run.users == users, "{words}");
        assert_eq!(settings.run.run_time, Some(Duration::from_secs(time)), "{words}");
    }
    let open = with("--scenario spike --arrival-rate 5/s -t 9s -H http://h");
    assert!(open.stages.is_none() && open.run.shape.is_none() && open.run.arrivals.is_some());
    assert_eq!(open.run.run_time, Some(Duration::from_secs(9)));
    let told = |settings: &Settings| settings.sources.warnings.concat();
    assert_eq!(told(&open), "--arrival-rate takes the place of the stages of scenario spike");
    assert_eq!(told(&with("--scenario money --stages 3@1/s:9s -H http://h")), "");
    assert!(with("--scenario money -H http://h").run.shape.is_none());
}

#[test]
fn steps_come_from_the_scenario_or_from_the_flag_and_flags_override_their_numbers() {
    for (words, stages) in [
        ("--scenario stress", Some("3@2/s:1m,6@2/s:1m,9@2/s:1m")),
        ("--scenario stress -u 30 -r 5 -t 90", Some("10@5/s:30s,20@5/s:30s,30@5/s:30s")),
        ("--scenario stress --steps 1", None),
        ("--scenario stress --stages 3@1/s:9s", Some("3@1/s:9s")),
        ("--scenario money --steps 2", Some("4@2/s:1m30s,7@2/s:1m30s")),
        ("--headless -u 4 -r 9 -t 8s --steps 2", Some("2@9/s:4s,4@9/s:4s")),
    ] {
        let settings = with(&format!("{words} -H http://h"));
        let chosen = settings.stages.as_ref().map(ToString::to_string);
        assert_eq!(chosen.as_deref(), stages, "{words}");
    }
    let open = with("--scenario stress --arrival-rate 5/s -t 9s -H http://h");
    assert!(open.stages.is_none() && open.run.shape.is_none());
    let suite = planned();
    for (words, says) in [
        ("--scenario spike --steps 3", "so --steps would do nothing"),
        ("--headless -u 5 --steps 3", "--steps 3 needs a run time to divide; add -t 10m"),
        ("--headless -u 9 -r 1 -t 9s --steps 3", "--steps: a step of 3s is over before"),
        ("--scenario stress -u 2", "3 steps to 2 users: each must add at least one"),
        ("--headless --stages 3@1/s:9s --steps 2", "cannot be used with"),
    ] {
        refused(&suite, &format!("{words} -H http://h"), says);
    }
}

#[test]
fn a_search_has_the_numbers_of_the_scenario_and_of_flags() {
    let search = |words: &str| with(&format!("--scenario capacity {words} -H http://h"));
    let plain = search("");
    let ladder = plain.search.unwrap();
    assert_eq!((ladder.plan.from, ladder.most, plain.run.users), (4, 90, 90));
    assert_eq!(plain.run.run_time, Some(Duration::from_mins(9)));
    let other = search("-u 50 --from 7 --factor 1.5 --step-time 5s --precision 20% -t 3m");
    let ladder = other.search.unwrap();
    assert_eq!((ladder.plan.from, ladder.most, ladder.plan.factor), (7, 50, 1.5));
    assert_eq!((ladder.plan.step_time, ladder.plan.precision), (Duration::from_secs(5), 0.2));
    assert_eq!(other.run.run_time, Some(Duration::from_mins(3)));
    let row = |name: &str| {
        let row = plain.rows.iter().find(|row| row[0] == name).unwrap();
        format!("{} from {}", row[1], row[2])
    };
    assert_eq!(row("from"), "4 from scenario capacity");
    assert_eq!(row("precision"), "10% from scenario capacity");
}

#[test]
fn what_stages_would_leave_without_effect_is_refused() {
    let suite = planned();
    for (words, says) in [
        (
            "--scenario spike -u 5",
            "so --users would do nothing; write other stages: --stages 10@2/s:2m,",
        ),
        ("--scenario spike -r 5", "so --spawn-rate would do nothing"),
        ("--scenario spike -t 5s", "so --run-time would do nothing"),
        ("--headless --stages 3@1/s:9s -u 5", "cannot be used with"),
        ("--headless --stages 3@1/s", "stage `3@1/s` is not of the form USERS@RATE/s:TIME"),
        ("--headless --stages 0@1/s:5s", "no stage has any user"),
    ] {
        refused(&suite, &format!("{words} -H http://h"), says);
    }
}

/// The team's locust.conf says `users = 50`, which is no mistake of who runs the spike.
#[test]
fn what_a_file_says_beside_stages_is_said_to_have_no_effect() {
    let around =
        Surroundings { env: vec![("LOCUST_USERS".into(), "50".into())], ..Surroundings::default() };
    let words = ["x", "--scenario", "spike", "-H", "http://h"].map(OsString::from);
    let suite = planned();
    let settings =
        Settings::resolve(&suite, &Args::read(&suite, &words, &around).unwrap()).unwrap();
    assert_eq!(settings.run.users, 300);
    let told = settings.sources.warnings.concat();
    assert_eq!(told, "LOCUST_USERS has no effect: the users of scenario spike follow its stages");
}

#[test]
fn a_host_has_a_name_and_production_wants_a_word() {
    let host = |words: &str| with(&format!("--scenario money {words}")).run.host.unwrap();
    assert_eq!(host("-H staging"), "http://staging.shop.example");
    let every = "--allow-production --max-rate 50/s --contact me@shop.example --backup-confirmed";
    assert_eq!(host(&format!("-H production {every}")), "https://shop.example");
    let suite = planned();
    for (words, says) in [
        ("-H stagin", "the plan has no host `stagin`; did you mean `staging`?"),
        (
            "-H production",
            "is the plan's host `production`, where people work; load http://staging.shop.example (-H staging) instead, or add",
        ),
        (
            "-H production --allow-production --max-rate 9/s",
            "for: --contact you@example.com --backup-c",
        ),
        ("-H https://shop.example/v2", "--allow-production"),
    ] {
        refused(&suite, &format!("--scenario money {words}"), says);
    }
}
