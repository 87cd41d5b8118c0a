//! Plans through the door: runs by a plan file, and the commands about plans.

use std::path::Path;
use std::process::Command;

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![
    a_run_by_a_plan_is_judged_by_its_targets,
    stages_of_a_scenario_are_run_without_a_hand,
    failures_within_a_target_are_no_fault_and_others_are,
    a_target_without_samples_misses,
    a_wrong_plan_is_refused_with_its_line,
    plans_are_shown_checked_and_described,
    a_suite_without_a_plan_keeps_its_scenarios,
];

pub(crate) const LOAD: &str = "users = 4\nspawn-rate = 100\nrun-time = \"2s\"\n";

/// A folder with `plan.toml` in it.
pub(crate) fn folder(plan: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
    folder
}

pub(crate) fn by_plan(folder: &Path, words: &str) -> Command {
    let mut command = shop(words);
    command.args(["--plan", "plan.toml"]).current_dir(folder);
    command
}

fn a_run_by_a_plan_is_judged_by_its_targets() {
    let server = TestServer::spawn();
    let url = server.url();
    let folder = folder(&format!(
        "[hosts]\nhere = \"{url}\"\n\
         [scenario.quick]\n{LOAD}classes = [\"Shopper\"]\ntags = [\"critical\"]\n\
         targets = [\"requests > 5\", \"p50 < 10s on tag revenue\"]\n\
         [scenario.harsh]\n{LOAD}classes = [\"Shopper\"]\n\
         targets = [\"p50 < 1us on /delay/1\"]\n"
    ));
    run(&mut by_plan(folder.path(), "--scenario quick -H here"))
        .expect(0)
        .says("requests > 5         all requests ")
        .says("p50 < 10s            tag revenue ");
    assert_eq!(server.requests("/ok"), 0);
    run(&mut by_plan(folder.path(), "--scenario harsh -H here"))
        .expect(99)
        .says("VERDICT: FAIL - target `p50 < 0.001ms on /delay/1` missed: ");
}

fn stages_of_a_scenario_are_run_without_a_hand() {
    let server = TestServer::spawn();
    let folder = folder(
        "[scenario.spike]\nstages = [\"2@50/s for 2s\", \"6@50/s for 2s\", \"1@50/s for 1s\"]\n\
         classes = [\"Shopper\"]\n",
    );
    let words = format!("--scenario spike -H {}", server.url());
    run(&mut by_plan(folder.path(), &words))
        .expect(0)
        .says("Stages: 2@50/s:2s,6@50/s:2s,1@50/s:1s")
        .says("Ramping to 2 users at a rate of 50.00 per second")
        .says("Ramping to 6 users")
        .says("Ramping to 1 users");
}

fn failures_within_a_target_are_no_fault_and_others_are() {
    let folder = folder(&format!(
        "[scenario.all]\n{LOAD}classes = [\"Shopper\"]\ntargets = [\"failures > 50%\"]\n\
         [scenario.part]\n{LOAD}classes = [\"Shopper\"]\n\
         targets = [\"failures > 50% on tag critical\"]\n"
    ));
    // Nobody listens there.
    let words =
        |name: &str| format!("--scenario {name} -H http://127.0.0.1:9 --connect-timeout 1s");
    run(&mut by_plan(folder.path(), &words("all"))).expect(0).says("VERDICT: PASS");
    run(&mut by_plan(folder.path(), &words("part"))).expect(1).says("that no target judges failed");
}

fn a_target_without_samples_misses() {
    let server = TestServer::spawn();
    let folder = folder(&format!(
        "[scenario.quick]\n{LOAD}classes = [\"Shopper\"]\ntargets = [\"p95 < 1s on /dealy/1\"]\n\
         [scenario.small]\nusers = 1\nspawn-rate = 1\nrun-time = \"2s\"\nclasses = [\"Shopper\"]\n\
         targets = [\"p99.9999 < 9s\"]\n"
    ));
    let words = |name: &str| format!("--scenario {name} -H {}", server.url());
    run(&mut by_plan(folder.path(), &words("quick")))
        .expect(99)
        .says("nothing was measured; did you mean `/delay/1`?");
    run(&mut by_plan(folder.path(), &words("small")))
        .expect(99)
        .says("MISSED: needs 1000000 samples");
}

fn a_wrong_plan_is_refused_with_its_line() {
    let folder = folder(&format!("[scenario.quick]\n{LOAD}targets = [\"p95 <= fast\"]\n"));
    for words in ["--scenario quick -H http://h", "plan check", "plan show"] {
        run(&mut by_plan(folder.path(), words)).expect(2).says(
            "error: plan.toml:5: target `p95 <= fast`, column 8: `fast` is no length of time",
        );
    }
    std::fs::remove_file(folder.path().join("plan.toml")).unwrap();
    run(&mut by_plan(folder.path(), "--scenario quick -H http://h"))
        .expect(2)
        .says("error: plan plan.toml: there is no such file; `shop-load plan show >");
}

fn plans_are_shown_checked_and_described() {
    let plan = format!(
        "[scenario.quick]\n# mine\n{LOAD}purpose = \"A look.\"\nclasses = [\"Stuck\"]\n\
         targets = [\"success == 100%\"]\n"
    );
    let folder = folder(&plan);
    assert_eq!(run(&mut by_plan(folder.path(), "plan show")).expect(0).stdout, plan);
    let checked = run(&mut by_plan(folder.path(), "plan check")).expect(0).stdout;
    assert_eq!(
        checked,
        "plan.toml: 1 scenario, 0 named hosts\nquick: ok, 4 users at 100/s for 2s, 1 target\n"
    );
    let listed = run(&mut by_plan(folder.path(), "--list-scenarios")).expect(0).stdout;
    assert_eq!(
        listed,
        "Scenarios:\n    quick  4 users at 100/s for 2s\n      A look.\n      classes Stuck\n      \
         target success == 100%\n"
    );
    let schema = run(&mut shop("plan schema")).expect(0).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert!(schema["properties"]["scenario"].is_object());
    run(&mut shop("plan shwo")).expect(2).says("did you mean `show`?");
}

fn a_suite_without_a_plan_keeps_its_scenarios() {
    run(&mut shop("plan show")).expect(2).says("this suite has no plan; --list-scenarios prints");
    let listed = run(&mut shop("--list-scenarios")).expect(0).stdout;
    assert!(listed.contains("    smoke  ") && listed.contains("    strict  "), "{listed}");
    let checked = run(&mut shop("plan check")).expect(0).stdout;
    assert!(checked.starts_with("shop-load: 2 scenarios"), "{checked}");
}
