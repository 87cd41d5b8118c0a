//! Two builds compared by their kept runs, and baselines.

use std::fs;
use std::path::Path;
use std::process::Command;

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![two_builds_are_compared_judged_and_kept_as_a_baseline];

fn again(folder: &Path, words: &[&str]) -> Command {
    let mut command = shop("");
    command.args(words).current_dir(folder);
    command
}

fn two_builds_are_compared_judged_and_kept_as_a_baseline() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let told = |words: &[&str], code: i32| run(&mut again(folder.path(), words)).expect(code);
    let none = told(&["compare", "last~1", "last"], 2);
    assert!(none.stderr.contains("no run is saved in"), "{}", none.stderr);
    for _ in 0..2 {
        run(shop("Shopper -u 4 -r 50 --headless -t 10s -H").arg(server.url()).current_dir(&folder))
            .expect(0);
    }
    // A machine under test is a busy one: runs may say so of themselves.
    let compare = ["compare", "last~1", "last", "--allow-invalid"];
    let with = |more: &[&'static str]| [&compare[..], more].concat();
    let same = told(
        &with(&["--run-noise", "50%", "--md", "c.md", "--html", "c.html", "--json", "c.json"]),
        0,
    );
    assert!(
        same.stdout.contains("No difference can be shown over all requests."),
        "{}",
        same.stdout
    );
    assert!(same.stdout.contains("WARNING: very short: the base has "), "{}", same.stdout);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("c.md").starts_with("## Comparison\n"));
    assert!(read("c.html").starts_with("<!doctype html>"));
    let json: serde_json::Value = serde_json::from_str(&read("c.json")).unwrap();
    assert_eq!((&json["version"], &json["different"]), (&1.into(), &false.into()));
    let failing = told(&with(&["--fail-if", "p95 > +1% on /nowhere"]), 99);
    assert!(failing.stdout.contains("NO DATA"), "{}", failing.stdout);
    let wrong = told(&with(&["--fail-if", "p95 > 10%"]), 2);
    assert!(wrong.stderr.contains("a change with its sign belongs here"), "{}", wrong.stderr);
    told(&["compare", "last"], 2);
    // A baseline is a copy, in no list of runs, and nothing prunes it.
    told(&["baseline", "save", "main", "last", "last~1"], 0);
    assert_eq!(told(&["runs", "list"], 0).stdout.lines().count(), 3);
    told(&["runs", "prune", "--keep", "1", "--yes"], 0);
    let several = told(&["compare", "baseline:main", "last", "--allow-invalid"], 0);
    assert_eq!(several.stdout.lines().filter(|line| line.starts_with("base ")).count(), 2);
    assert!(several.stdout.contains("is on both sides"), "{}", several.stdout);
    assert!(told(&["baseline", "list"], 0).stdout.starts_with("main: "));
    let unknown = told(&["compare", "baseline:mian", "last"], 2);
    assert!(unknown.stderr.contains("did you mean `main`?"), "{}", unknown.stderr);
    told(&["baseline", "save", "../x", "last"], 2);
    told(&["baseline", "remove", "main"], 0);
    assert!(told(&["baseline", "list"], 0).stdout.starts_with("there is no baseline"));
}
