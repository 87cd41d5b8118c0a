//! The rooms of the workspace and the only edges between them (ARCHITECTURE.md).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

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
        let manifest = fs::read_to_string(&package.manifest_path).expect("it was just read");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.manifest_path);
    }
}

/// Programs of a few lines are not built a second time as tests; what grew one would run it.
#[test]
fn programs_that_are_no_tests_have_none() {
    for package in metadata().packages {
        for target in package.targets.iter().filter(|target| target.is_bin() && !target.test) {
            let source = fs::read_to_string(&target.src_path).expect("a program has a source");
            let more =
                source.contains("#[test]") || source.lines().any(|it| it.starts_with("mod "));
            assert!(!more, "{} may have tests: take `test = false` away", target.src_path);
        }
    }
}

/// Handlers are the top of the service. What they share with something below them lives there.
#[test]
fn only_the_router_of_the_service_knows_its_handlers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a room of the workspace");
    let source = root.join("services/tts-reader/src");
    let (mut below, mut routed) = (0, false);
    for file in sources(&source) {
        let text = fs::read_to_string(&file).expect("a source file");
        let upwards = text.lines().position(leads_into_routes);
        let inside = file.strip_prefix(&source).expect("it was found there");
        if inside == Path::new("router.rs") {
            routed = upwards.is_some();
        } else if !inside.starts_with("routes") {
            below += 1;
            let line = upwards.unwrap_or_default() + 1;
            assert!(upwards.is_none(), "{}:{line} uses a handler", inside.display());
        }
    }
    assert!(routed && below > 100, "{below} files below the handlers, router seen: {routed}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let paths = entries.map(|entry| entry.expect("a file or a folder").path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Whether a line of code names something in the module `routes`.
fn leads_into_routes(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("routes").any(|(at, word)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + word.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            && (after.starts_with("::") || after.starts_with(" as "))
    })
}
