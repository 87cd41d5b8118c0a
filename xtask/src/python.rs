//! Checks that are Python programs: their packages, their output, what came of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::test::root;

/// Packages that a check needs: the folder in `target` they go into, the file that lists them, and what pip
/// is told besides.
pub(crate) struct Packages {
    pub(crate) name: &'static str,
    /// From the root of the workspace.
    pub(crate) list: &'static str,
    pub(crate) how: &'static [&'static str],
}

impl Packages {
    /// A python that has them; or why there is none.
    pub(crate) fn python(&self) -> Result<Result<PathBuf, String>> {
        python_with(self.name, &root().join(self.list), self.how)
    }
}

/// What came of it.
pub(crate) enum Checked {
    /// So many checks passed.
    Passed(u64),
    /// It ran, and something was wrong: the lines that tell it.
    Failed(Vec<String>),
    /// It cannot run here, and why.
    NotPossible(String),
}

impl Checked {
    /// Both: what went wrong counts before what could not be done.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Passed(one), Self::Passed(more)) => Self::Passed(one + more),
            (Self::Failed(one), Self::Failed(more)) => Self::Failed([one, more].concat()),
            (failed @ Self::Failed(_), _) | (_, failed @ Self::Failed(_)) => failed,
            (why @ Self::NotPossible(_), _) | (_, why) => why,
        }
    }

    pub(crate) fn is_passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }
}

/// The exit code of a check that finds that it cannot be done; its last line says why.
const NOT_POSSIBLE: i32 = 77;

/// Whether all of several passed; says what could not be checked.
pub(crate) fn is_passed(checked: &[(&'static str, Checked)]) -> bool {
    for (what, checked) in checked {
        if let Checked::NotPossible(why) = checked {
            println!("NOT CHECKED: {what}: {why}");
        }
    }
    checked.iter().all(|(_, checked)| checked.is_passed())
}

/// A program that gives way to all others, to run beside steps that mostly wait.
pub(crate) fn gentle(program: &Path) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "19"]).arg(program);
    command
}

/// Runs a check that prints a line `ok …` for everything it has checked.
pub(crate) fn check(mut program: Command) -> Result<Checked> {
    let output = program.output().context("the check cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    println!("{text}");
    if !errors.is_empty() {
        println!("{errors}");
    }
    if output.status.code() == Some(NOT_POSSIBLE) {
        return Ok(Checked::NotPossible(text.lines().last().unwrap_or_default().to_owned()));
    }
    if !output.status.success() {
        return Ok(Checked::Failed(end_of(&format!("{text}{errors}"))));
    }
    let passed = text.lines().filter(|line| line.starts_with("ok ")).count() as u64;
    anyhow::ensure!(passed > 0, "a check passed without checking anything");
    Ok(Checked::Passed(passed))
}

/// The last lines that say more than that something is right.
pub(crate) fn end_of(text: &str) -> Vec<String> {
    const LINES: usize = 25;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("ok "));
    let mut last: Vec<_> = lines.rev().take(LINES).map(str::to_owned).collect();
    last.reverse();
    last
}

/// Prints the path of a python with these packages as its last line.
pub(crate) fn prepare(name: &str, requirements: &Path) -> Result<bool> {
    let prepared = python_with(name, requirements, &[])?;
    match &prepared {
        Ok(python) => println!("{}", python.display()),
        Err(why) => println!("{name}: {why}"),
    }
    Ok(prepared.is_ok())
}

/// A python in `target/<name>` with the packages of `requirements`, installed once as `how` tells
/// pip; or why there is none.
fn python_with(name: &str, requirements: &Path, how: &[&str]) -> Result<Result<PathBuf, String>> {
    let home = target().join(name);
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
    println!("installing {name} (once, into the target folder) …");
    let pip = Command::new(&python)
        // What is imported is compiled then: a small part.
        .args(["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"])
        .args(how)
        .arg("--requirement")
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

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn the_end_of_a_check_is_what_is_wrong_and_not_what_is_right() {
        let many: String = (0..30).map(|at| format!("line {at}\n")).collect();
        let text = format!("{many}ok this\n\nnot ok that: why\nok more\n");
        let end = end_of(&text);
        assert_eq!(end.len(), 25);
        assert_eq!(end.last().map(String::as_str), Some("not ok that: why"));
        assert!(!end.iter().any(|line| line.starts_with("ok ") || line.is_empty()));
    }
}
