//! Stages with names, what is judged of each, recovery, and targets that end a run.

use std::path::Path;
use std::process::Command;

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![
    stages_are_judged_by_name_and_stand_side_by_side,
    a_missed_recovery_fails_and_says_why,
    a_target_with_abort_ends_the_run_and_is_named,
    other_stages_must_have_what_the_scenario_judges,
];

const SPIKE: &str = "classes = [\"Shopper\"]\n\
    stages = [\"before: 2@50/s for 1s\", \"surge: 8@50/s for 1500ms\", \"after: 2@50/s for 6s\"]\n";

fn by_plan(folder: &Path, plan: &str, words: &str) -> Command {
    std::fs::write(folder.join("plan.toml"), plan).unwrap();
    let mut command = shop(words);
    command.args(["--plan", "plan.toml"]).current_dir(folder);
    command
}

fn stages_are_judged_by_name_and_stand_side_by_side() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let plan = format!(
        "[scenario.spike]\n{SPIKE}recover = \"p50 < 5s within 6s\"\n\
         targets = [\"p50 < 5s in surge\", \"requests > 9 on tag read in after\", \
         \"lost == 0% in before\"]\n"
    );
    let words = format!("--scenario spike -H {}", server.url());
    let ended = run(&mut by_plan(folder.path(), &plan, &words));
    ended
        .expect(0)
        .says("Stages: before:2@50/s:1s,surge:8@50/s:1s500ms,after:2@50/s:6s")
        .says("Stages side by side")
        .says("p50 < 5s             all requests in surge")
        .says("requests > 9         tag read in after")
        .says("recover: p50 < 5s within 6s ");
}

fn a_missed_recovery_fails_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let plan = format!(
        "[scenario.spike]\n{SPIKE}targets = [\"failures > 50%\"]\n\
         recover = [\"success > 90% within 1s\"]\n"
    );
    // Nobody listens there, so nothing ever recovers.
    let words = "--scenario spike -H http://127.0.0.1:9";
    run(&mut by_plan(folder.path(), &plan, words))
        .expect(99)
        .says("expectation `recover: success > 90% within 1s` missed: at the end, ")
        .says("after surge, it was still 0.00%");
}

fn a_target_with_abort_ends_the_run_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let plan = "[scenario.long]\nusers = 2\nspawn-rate = 100\nrun-time = \"1h\"\n\
        classes = [\"Shopper\"]\ntargets = [\"failures < 5% abort after 1s\"]\n";
    let words = "--scenario long -H http://127.0.0.1:9 --html page.html";
    run(&mut by_plan(folder.path(), plan, words))
        .expect(99)
        .says("a target with abort was missed, shutting down")
        .says("VERDICT: FAIL - target `failures < 5% abort after 1s` ended the run after ");
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("ended the run after"), "{page}");
}

fn other_stages_must_have_what_the_scenario_judges() {
    let folder = tempfile::tempdir().unwrap();
    let plan = format!(
        "[scenario.spike]\n{SPIKE}targets = [\"p50 < 5s in surge\"]\n\
         [scenario.back]\n{SPIKE}recover = \"p50 < 5s within 6s\"\n"
    );
    let wrong = |scenario: &str, stages: &str, says: &str| {
        let words = format!("--scenario {scenario} -H http://127.0.0.1:9 --stages {stages}");
        run(&mut by_plan(folder.path(), &plan, &words)).expect(2).says(says);
    };
    wrong(
        "spike",
        "serge:2@50/s:1s",
        "scenario spike: target `p50 < 5s in surge`: the run has no phase `surge`; did you mean \
         `serge`?",
    );
    let says = "the run has no calmer stage after its highest";
    wrong("back", "surge:2@50/s:1s", says);
}
