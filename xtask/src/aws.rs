//! What of the backend speaks to AWS, before moto (S3) and before AWS's own library, which checks every
//! signature. This is the one build with the features that are off by default.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, Packages, check, target};
use crate::test::{build, root};

/// All that the service can use of AWS.
const FEATURES: &str = "tts-reader/s3,tts-reader/polly,tts-reader/textract";

pub(crate) const PACKAGES: Packages =
    Packages { name: "aws", list: "xtask/peer/aws.txt", how: &[] };

/// Installs the packages into the target folder when it can, and builds only then.
pub(crate) fn run() -> Result<Checked> {
    let peer = root().join("xtask/peer");
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(format!("moto: {why}"))),
    };
    build(&["--features", FEATURES, "--bin", "tts-reader", "--example", "s3-peer"])?;
    // Under a name of its own: every other step builds and starts the service without features.
    let service = target().join("debug/tts-reader-with-aws");
    std::fs::copy(target().join("debug/tts-reader"), &service)
        .context("the service with its features cannot be copied")?;
    let mut program = Command::new(python);
    program
        .arg(peer.join("aws.py"))
        .arg("--service")
        .arg(service)
        .arg("--bucket")
        .arg(target().join("debug/examples/s3-peer"));
    check(program)
}
