//! Programs of the system, installed where a check needs them and root can.

use std::process::Command;

/// Installs a package of Debian; or why it cannot be done.
pub(crate) fn install(package: &str) -> Result<(), String> {
    if !is_root() {
        return Err(format!("{package} is not installed, and only root can install it"));
    }
    println!("installing {package} …");
    let apt = |words: &[&str]| {
        Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive").output()
    };
    // Fresh machines have no lists; where they cannot be fetched, the installation says so.
    let _ = apt(&["update"]);
    match apt(&["install", "--yes", "--no-install-recommends", package]) {
        Ok(apt) if apt.status.success() => Ok(()),
        Ok(apt) => {
            let text = String::from_utf8_lossy(&apt.stderr);
            let last = text.lines().last().unwrap_or("apt-get failed");
            Err(format!("{package} is not installed, and cannot be ({last})"))
        }
        Err(_) => Err(format!("{package} is not installed, and there is no apt-get")),
    }
}

pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout.trim_ascii() == b"0")
}
