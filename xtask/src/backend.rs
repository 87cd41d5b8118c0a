//! The backend beside other implementations: tokens and hashes (PyJWT, argon2-cffi, bcrypt), and letters
//! to a real mail server (aiosmtpd).

use std::process::Command;

use anyhow::Result;

use crate::python::{Checked, Packages, check, target};
use crate::test::{build, root};

pub(crate) const PACKAGES: Packages =
    Packages { name: "backend", list: "xtask/peer/backend.txt", how: &[] };

/// Installs the packages into the target folder when it can, and compares.
pub(crate) fn run() -> Result<[(&'static str, Checked); 2]> {
    const WHAT: [&str; 2] = ["tokens and hashes by other packages", "letters to a mail server"];
    let peer = root().join("xtask/peer");
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(WHAT.map(|what| (what, Checked::NotPossible(why.clone())))),
    };
    build(&["--bin", "tts-reader"])?;
    let run = |script: &str| {
        let mut program = Command::new(&python);
        program.arg(peer.join(script)).arg("--service").arg(target().join("debug/tts-reader"));
        check(program)
    };
    Ok([(WHAT[0], run("tokens.py")?), (WHAT[1], run("mail.py")?)])
}
