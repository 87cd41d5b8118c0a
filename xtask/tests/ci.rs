//! What `.ci/run` lists by hand is what the workspace has.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a room of the workspace");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata works in a checkout")
}

/// What stands behind `name=` at the beginning of a line.
fn set<'a>(script: &'a str, name: &str) -> &'a str {
    let mut values = script.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let value = values.next().unwrap_or_else(|| panic!("nothing sets {name}"));
    assert_eq!(values.next(), None, "{name} is set twice");
    value
}

/// A program with the name of a library is documented as that, for both would be in one place.
#[test]
fn every_program_is_documented() {
    let script = read(".ci/run");
    let listed = set(&script, "programs").trim_matches(['(', ')']);
    let listed: BTreeSet<&str> = listed.split("--bin").map(str::trim).skip(1).collect();
    let metadata = metadata();
    let targets = || metadata.packages.iter().flat_map(|package| &package.targets);
    let libraries: BTreeSet<&str> =
        targets().filter(|it| it.is_lib() || it.is_proc_macro()).map(|it| &*it.name).collect();
    let programs = targets().filter(|it| it.is_bin());
    let own = programs.filter(|it| !libraries.contains(&*it.name.replace('-', "_")));
    let own: BTreeSet<&str> = own.map(|it| &*it.name).collect();
    assert!(own.contains("tts-load") && !own.contains("katydid"), "{own:?}");
    assert_eq!(listed, own, "`programs` of .ci/run has others than the workspace");
}

#[test]
fn every_feature_of_the_service_is_looked_at_and_built_before_its_peer() {
    let script = read(".ci/run");
    let listed = set(&script, "features");
    let metadata = metadata();
    let service = metadata.packages.iter().find(|it| *it.name == "tts-reader").expect("a room");
    let all: BTreeSet<String> =
        service.features.keys().map(|feature| format!("tts-reader/{feature}")).collect();
    assert!(all.contains("tts-reader/s3") && !service.features.contains_key("default"), "{all:?}");
    let of_script: BTreeSet<String> = listed.split(',').map(str::to_owned).collect();
    assert_eq!(of_script, all, "`features` of .ci/run has others than the service");
    let constant = format!("const FEATURES: &str = \"{listed}\";");
    assert!(read("xtask/src/aws.rs").contains(&constant), "xtask/src/aws.rs lacks `{constant}`");
}
