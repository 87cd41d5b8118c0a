//! The report page, used in a browser: sorted, filtered, zoomed, by keyboard, and read by axe.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::apt;
use crate::npm;
use crate::python::{Checked, check, target};
use crate::test::build;

/// Names under which systems have it.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// What a check in a browser needs.
pub(crate) struct Browser {
    program: &'static str,
    /// A folder with packages of Node.
    modules: PathBuf,
}

/// Finds a browser, or installs one where it can, makes pages of made-up runs, and uses them.
pub(crate) fn run() -> Result<Checked> {
    let browser = match prepared()? {
        Ok(browser) => browser,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let pages = target().join("browser/pages");
    std::fs::create_dir_all(&pages)?;
    build(&["--example", "pages"])?;
    let made = Command::new(target().join("debug/examples/pages"))
        .arg(&pages)
        .status()
        .context("the example `pages` cannot be started")?;
    anyhow::ensure!(made.success(), "the pages cannot be made");
    check(browser.script("report.mjs", &pages, &[]))
}

/// A browser and the packages that drive it; or why there are none.
pub(crate) fn prepared() -> Result<Result<Browser, String>> {
    let program = match browser() {
        Ok(program) => program,
        Err(why) => return Ok(Err(why)),
    };
    Ok(modules()?.map(|modules| Browser { program, modules }))
}

impl Browser {
    /// A script of this room about a file or folder, and what more it is told.
    pub(crate) fn script(&self, name: &str, about: &Path, more: &[&Path]) -> Command {
        let mut program = Command::new("node");
        program.arg(room().join(name)).args([about, &self.modules]).arg(self.program).args(more);
        program
    }
}

/// The program of a browser that starts; or why there is none.
fn browser() -> Result<&'static str, String> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    apt::install("chromium")?;
    installed().ok_or_else(|| "chromium was installed and does not start".to_owned())
}

fn installed() -> Option<&'static str> {
    let starts = |name: &&str| {
        Command::new(name).arg("--version").output().is_ok_and(|told| told.status.success())
    };
    BROWSERS.into_iter().find(starts)
}

/// A folder with the packages of `package.json`, installed once; or why there is none.
fn modules() -> Result<Result<PathBuf, String>> {
    let home = target().join("browser");
    let wanted = std::fs::read_to_string(room().join("package.json"))?;
    // Written last, so that half an installation is not taken for a whole one.
    let installed = home.join("installed.json");
    if std::fs::read_to_string(&installed).is_ok_and(|have| have == wanted) {
        return Ok(Ok(home));
    }
    std::fs::create_dir_all(&home)?;
    std::fs::write(home.join("package.json"), &wanted)?;
    if let Err(why) = npm::install(&home, "playwright-core and axe-core", &[]) {
        return Ok(Err(why));
    }
    std::fs::write(&installed, wanted)?;
    Ok(Ok(home))
}

fn room() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/browser"))
}
