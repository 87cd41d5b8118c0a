//! `baseline`: kept runs under a name of their own, which nothing prunes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use katydid_core::{exit, or_nearest};
use katydid_store::{Found, Runs};

use super::find as find_run;
use crate::error::CliError;

/// Where baselines lie in the folder of the runs. It holds no run itself, so `runs` does not see it.
const FOLDER: &str = "baselines";
/// How a baseline is written where a run belongs.
const PREFIX: &str = "baseline:";

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    let named = || Arg::new("NAME").required(true).help("What it is called");
    let runs = Arg::new("RUN").required(true).num_args(1..).help(
        "Runs: a folder, a name or a part of it, last, last~1; several make comparisons surer",
    );
    Command::new(name)
        .about("Keep runs as a baseline for `compare baseline:NAME last`")
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("save")
                .about("Copy runs as the baseline of this name, in place of what it was")
                .arg(named())
                .arg(runs),
        )
        .subcommand(Command::new("list").about("A line for each baseline"))
        .subcommand(Command::new("remove").about("Remove a baseline").arg(named()))
}

/// Does what the words ask for.
pub(super) fn run(runs: &Runs, matches: &ArgMatches) -> Result<u8, CliError> {
    let Some((verb, matches)) = matches.subcommand() else { unreachable!("clap requires one") };
    let name = || matches.get_one::<String>("NAME").expect("clap requires it");
    let text = match verb {
        "save" => save(runs, name(), matches)?,
        "remove" => {
            let folder = folder_of(runs, name())?;
            fs::remove_dir_all(&folder).map_err(|fault| wrong(folder, fault))?;
            format!("removed the baseline {}\n", name())
        }
        _ => list(runs)?,
    };
    super::super::print(text.as_bytes()).map(|()| exit::PASS)
}

/// The runs that somebody means: those of a baseline, or one by its name.
pub(super) fn find(runs: &Runs, name: &str) -> Result<Vec<Found>, CliError> {
    let Some(baseline) = name.strip_prefix(PREFIX) else {
        return find_run(runs, name).map(|found| vec![found]);
    };
    let all = members(&folder_of(runs, baseline)?)?;
    if all.is_empty() {
        return Err(CliError::usage(format!("the baseline {baseline} holds no run; save it anew")));
    }
    Ok(all)
}

/// Copies all files of the runs beside the old baseline, then puts them in its place.
fn save(runs: &Runs, name: &str, matches: &ArgMatches) -> Result<String, CliError> {
    check(name)?;
    let wanted = matches.get_many::<String>("RUN").into_iter().flatten();
    let wanted: Vec<Found> =
        wanted.map(|name| find(runs, name)).collect::<Result<Vec<_>, _>>()?.concat();
    let folder = runs.folder().join(FOLDER).join(name);
    let beside = runs.folder().join(FOLDER).join(format!(".{name}.new"));
    let copied = wanted.iter().try_for_each(|run| copy(&run.folder, &beside.join(&run.name)));
    if let Err(fault) = copied {
        let _ = fs::remove_dir_all(&beside);
        return Err(fault);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|fault| wrong(folder.clone(), fault))?;
    }
    fs::rename(&beside, &folder).map_err(|fault| wrong(folder, fault))?;
    let names: Vec<&str> = wanted.iter().map(|run| run.name.as_str()).collect();
    Ok(format!("the baseline {name} is now {}\n", names.join(", ")))
}

fn copy(from: &Path, to: &Path) -> Result<(), CliError> {
    let read = fs::read_dir(from).map_err(|fault| wrong(from.to_owned(), fault))?;
    fs::create_dir_all(to).map_err(|fault| wrong(to.to_owned(), fault))?;
    for entry in read.flatten().filter(|entry| entry.path().is_file()) {
        let path = to.join(entry.file_name());
        fs::copy(entry.path(), &path).map_err(|fault| wrong(path, fault))?;
    }
    Ok(())
}

fn list(runs: &Runs) -> Result<String, CliError> {
    let names = names(runs)?;
    if names.is_empty() {
        return Ok("there is no baseline; `baseline save NAME last` makes one\n".to_owned());
    }
    let mut text = String::new();
    for name in names {
        let all = members(&runs.folder().join(FOLDER).join(&name))?;
        let runs: Vec<String> = all.into_iter().map(|run| run.name).collect();
        text += &format!("{name}: {}\n", runs.join(", "));
    }
    Ok(text)
}

fn names(runs: &Runs) -> Result<Vec<String>, CliError> {
    let folder = runs.folder().join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|fault| wrong(folder, fault))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    Ok(names)
}

fn members(folder: &Path) -> Result<Vec<Found>, CliError> {
    Runs::new(folder).all().map_err(|fault| super::wrong_run(&fault))
}

/// The folder of a baseline that is there.
fn folder_of(runs: &Runs, name: &str) -> Result<PathBuf, CliError> {
    let all = names(runs)?;
    if all.iter().any(|known| known == name) {
        return Ok(runs.folder().join(FOLDER).join(name));
    }
    let hint = or_nearest(name, all.iter().map(String::as_str));
    Err(CliError::usage(format!("there is no baseline `{name}`; {hint}")))
}

fn check(name: &str) -> Result<(), CliError> {
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if !name.is_empty() && !name.starts_with('.') && name.chars().all(plain) {
        return Ok(());
    }
    Err(CliError::usage(format!(
        "`{name}` is no name of a baseline; write letters, digits, - _ and ., such as main"
    )))
}

fn wrong(path: PathBuf, fault: std::io::Error) -> CliError {
    CliError::File { what: "baseline", path, fault }
}
