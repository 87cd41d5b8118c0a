//! Opens an address in the browser of whoever sits at the terminal.

use std::process::{Command, Stdio};

use crate::console::Console;

/// What systems call the program that opens things.
#[cfg(target_os = "macos")]
const OPENERS: [&str; 1] = ["open"];
#[cfg(not(target_os = "macos"))]
const OPENERS: [&str; 2] = ["xdg-open", "wslview"];

/// Tells the address, and has it opened where there is a desktop.
pub(crate) fn open(address: &str, console: &Console) {
    console.info(&format!("The live page is at {address}"));
    let desktop = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].iter().any(is_set);
    if desktop && !OPENERS.iter().any(|opener| start(opener, address)) {
        console.info("No program here opens it; type the address into a browser");
    }
}

fn is_set(name: &&str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn start(opener: &str, address: &str) -> bool {
    let mut command = Command::new(opener);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    // It ends soon, and somebody has to take notice; how it ended is its own business.
    let wait = move || drop(child.wait());
    let _ = std::thread::Builder::new().name("katydid-browser".to_owned()).spawn(wait);
    true
}
