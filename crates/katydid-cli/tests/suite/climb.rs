//! Runs whose users climb in steps: the knee, and how the target degrades.

use katydid_testkit::{FaultProxy, TestServer};

use crate::process::run;
use crate::shop;

crate::tests![a_stress_run_names_its_knee_and_fails_by_its_own_expectation];

const PLAN: &str = "[scenario.stress]\n\
                    users = 90\nspawn-rate = 100\nrun-time = \"9m\"\nsteps = 3\n\
                    classes = [\"Admin\"]\nknee = [\"p90 < 200ms\", \"failures < 20%\"]\n\
                    degrade = \"gradual\"\n";

/// With a sixth connection each answer takes a third of a second more, so that six users get less
/// done than three.
fn a_stress_run_names_its_knee_and_fails_by_its_own_expectation() {
    let server = TestServer::spawn();
    let proxy = FaultProxy::start(server.addr(), &["delay 300ms beyond 5 connections"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.toml"), PLAN).unwrap();
    let words = "--plan plan.toml --scenario stress -u 9 -t 12s --html page.html -H";
    let ended = run(shop(words).arg(proxy.url()).current_dir(&folder))
        .expect(99)
        .says("Stages: 3@100/s:4s,6@100/s:4s,9@100/s:4s")
        .says("broke at 6 users: `p90 < 200ms` was missed first (3")
        .says("the last step that held every rule: 3 users, ")
        .says("expectation `degrade: gradual` missed: throughput collapsed at 6 users: ");
    assert!(!ended.stderr.contains("target `p90"), "{}", ended.stderr);
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("broke at 6 users: <code>p90 &lt; 200ms</code> was missed"));
    let runs = folder.path().join("load_test_runs");
    let made = std::fs::read_dir(runs).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(made.join("run.txt")).unwrap();
    assert!(text.contains("Knee, each step without its ramp\n  broke at 6 users: "), "{text}");
}
