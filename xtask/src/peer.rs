//! Locust itself, and programs made for its files, beside Katydid.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::python::{Checked, Packages, check, target};
use crate::test::{build, root};

pub(crate) const LOCUST: Packages =
    Packages { name: "locust", list: "xtask/peer/requirements.txt", how: &[] };
pub(crate) const LOCUPLOT: Packages =
    Packages { name: "locuplot", list: "xtask/peer/locuplot.txt", how: &["--no-deps"] };
pub(crate) const STRIPE: Packages =
    Packages { name: "stripe", list: "xtask/peer/stripe.txt", how: &[] };
pub(crate) const API: Packages = Packages { name: "api", list: "xtask/peer/api.txt", how: &[] };

/// Installs Locust into the target folder when it can, and compares.
pub(crate) fn run() -> Result<Checked> {
    let peer = root().join("xtask/peer");
    let mut pythons = Vec::new();
    for packages in [LOCUST, LOCUPLOT] {
        match packages.python()? {
            Ok(python) => pythons.push(python),
            Err(why) => return Ok(Checked::NotPossible(format!("{}: {why}", packages.name))),
        }
    }
    let mut program = beside(&pythons[0], &peer.join("compare.py"), &[])?;
    program
        .arg("--differences")
        .arg(root().join("docs/LOCUST_DIFFERENCES.md"))
        .arg("--locuplot-python")
        .arg(&pythons[1]);
    let exporter = beside(&pythons[0], &peer.join("exporter.py"), &[])?;
    Ok(check(program)?.and(pages(&pythons[0])?).and(check(exporter)?))
}

/// Stripe's own package against the testkit's double of Stripe.
pub(crate) fn stripe() -> Result<Checked> {
    let peer = root().join("xtask/peer");
    let python = match STRIPE.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(format!("stripe: {why}"))),
    };
    build(&["--bin", "stripe-double"])?;
    let mut program = Command::new(python);
    program
        .arg(peer.join("stripe_double.py"))
        .arg("--double")
        .arg(target().join("debug/stripe-double"));
    check(program)
}

/// The backend held to its OpenAPI document by schemathesis, `how` long.
pub(crate) fn api(how: &[&str]) -> Result<Checked> {
    let peer = root().join("xtask/peer");
    let python = match API.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(format!("schemathesis: {why}"))),
    };
    build(&["--bin", "tts-reader"])?;
    build(&["--bin", "stripe-double"])?;
    let mut program = Command::new(python);
    program
        .arg(peer.join("api.py"))
        .arg("--service")
        .arg(target().join("debug/tts-reader"))
        .arg("--double")
        .arg(target().join("debug/stripe-double"))
        .args(how);
    check(program)
}

/// Locust's HTTP API beside ours, over a made-up run.
fn pages(python: &Path) -> Result<Checked> {
    build(&["--example", "demo"])?;
    let mut program = Command::new(python);
    program
        .arg(root().join("xtask/peer/web.py"))
        .arg("--katydid")
        .arg(target().join("debug/examples/demo"))
        .arg("--target")
        .arg(target().join("debug/test-target"))
        .arg("--differences")
        .arg(root().join("docs/LOCUST_DIFFERENCES.md"));
    check(program)
}

/// A check that is told of the load test that Locust has too, and of a target for both: built here,
/// the load test as `how` tells cargo.
pub(crate) fn beside(python: &Path, script: &Path, how: &[&str]) -> Result<Command> {
    build(&[&["--example", "peer"], how].concat())?;
    build(&["--bin", "test-target"])?;
    let mut program = Command::new(python);
    program
        .arg(script)
        .arg("--katydid")
        .arg(target().join("debug/examples/peer"))
        .arg("--target")
        .arg(target().join("debug/test-target"));
    Ok(program)
}
