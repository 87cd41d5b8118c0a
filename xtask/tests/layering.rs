//! The rooms of the workspace and the only edges between them (ARCHITECTURE.md).

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may use whom, outside tests.
const ALLOWED: &[(&str, &[&str])] = &[
    ("katydid-core", &[]),
    ("katydid-engine", &["katydid-core"]),
    ("katydid-report", &["katydid-core"]),
    ("katydid-store", &["katydid-core"]),
    ("katydid-monitor", &["katydid-core"]),
    ("katydid-web", &["katydid-core", "katydid-report", "katydid-store"]),
    ("katydid-macros", &[]),
    ("katydid-testkit", &[]),
    (
        "katydid-cli",
        &[
            "katydid-core",
            "katydid-engine",
            "katydid-monitor",
            "katydid-report",
            "katydid-store",
            "katydid-web",
        ],
    ),
    ("katydid", &["katydid-core", "katydid-engine", "katydid-cli", "katydid-macros"]),
    ("tts-reader-accounts", &[]),
    ("tts-reader-aws", &[]),
    ("tts-reader-speech", &[]),
    ("tts-reader-extraction", &[]),
    (
        "tts-reader",
        &["tts-reader-accounts", "tts-reader-aws", "tts-reader-speech", "tts-reader-extraction"],
    ),
    ("tts-reader-load-test", &["katydid", "tts-reader", "tts-reader-accounts"]),
    ("lies", &["katydid"]),
    ("xtask", &[]),
];

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata works in a checkout")
}

#[test]
fn rooms_use_only_the_rooms_that_they_may() {
    let metadata = metadata();
    let rooms: BTreeSet<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let known: BTreeSet<&str> = allowed.keys().copied().collect();
    assert_eq!(rooms, known, "a new room needs a line here and one in ARCHITECTURE.md");
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let ours = rooms.contains(name) && dependency.kind != DependencyKind::Development;
            let may = allowed[package.name.as_str()].contains(&name);
            assert!(!ours || may, "{} must not depend on {name}", package.name);
        }
    }
}

#[test]
fn core_has_neither_runtime_nor_arguments() {
    let metadata = metadata();
    let core =
        metadata.packages.iter().find(|p| p.name.as_str() == "katydid-core").expect("it exists");
    for dependency in &core.dependencies {
        assert!(!["tokio", "clap", "hyper"].contains(&dependency.name.as_str()));
    }
}

#[test]
fn only_the_command_line_rooms_know_clap() {
    let may = [
        "katydid-cli",
        "katydid-testkit",
        "tts-reader",
        "tts-reader-accounts",
        "tts-reader-load-test",
    ];
    for package in metadata().packages {
        let knows = package
            .dependencies
            .iter()
            .any(|d| d.name == "clap" && d.kind == DependencyKind::Normal);
        assert!(!knows || may.contains(&package.name.as_str()), "{} knows clap", package.name);
    }
}

#[test]
fn every_room_takes_the_lints_of_the_workspace() {
    for package in metadata().packages {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("it was just read");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.manifest_path);
    }
}

/// Programs of a few lines are not built a second time as tests; what grew one would run it.
#[test]
fn programs_that_are_no_tests_have_none() {
    for package in metadata().packages {
        for target in package.targets.iter().filter(|target| target.is_bin() && !target.test) {
            let source = std::fs::read_to_string(&target.src_path).expect("a program has a source");
            let more =
                source.contains("#[test]") || source.lines().any(|it| it.starts_with("mod "));
            assert!(!more, "{} may have tests: take `test = false` away", target.src_path);
        }
    }
}
