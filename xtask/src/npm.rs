//! Packages of Node, for checks that need them.

use std::path::Path;
use std::process::Command;

/// Installs into `home` what its `package.json` asks for, and what `more` names; or why it cannot
/// be done. No script of a package runs.
pub(crate) fn install(home: &Path, what: &str, more: &[&str]) -> Result<(), String> {
    println!("installing {what} (once, into the target folder) …");
    let npm = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"])
        .args(["--no-package-lock", "--prefix"])
        .arg(home)
        .args(more)
        .output();
    match npm {
        Ok(npm) if npm.status.success() => Ok(()),
        Ok(npm) => {
            let text = String::from_utf8_lossy(&npm.stderr);
            let last = text.lines().last().unwrap_or("npm failed").to_owned();
            Err(format!("{what} cannot be installed ({last})"))
        }
        Err(_) => Err("Node with npm is not installed".to_owned()),
    }
}
