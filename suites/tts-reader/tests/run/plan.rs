//! The plan of the load test: the guide's scenarios, and its numbers.

use std::path::Path;

use super::tts_load;

#[test]
fn every_scenario_of_the_plan_can_run_and_make_its_samples() {
    let checked = tts_load(Path::new("."), "plan check");
    assert_eq!(checked.code, Some(0), "{}", checked.text);
    let names: Vec<&str> = checked
        .text
        .lines()
        .filter_map(|line| line.split_once(": ok, "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        ["smoke", "load", "stress", "spike", "endurance", "critical", "capacity", "burst", "power"],
        "{}",
        checked.text
    );
    for load in [
        "smoke: ok, 5 users at 1/s for 2m",
        "load: ok, 100 users at 10/s for 10m",
        "stress: ok, 500 users in 5 steps at 50/s for 10m, 0 targets, 3 expect",
        "capacity: ok, a search from 10 users to at most 500, 1m each, for 45m at most, 2 targets",
        "spike: ok, stages before:10@2/s:2m,surge:300@100/s:5m,after:10@100/s:2m, 2 targets, 1 expect",
        "endurance: ok, 50 users at 5/s for 2h",
        "critical: ok, 100 users at 10/s for 10m",
        "burst: ok, 200 users at 50/s for 5m",
        "power: ok, 50 users at 5/s for 5m",
    ] {
        assert!(checked.text.contains(load), "{load}: {}", checked.text);
    }
}

/// The guide's two tables of targets.
#[test]
fn the_guides_targets_are_in_the_load_test() {
    let listed = tts_load(Path::new("."), "--list-scenarios").text;
    let load = listed.split("\n\n").find(|part| part.trim_start().starts_with("load ")).unwrap();
    for (name, p95, max) in [
        ("/api/health", "100ms", "200ms"),
        ("/api/login", "300ms", "500ms"),
        ("/api/synthesize", "2s", "5s"),
        ("/api/extract/[basic]", "3s", "10s"),
        ("/api/extract-and-synthesize", "5s", "15s"),
    ] {
        for target in [format!("p95 < {p95} on {name}\n"), format!("max < {max} on {name}\n")] {
            assert!(load.contains(&target), "{target} is not in\n{load}");
        }
    }
    for target in [
        "success > 99%",
        "success == 100% on class critical",
        "success >= 98% on class enhanced",
        "success >= 99.5% on class standard",
    ] {
        assert!(load.contains(&format!("target {target}")), "{target} is not in\n{load}");
    }
}

#[test]
fn the_spike_runs_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let stages = "--stages before:2@2/s:3s,surge:10@10/s:3s,after:2@10/s:2s";
    let ended = tts_load(dir.path(), &format!("--embedded --scenario spike {stages}"));
    for line in [
        "Ramping to 2 users",
        "Ramping to 10 users",
        "failures < 1%",
        "lost == 0%",
        "Stages side by side",
    ] {
        assert!(ended.text.contains(line), "{line} is not in\n{}", ended.text);
    }
    let ended = tts_load(dir.path(), "--embedded --scenario spike -u 5");
    assert_eq!(ended.code, Some(2), "{}", ended.text);
}
