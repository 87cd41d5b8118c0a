//! A plan that is right, and a table of wrong ones.

use std::time::Duration;

use katydid_core::RunPhase;
use katydid_engine::UserClass;
use serde_json::Value;

use super::keys::{MONITOR, SCENARIO, SUCCESS, TABLES, TARGET, WATCHED};
use super::*;
use crate::fuzzing::{suite, task};
use crate::suite::Suite;

const GOOD: &str = r#"
[hosts]
staging = "https://staging.shop.example"

[scenario.smoke]
purpose = "A look."
expected = "Nothing fails."
users = 5
spawn-rate = 0.5
run-time = "2m"
classes = ["Shopper=3"]
exclude-tags = ["revenue"]
silence = ["same-machine=a trial"]
targets = ["success == 100%", "p(95)<500", "p99 < 1s on class rest"]
endpoints = ["/pay"]
success-classes = ["paid", "rest"]

[scenario.spike]
stages = ["10@2/s for 2m", "surge: 300@100/s:5m", "after: 5@100/s for 2m"]
targets = ["p95 < 1s on /pay in surge abort after 30s", "lost == 0% in stage 1"]
recover = "p95 back under 1s within 30s"

[scenario.spikes]
stages = ["1@1/s for 9s", "9@1/s for 9s", "1@1/s for 9s"]
recover = ["p95 < 1s within 5s", "success > 99% within 3s"]

[scenario.stress]
users = 500
spawn-rate = 50
run-time = "10m"
steps = 5
targets = ["p99 < 9s in 100 users"]
knee = ["p95 < 1s", "failures < 1%"]
degrade = "gradual"

[scenario.capacity]
search = "capacity"
from = 5
factor = 1.5
step-time = "20s"
precision = "5%"
users = 500
spawn-rate = 50
run-time = "30m"
targets = ["failures < 1%"]

[target."/pay"]
max = "2s"
"p99.9" = "1500ms"
p95 = "1s"

[success]
paid = { tags = ["revenue"], at-least = "100%" }
rest = { at-least = "99.5%" }
"#;

fn adopted(text: &str) -> Result<Suite, String> {
    let mut suite = suite().plan(text);
    adopt(&mut suite).map(|()| suite).map_err(|fault| fault.to_string())
}

#[test]
fn a_plan_becomes_hosts_and_scenarios() {
    let suite = adopted(GOOD).unwrap();
    assert_eq!(suite.hosts, [("staging".to_owned(), "https://staging.shop.example".to_owned())]);
    let [smoke, spike, spikes, stress, capacity] = &suite.scenarios[..] else {
        panic!("{:?}", suite.scenarios)
    };
    assert_eq!(stress.load_text(), "500 users in 5 steps at 50/s for 10m");
    let rules: Vec<String> = stress.expectations.iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["knee: p95 < 1s", "knee: failures < 1%", "degrade: gradual"]);
    assert_eq!(
        capacity.load_text(),
        "a search from 5 users to at most 500, 20s each, for 30m at most"
    );
    let search = capacity.search.unwrap();
    assert_eq!((search.factor, search.precision), (1.5, 0.05));
    assert_eq!(
        (smoke.name.as_str(), smoke.load_text()),
        ("smoke", "5 users at 0.5/s for 2m".into())
    );
    assert_eq!((smoke.purpose.as_str(), smoke.expected.as_str()), ("A look.", "Nothing fails."));
    assert_eq!(
        (&smoke.classes[..], &smoke.exclude_tags[..]),
        (&["Shopper=3".into()][..], &["revenue".into()][..])
    );
    assert_eq!(smoke.silences, ["same-machine=a trial".parse().unwrap()]);
    let targets: Vec<String> = smoke.targets.iter().map(ToString::to_string).collect();
    assert_eq!(
        targets,
        [
            "success == 100%",
            "p95 < 500ms",
            "p99 < 1s on class rest",
            "max < 2s on /pay",
            "p99.9 < 1.5s on /pay",
            "p95 < 1s on /pay",
            "success == 100% on class paid",
            "success >= 99.5% on class rest",
        ]
    );
    let load = "stages 10@2/s:2m,surge:300@100/s:5m,after:5@100/s:2m";
    assert_eq!((spike.load_text().as_str(), spike.users), (load, 300));
    let targets: Vec<String> = spike.targets.iter().map(ToString::to_string).collect();
    assert_eq!(targets, ["p95 < 1s on /pay in surge abort after 30s", "lost == 0% in stage 1"]);
    assert_eq!(spike.expectations[0].to_string(), "recover: p95 < 1s within 30s");
    assert_eq!(spikes.expectations.len(), 2);
}

#[test]
fn the_plan_of_the_document_is_one() {
    let document = include_str!("../../../../docs/PLAN.md");
    let text = document.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let tags = ["critical", "slow", "auth", "billing"];
    let shopper = UserClass::<()>::with_default("Shopper").task(task("all", 1, &tags));
    let admin = UserClass::<()>::with_default("Admin").task(task("audit", 1, &[]));
    let mut suite = Suite::new("shop-load").class(shopper).class(admin).cost_unit("character");
    suite = suite.plan(text.unwrap());
    adopt(&mut suite).unwrap();
    assert_eq!((suite.scenarios.len(), suite.scenarios[0].targets.len()), (5, 7));
}

const LOAD: &str = "[scenario.a]\nusers = 1\nspawn-rate = 1\nrun-time = \"1m\"\n";

/// After four lines of a good scenario: the line at fault, and what is said of it.
const WRONG: &[(&str, usize, &str)] = &[
    (
        "targets = [\n\"p95 < 1s\",\n\"p95 < fast\",\n]",
        7,
        "target `p95 < fast`, column 7: `fast` is no",
    ),
    ("target = [\"p95 < 1s\"]", 5, "unknown key `target` in [scenario.a]; did you mean `targets`?"),
    ("spawn_rate = 2", 5, "unknown key `spawn_rate` in [scenario.a]; did you mean `spawn-rate`?"),
    (
        "arrival-rate = \"9/s\"",
        5,
        "`arrival-rate` in [scenario.a] comes with a later version; leave it out",
    ),
    ("[monitor.db]\nevery = \"1s\"", 5, "it does not say what is watched; add one of machine, pid"),
    ("[monitor.db]\nmachine = true\npid = 1", 7, "`machine` and `pid` are two monitors"),
    (
        "[monitor.db]\nheath = \"/x\"",
        6,
        "unknown key `heath` in [monitor.db]; did you mean `health`?",
    ),
    ("[monitor.db]\nprometheus = \"/m\"", 6, "it lacks `series`"),
    ("[monitor.db]\nprometheus = \"/m\"\nseries = [\"a b\"]", 7, "`a b` is no series"),
    ("[monitor.db]\nmachine = true\nseries = [\"a\"]", 7, "`series` belongs to `prometheus`"),
    ("[monitor.db]\nhealth = \"localhost:1/x\"", 6, "write http://localhost:1/x"),
    ("[monitor.db]\nhealth = \"http://a:b@x/\"", 6, "has a user name or password in it"),
    ("[monitor.db]\nlog = \"x\"\nerrors = \"(\"", 7, "`(` is no pattern"),
    (
        "[monitor.db]\npostgres = \"postgres://u:secret@h\"",
        6,
        "it has no database; write postgres://",
    ),
    (
        "[monitor.db]\npostgres = \"postgres://u:secret@h/d\"\npassword-env = \"DB\"",
        7,
        "the address has a password too",
    ),
    (
        "[monitor.db]\npostgres = \"postgres://u@h/d\"\nrules = [\"conections < 9\"]",
        7,
        "did you mean `connections`?",
    ),
    (
        "[monitor.db]\npostgres = \"postgres://u@h/d\"\nrules = [\"connections < 90%\"]",
        7,
        "`connections` is a number; a share of what there is has `connections_used`",
    ),
    ("[monitor.db]\nport = 1\npassword-env = \"DB\"", 7, "`password-env` belongs to `postgres`"),
    ("[monitor.db]\nport = 70000", 6, "a port is at most 65535"),
    ("[monitor.db]\nmachine = true\nevery = \"1ms\"", 7, "`every` is at least 100ms"),
    (
        "[monitor.db]\nhealth = \"/x\"\nrules = [\"tme < 1s\"]",
        7,
        "it has no series `tme`; did you mean `time`?",
    ),
    ("[monitor.db]\nhealth = \"/x\"\nrules = [\"time\"]", 7, "rule `time`: it has no <"),
    ("knee = \"p95 < 1s\"", 5, "`knee: p95 < 1s`: the users do not climb in steps"),
    ("knee = \"p95\"", 5, "target `p95`"),
    ("degrade = \"gently\"", 5, "`gently` is no way to degrade; write \"gradual\""),
    ("recover = \"p95 < 1s\"", 5, "does not say within which time; write `p95 < 1s within 30s`"),
    ("recover = \"p95 < 1s within 9s\"", 5, "the run has no calmer stage after its highest"),
    ("targets = [\"p95 < 1s in surge\"]", 5, "the run has no phase `surge`; known are: steady"),
    ("targets = [\"p95 < 1s in stedy\"]", 5, "did you mean `steady`?"),
    (
        "[scenario.b]\nstages = [\"a: 1@1/s for 9s\", \"a: 2@1/s for 9s\"]",
        6,
        "two stages are named `a`",
    ),
    ("[scenario.b]\nstages = [\"a b: 1@1/s for 9s\"]", 6, "`a b` is no name of a stage"),
    ("tags = [\"critcal\"]", 5, "no task has the tag `critcal`; did you mean `critical`?"),
    ("classes = [\"Shoper=2\"]", 5, "unknown user class `Shoper`; did you mean `Shopper`?"),
    ("targets = [\"p95 < 1s on tag reed\"]", 5, "no task has the tag `reed`; did you mean `read`?"),
    ("targets = [\"p95 < 1s on class x\"]", 5, "classes are those of the plan's table [success]"),
    ("endpoints = [\"/x\"]", 5, "no table [target.\"/x\"]; there are none"),
    ("endpoints = [\"/pya\"]\n[target.\"/pay\"]\nmax = \"1s\"", 5, "did you mean `/pay`?"),
    (
        "[target.\"/pay\"]\nmax = \"1s\"",
        5,
        "`/pay` judges nothing: no scenario lists it; write endpoints = [\"/pay\"]",
    ),
    ("[success]\nx = { at-least = \"99%\" }", 6, "write success-classes = [\"x\"]"),
    (
        "success-classes = [\"x\"]\n[success]\nx = { at-least = \"199%\" }",
        7,
        "`199%` is more than all",
    ),
    ("success-classes = [\"x\"]\n[success]\nx = { tags = [\"read\"] }", 7, "`x` lacks at-least"),
    (
        "[success]\nx = { at-least = \"99%\" }\ny = { at-least = \"9%\" }",
        7,
        "class `x` has no tags and takes all that is left; put it last",
    ),
    ("[success]\nx = { atleast = \"99%\" }", 6, "did you mean `at-least`?"),
    (
        "endpoints = [\"/p\"]\n[target.\"/p\"]\nmaximum = \"1s\"",
        7,
        "unknown key `maximum` in [target]; did you mean `max`?",
    ),
    ("endpoints = [\"/p\"]\n[target.\"/p\"]\np95 = \"soon\"", 7, "`soon` is no length of time"),
    ("endpoints = [\"/p\"]\n[target.\"/p\"]\np95 = 500", 7, "`p95` is a text: p95 = \"…\""),
    (
        "stages = [\"10@2/s for 2m\"]",
        2,
        "`stages` say how many users run and how long; leave `users` out",
    ),
    (
        "[scenario.b]\nusers = 5\nrun-time = \"1m\"",
        5,
        "[scenario.b] lacks `spawn-rate` (or has `stages`)",
    ),
    ("[scenario.b]\nusers = 0", 6, "`users` is a whole number from 1"),
    ("[scenario.b]\nusers = 99999999999", 6, "`users` is a whole number from 1"),
    ("[scenario.b]\nusers = \"5\"", 6, "`users` is a whole number from 1"),
    ("[scenario.b]\nspawn-rate = -1", 6, "`spawn-rate` is a number above 0"),
    ("[scenario.b]\nrun-time = \"2 min\"", 6, "`2 min` is not a length of time"),
    ("[scenario.b]\nstages = [\"10@2\"]", 6, "stage `10@2` is not of the form USERS@RATE/s:TIME"),
    ("[scenario.\"a b\"]\nusers = 5", 5, "the name of a scenario is one word"),
    ("[scenarios.b]\nusers = 5", 5, "unknown table `scenarios`; did you mean `scenario`?"),
    ("[hosts]\nx = \"localhost:5000\"", 6, "write http://localhost:5000"),
    ("[hosts]\nx = \"http://me:secret@h\"", 6, "has a user name or password"),
    ("steps = 2", 5, "2 steps to 1 user: each must add at least one; write fewer steps"),
    ("[scenario.b]\nstages = [\"10@2/s:2m\"]\nsteps = 3", 7, "leave `steps` out"),
    ("from = 3", 5, "`from` belongs to a search; write search = \"capacity\""),
    ("search = \"capicity\"", 5, "unknown search `capicity`; did you mean `capacity`?"),
    ("search = \"capacity\"\nsteps = 1", 6, "a search chooses its steps itself; leave `steps` out"),
    ("search = \"capacity\"", 5, "the first probe has 10 users and `users` allows 1"),
    ("search = \"capacity\"\nfrom = 1\nfactor = 1", 7, "`factor` must be a number above 1"),
    ("search = \"capacity\"\nfrom = 1\nprecision = \"2\"", 7, "must be a share between 0 and 1"),
    (
        "search = \"capacity\"\nfrom = 1\ntargets = [\"failures < 1%\"]\ndegrade = \"gradual\"",
        1,
        "a search is judged by its targets alone",
    ),
    (
        "search = \"capacity\"\nfrom = 1\ntargets = [\"p95 < 1s\"]",
        1,
        "a search needs a target on `failures` or `success`",
    ),
    (
        "search = \"capacity\"\nfrom = 1\ntargets = [\"failures < 1% abort\"]",
        1,
        "one that a target ended in its ramp would say nothing of its load; leave `abort` out",
    ),
    ("silence = [\"same-machin=x\"]", 5, "did you mean `same-machine`?"),
    ("tags = []", 5, "`tags` is empty; leave it out"),
    ("purpose = \"\"", 5, "`purpose` is empty; leave it out"),
    ("users = 2", 5, "`users` stands here a second time; leave one out"),
    ("tags = [", 5, ""),
];

#[test]
fn what_cannot_be_meant_has_its_line_and_the_nearest_name() {
    for (text, line, says) in WRONG {
        let fault = adopted(&format!("{LOAD}{text}")).expect_err(text);
        let place = format!("the plan of shop-load:{line}: ");
        assert!(
            fault.starts_with(&place) && fault.contains(says),
            "{text}:\n{fault}\nlacks: {says}"
        );
        assert!(!fault.contains("secret"), "{fault}");
    }
}

#[test]
fn a_file_takes_the_place_of_the_suites_own_plan() {
    let mut suite = adopted(GOOD).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    std::fs::write(&file, LOAD).unwrap();
    adopt_file(&mut suite, &file).unwrap();
    assert_eq!((suite.scenarios.len(), suite.hosts.len()), (1, 0));
    std::fs::write(&file, "[scenario]\nx = 1").unwrap();
    let fault = adopt_file(&mut suite, &file).unwrap_err().to_string();
    assert_eq!(fault, format!("{}:2: `x` is a table, not a value", file.display()));
    std::fs::remove_file(&file).unwrap();
    assert!(adopt_file(&mut suite, &file).unwrap_err().to_string().starts_with("plan /"));
}

#[test]
fn hosts_have_names() {
    let suite = adopted(GOOD).unwrap();
    let named = |host| named_host(&suite, host).map_err(|fault| fault.to_string());
    assert_eq!(named("staging"), Ok("https://staging.shop.example"));
    assert_eq!(named("http://h:1"), Ok("http://h:1"));
    assert_eq!(named("localhost"), Ok("localhost"));
    let fault = named("stagin").unwrap_err();
    assert_eq!(fault, "the plan has no host `stagin`; did you mean `staging`?");
}

/// 5 users at 1/s for 52 s are 5 × 52 - 12.5 s, 2 s each: about 124 tasks.
#[test]
fn a_load_too_small_for_its_targets_is_seen_before() {
    let shopper = &suite().classes[..1];
    let stages = "5@1/s:52s".parse().unwrap();
    let load = (&stages, &RunPhase::ramp_and_steady(5, 1.0, Some(Duration::from_secs(52)))[..]);
    let told = |text: &str| {
        let target = [text.parse().unwrap()];
        (out_of_reach(shopper, load, &target).len(), unfirm(shopper, load, &target).len())
    };
    assert_eq!(told("p99 < 1s"), (0, 1));
    assert_eq!(told("p99.9 < 1s"), (1, 0));
    assert_eq!(told("p99 < 1s on tag read"), (1, 0));
    assert_eq!(told("p95 < 1s on tag read"), (0, 1));
    assert_eq!(told("success == 100%"), (0, 0));
    assert_eq!(told("p99 < 1s on /x"), (0, 1));
    // The ramp lasts 4 s, of 2 users on average: 4 tasks.
    assert_eq!(told("p95 < 1s in ramp"), (1, 0));
    assert_eq!(told("p95 < 1s in steady"), (0, 1));
    let target = ["p99 < 1s on tag read".parse().unwrap()];
    let text = out_of_reach(shopper, load, &target).concat();
    assert!(text.contains("needs 100 samples") && text.contains("makes about 62 "), "{text}");
    // Admin does not wait, so nobody knows how much it does.
    assert!(out_of_reach(&suite().classes, load, &target).is_empty());
}

#[test]
fn the_schema_has_every_key_that_is_read() {
    let schema = schema();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let tables = &schema["properties"];
    let mut known: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(keys(tables), known);
    let monitor: Vec<_> = WATCHED.into_iter().chain(MONITOR).collect();
    for (table, known) in [
        ("scenario", &SCENARIO[..]),
        ("target", &TARGET[..]),
        ("success", &SUCCESS[..]),
        ("monitor", &monitor[..]),
    ] {
        let mut known: Vec<&str> = known.iter().map(|key| key.name).collect();
        known.sort_unstable();
        let each = &tables[table]["additionalProperties"];
        assert_eq!(keys(&each["properties"]), known, "{table}");
        assert_eq!(each["additionalProperties"], false, "{table}");
    }
}
