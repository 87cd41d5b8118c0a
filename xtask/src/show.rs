//! The long shows: scripts in `xtask/shows`, with their own first lines of explanation.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::target;
use crate::test::{build, root};
use crate::{intelligibility, peer};

/// Names them all.
pub(crate) fn list() -> Result<bool> {
    for show in scripts()? {
        let text = std::fs::read_to_string(&show)?;
        let about = text.lines().nth(1).unwrap_or_default().trim_start_matches(['#', ' ']);
        println!("xtask/shows/{}  {about}", show.file_name().unwrap_or_default().display());
    }
    Ok(true)
}

/// Runs the one called `name`, with `words` behind what it needs. The answer is whether it ended
/// well.
pub(crate) fn run(name: &str, words: &[&str]) -> Result<bool> {
    let scripts = scripts()?;
    let Some(script) = scripts.iter().find(|path| path.file_stem().is_some_and(|s| s == name))
    else {
        println!("there is no show `{name}`; there are:");
        list()?;
        return Ok(false);
    };
    let mut command = Command::new(script);
    let needs = match name {
        "lies" => Some(of_lies()?),
        "speech_quality" => Some(of_speech()?),
        _ => None,
    };
    if let Some(needs) = needs {
        match needs {
            Ok(needs) => command.args(needs),
            Err(why) => {
                println!("NOT CHECKED: {why}");
                return Ok(false);
            }
        };
    }
    let status = command.args(words).current_dir(root()).status();
    Ok(status.with_context(|| format!("{} cannot be started", script.display()))?.success())
}

/// The binary of the suite and a python with Locust; or why there is none.
fn of_lies() -> Result<Result<[PathBuf; 2], String>> {
    let python = match peer::LOCUST.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    build(&["--bin", "lies"])?;
    Ok(Ok([target().join("debug/lies"), python]))
}

/// The example that speaks and a python with a recogniser; or why there is none.
fn of_speech() -> Result<Result<[PathBuf; 2], String>> {
    let python = match intelligibility::PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    build(&[])?;
    Ok(Ok([target().join("debug/examples/say"), python]))
}

fn scripts() -> Result<Vec<PathBuf>> {
    let folder = root().join("xtask/shows");
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        // What shows share lies in a folder beside them.
        .filter(|path| path.is_file())
        .collect();
    scripts.sort();
    Ok(scripts)
}
