//! Locust itself, and programs made for its files, beside Katydid.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, check, python_with, target};
use crate::test::{cargo, root};

/// Installs Locust into the target folder when it can, and compares.
pub(crate) fn run() -> Result<Checked> {
    let peer = root().join("xtask/peer");
    let mut pythons = Vec::new();
    let homes: [(&str, &str, &[&str]); 2] =
        [("locust", "requirements.txt", &[]), ("locuplot", "locuplot.txt", &["--no-deps"])];
    for (name, requirements, how) in homes {
        match python_with(name, &peer.join(requirements), how)? {
            Ok(python) => pythons.push(python),
            Err(why) => return Ok(Checked::NotPossible(format!("{name}: {why}"))),
        }
    }
    for words in [["katydid", "--example", "peer"], ["katydid-testkit", "--bin", "test-target"]] {
        let built = cargo()
            .args(["build", "--quiet", "--package"])
            .args(words)
            .status()
            .context("cargo cannot be started")?;
        anyhow::ensure!(built.success(), "{} does not build", words[2]);
    }
    let mut program = Command::new(&pythons[0]);
    program
        .arg(peer.join("compare.py"))
        .arg("--katydid")
        .arg(target().join("debug/examples/peer"))
        .arg("--target")
        .arg(target().join("debug/test-target"))
        .arg("--differences")
        .arg(root().join("docs/LOCUST_DIFFERENCES.md"))
        .arg("--locuplot-python")
        .arg(&pythons[1]);
    check(program)
}
