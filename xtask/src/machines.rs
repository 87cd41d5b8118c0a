//! What other programs read, read by other programs' own packages.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, check, python_with, target};
use crate::test::{cargo, root};

/// Installs the packages into the target folder when it can, and reads what one run has left.
pub(crate) fn run() -> Result<Checked> {
    let home = root().join("xtask/machines");
    let python = match python_with("machines", &home.join("requirements.txt"), &[])? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let builds: [&[&str]; 2] = [
        &["katydid", "--example", "peer", "--features", "otlp"],
        &["katydid-testkit", "--bin", "test-target"],
    ];
    for words in builds {
        let built = cargo()
            .args(["build", "--quiet", "--package"])
            .args(words)
            .status()
            .context("cargo cannot be started")?;
        anyhow::ensure!(built.success(), "{} does not build", words[2]);
    }
    let mut program = Command::new(python);
    program
        .arg(home.join("check.py"))
        .arg("--katydid")
        .arg(target().join("debug/examples/peer"))
        .arg("--target")
        .arg(target().join("debug/test-target"));
    check(program)
}
