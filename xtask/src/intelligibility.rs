//! What a speech recogniser understands of our speech: the check that no unit test can replace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::test::{cargo, root};

/// What came of it.
pub(crate) enum Checked {
    /// So many checks passed.
    Passed(u64),
    /// The recogniser ran and did not understand enough.
    Failed,
    /// The recogniser is not to be had here, and why.
    NotPossible(String),
}

impl Checked {
    pub(crate) fn is_passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }
}

/// Installs the recogniser into the target folder when it can, and runs the check.
pub(crate) fn run() -> Result<Checked> {
    let speech = root().join("services/tts-reader/speech");
    let script = speech.join("tests/intelligibility.py");
    let python = match python_with(&speech.join("tests/requirements.txt"))? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let built = cargo()
        .args(["build", "--quiet", "--package", "tts-reader-speech", "--example", "say"])
        .status()
        .context("cargo cannot be started")?;
    anyhow::ensure!(built.success(), "the example `say` does not build");
    let say = target().join("debug/examples/say");
    let output = Command::new(python)
        .arg(script)
        .arg(say)
        .stderr(Stdio::inherit())
        .output()
        .context("python cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    if !output.status.success() {
        return Ok(Checked::Failed);
    }
    let passed = text.lines().filter(|line| line.starts_with("ok ")).count() as u64;
    anyhow::ensure!(passed > 0, "the check of the speech passed without checking anything");
    Ok(Checked::Passed(passed))
}

/// A python with the packages of `requirements`, or why there is none.
fn python_with(requirements: &Path) -> Result<Result<PathBuf, String>> {
    let home = target().join("speech-recogniser");
    let python = home.join("bin/python");
    let wanted = std::fs::read_to_string(requirements)
        .with_context(|| format!("{} cannot be read", requirements.display()))?;
    let installed = home.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|have| have == wanted) {
        return Ok(Ok(python));
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&home).output();
    match made {
        Ok(made) if made.status.success() => {}
        _ => return Ok(Err("python3 with venv is not installed".to_owned())),
    }
    println!("installing the speech recogniser (once, into the target folder) …");
    let pip = Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(requirements)
        .output()
        .context("pip cannot be started")?;
    if !pip.status.success() {
        let text = String::from_utf8_lossy(&pip.stderr);
        let last = text.lines().last().unwrap_or("pip failed").to_owned();
        return Ok(Err(format!("its packages cannot be installed ({last})")));
    }
    std::fs::write(&installed, wanted)?;
    Ok(Ok(python))
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
