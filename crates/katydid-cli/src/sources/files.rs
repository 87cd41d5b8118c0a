//! The files that hold settings: which are looked for, and what stands in them.

use std::io;
use std::path::{Path, PathBuf};

use super::{Entry, Known, Origin, Setting, Surroundings, conf, toml};
use crate::error::CliError;

/// Reads `config` and the files that lie about, each a layer of its own, the highest first.
///
/// # Errors
/// A file that cannot be read, a line that is no setting, a key or a value that is none.
pub(super) fn read(
    known: &Known,
    around: &Surroundings,
    config: Option<&Path>,
) -> Result<Vec<Vec<Setting>>, CliError> {
    let mut layers = Vec::new();
    if let Some(path) = config {
        let text = std::fs::read_to_string(path).map_err(|fault| cannot_read(path, fault))?;
        layers.push(settings(known, path, &text, true)?);
    }
    for path in lying_about(around) {
        // The file named with --config is not read twice.
        if config.is_some_and(|config| same_file(config, &path)) {
            continue;
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => layers.push(settings(known, &path, &text, false)?),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            Err(fault) => return Err(cannot_read(&path, fault)),
        }
    }
    Ok(layers)
}

fn cannot_read(path: &Path, fault: io::Error) -> CliError {
    CliError::File { what: "settings file", path: path.to_owned(), fault }
}

/// The highest first. That pyproject.toml stands above locust.conf is Locust's doing.
fn lying_about(around: &Surroundings) -> Vec<PathBuf> {
    let here = |name: &str| around.folder.as_ref().map(|folder| folder.join(name));
    let home = around.home.as_ref().map(|home| home.join(".locust.conf"));
    let all = [here("katydid.conf"), here("pyproject.toml"), here("locust.conf"), home];
    all.into_iter().flatten().collect()
}

fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| Some(one) == real(other))
}

/// What a file's text sets. `named`: somebody asked for this file.
///
/// # Errors
/// A line that is no setting, a key or a value that is none.
pub(crate) fn settings(
    known: &Known,
    path: &Path,
    text: &str,
    named: bool,
) -> Result<Vec<Setting>, CliError> {
    let at = |line: usize| Origin::File { path: path.to_owned(), line };
    let wrong = |(line, sentence): (usize, String)| at(line).error(&sentence);
    if path.extension().is_none_or(|extension| extension != "toml") {
        return checked(known, conf::parse(text).map_err(wrong)?, at);
    }
    let tables = match (toml::parse(text), named) {
        (Ok(tables), _) => tables,
        // A broken pyproject.toml that nobody named is not ours to judge, unless it is for us.
        (Err(_), false) if !text.contains("[tool.locust]") && !text.contains("[tool.katydid]") => {
            return Ok(Vec::new());
        }
        (Err(fault), _) => return Err(wrong(fault)),
    };
    if named && tables.katydid.is_none() && tables.locust.is_none() {
        let text = "there is neither a table [tool.katydid] nor [tool.locust] in it";
        return Err(CliError::Usage(format!("settings file {}: {text}", path.display())));
    }
    let mut ours = checked(known, tables.katydid.unwrap_or_default(), at)?;
    let locusts = checked(known, tables.locust.unwrap_or_default(), at)?;
    ours.extend(
        locusts
            .into_iter()
            .filter(|theirs| {
                // The table [tool.katydid] overrides the other.
                !ours.iter().any(|own| own.long == theirs.long)
            })
            .collect::<Vec<_>>(),
    );
    Ok(ours)
}

/// The entries of one file, each a setting that the parser takes.
fn checked(
    known: &Known,
    entries: Vec<Entry>,
    at: impl Fn(usize) -> Origin,
) -> Result<Vec<Setting>, CliError> {
    let mut settings: Vec<(usize, Setting)> = Vec::new();
    for Entry { key, value, line } in entries {
        let origin = at(line);
        let long = known.long(&key).map_err(|sentence| origin.error(&sentence))?.to_owned();
        if long == "config" {
            return Err(origin.error("config names a file and cannot stand in one"));
        }
        let mut setting = Setting { long, value, origin };
        known.check(&mut setting)?;
        match settings.iter().find(|(_, before)| before.long == setting.long) {
            Some((before, other)) if other.value != setting.value => {
                let (long, origin) = (&setting.long, &setting.origin);
                let sentence = format!("{long} is set to something else in line {before}");
                return Err(origin.error(&sentence));
            }
            Some(_) => {}
            None => settings.push((line, setting)),
        }
    }
    Ok(settings.into_iter().map(|(_, setting)| setting).collect())
}
