//! The page of the backend's API in a browser, over a service of its own.

use anyhow::Result;

use crate::browser;
use crate::python::{Checked, check, target};
use crate::test::build;

/// Builds the service and uses its page; screenshots lie in `target/browser/docs` then.
pub(crate) fn run() -> Result<Checked> {
    let browser = match browser::prepared()? {
        Ok(browser) => browser,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    build(&["--bin", "tts-reader"])?;
    let shots = target().join("browser/docs");
    check(browser.script("docs.mjs", &target().join("debug/tts-reader"), &[&shots]))
}
