//! A suite in a package of its own: needs nothing of the workspace but the path of `katydid`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use katydid_testkit::TestServer;

#[test]
fn a_suite_outside_the_workspace_builds_lists_and_runs() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let binary = build(home.path());
    let suite = |words: &[&str]| {
        Command::new(&binary).args(words).current_dir(home.path()).output().expect("it starts")
    };

    let list = suite(&["--list"]);
    assert!(list.status.success(), "{}", told(&list));
    assert_eq!(told(&list), "Available Users:\n    Visitor\n    Crawler\n");

    let server = TestServer::spawn();
    let run = suite(&["--headless", "-u", "2", "-r", "100", "-t", "2s", "-H", &server.url()]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert!(server.requests("/ok") > 0 && server.requests("/size/1000") > 0, "{}", told(&run));

    let typo = suite(&["--headless", "-u", "1", "-t", "1s", "-H", &server.url(), "Crawlr"]);
    assert_eq!(typo.status.code(), Some(2), "{}", told(&typo));
    assert!(told(&typo).contains("Crawler"), "{}", told(&typo));
}

/// Builds a copy of `examples/outside-suite` in `home`, with the dependencies of the workspace.
fn build(home: &Path) -> PathBuf {
    let katydid = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = katydid.ancestors().nth(2).expect("crates/katydid lies in the workspace");
    let original = root.join("examples/outside-suite");
    let manifest = fs::read_to_string(original.join("Cargo.toml")).expect("its manifest");
    let path = katydid.to_str().expect("a path in UTF-8").replace('\\', "/");
    let moved = manifest.replace("../../crates/katydid", &path);
    assert_ne!(moved, manifest, "the manifest names the path of katydid");
    fs::create_dir(home.join("src")).expect("an empty directory");
    fs::write(home.join("Cargo.toml"), moved).expect("a written manifest");
    fs::copy(original.join("src/main.rs"), home.join("src/main.rs")).expect("a copied source");
    fs::copy(root.join("Cargo.lock"), home.join("Cargo.lock")).expect("a copied lock file");

    // Kept between runs, so that only the first one compiles the dependencies.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside-suite");
    let cargo = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet"])
        .current_dir(home)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .expect("cargo starts");
    assert!(cargo.status.success(), "{}", told(&cargo));
    target.join("debug").join(format!("outside-suite{}", std::env::consts::EXE_SUFFIX))
}

fn told(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}
