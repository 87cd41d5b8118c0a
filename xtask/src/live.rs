//! The live page in a browser, over real runs of `tts-load` against its embedded backend.

use anyhow::Result;

use crate::browser;
use crate::python::{Checked, check, target};
use crate::test::build;

/// Builds the program, and uses its page as the guide's first way says; screenshots of each tab lie
/// in `target/browser/live` then.
pub(crate) fn run() -> Result<Checked> {
    let browser = match browser::prepared()? {
        Ok(browser) => browser,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    build(&["--bin", "tts-load"])?;
    let shots = target().join("browser/live");
    check(browser.script("live.mjs", &target().join("debug/tts-load"), &[&shots]))
}
