//! Locust's own front end, out of its package, before our API in a browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, check, target};
use crate::test::build;
use crate::{browser, peer};

/// Where it lies in the package.
const FRONT_END: &str = "webui/dist";

/// Installs Locust and a browser where it can, and uses Locust's page over runs of `tts-load`
/// and of a suite whose own code fails;
/// screenshots lie in `target/browser/locust` then.
pub(crate) fn run() -> Result<Checked> {
    let browser = match browser::prepared()? {
        Ok(browser) => browser,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let python = match peer::LOCUST.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let front_end = front_end(&python)?;
    if !front_end.join("index.html").is_file() {
        return Ok(Checked::NotPossible(format!("Locust's package has no {FRONT_END}")));
    }
    build(&["--bin", "tts-load"])?;
    build(&["--bin", "test-target"])?;
    build(&["--example", "faulty"])?;
    let built = target().join("debug");
    let more = [
        front_end,
        built.join("test-target"),
        built.join("examples/faulty"),
        target().join("browser/locust"),
    ];
    let more: Vec<&Path> = more.iter().map(PathBuf::as_path).collect();
    check(browser.script("locust.mjs", &built.join("tts-load"), &more))
}

/// The folder of the front end. Locust itself is not started for that.
fn front_end(python: &Path) -> Result<PathBuf> {
    let find = "import importlib.util; print(importlib.util.find_spec('locust').origin)";
    let told =
        Command::new(python).args(["-c", find]).output().context("python cannot be started")?;
    let origin = String::from_utf8(told.stdout)?;
    let package = Path::new(origin.trim()).parent().context("Locust is not in its environment")?;
    Ok(package.join(FRONT_END))
}
