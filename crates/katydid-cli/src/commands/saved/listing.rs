//! `runs list` and `runs show`.

use std::fmt::Write as _;
use std::time::SystemTime;

use clap::Command;
use jiff::Timestamp;
use katydid_core::format_span;
use katydid_store::{Found, Header, Runs};

use super::{Reread, name_of_run, prune, wrong_run};
use crate::error::CliError;

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    Command::new(name)
        .about("List, show or remove runs that were kept")
        .disable_help_subcommand(true)
        .subcommand(Command::new("list").about("A line for each run, the oldest first"))
        .subcommand(Command::new("show").about("What is known of one run").arg(name_of_run()))
        .subcommand(prune::parser("prune"))
}

/// A line for each run.
pub(super) fn list(runs: &Runs) -> Result<(), CliError> {
    let all = runs.all().map_err(|fault| wrong_run(&fault))?;
    if all.is_empty() {
        let folder = runs.folder().display();
        return super::super::print(format!("no run is saved in {folder}\n").as_bytes());
    }
    let rows: Vec<[String; 6]> = all.iter().map(row).collect();
    let heads = ["Run", "Length", "Requests", "Failed", "Run says", "Verdict"];
    super::super::print(columns(heads, &rows).as_bytes())
}

fn row(found: &Found) -> [String; 6] {
    let cells = |rest: [String; 5]| {
        let [length, requests, failed, run, verdict] = rest;
        [found.name.clone(), length, requests, failed, run, verdict]
    };
    let dash = || "-".to_owned();
    match found.ends() {
        Ok((_, Ok(ending))) => {
            let result = ending.result;
            let verdict = format!("{} ({})", result.verdict, result.exit_code);
            let length = format!("{:.1} s", result.elapsed.as_secs_f64());
            let (requests, failed) = (result.requests.to_string(), result.failed.to_string());
            cells([length, requests, failed, result.run, verdict])
        }
        Ok((_, Err(_))) => cells([dash(), dash(), dash(), "broken off".to_owned(), dash()]),
        Err(fault) => cells([dash(), dash(), dash(), dash(), fault.to_string()]),
    }
}

fn columns<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let widths: Vec<usize> = (0..N)
        .map(|at| {
            let cells = rows.iter().map(|row| row[at].chars().count());
            cells.chain([heads[at].len()]).max().unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    let mut line = |cells: [&str; N]| {
        let cells: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    };
    line(heads);
    for row in rows {
        line(std::array::from_fn(|at| row[at].as_str()));
    }
    text
}

/// Everything that is known of a run beside its statistics.
pub(super) fn show(found: &Found) -> Result<(), CliError> {
    let read = Reread::open(found, &katydid_store::Cut::default())?;
    super::super::print(text(found, &read).as_bytes())
}

fn text(found: &Found, read: &Reread) -> String {
    let header = &read.saved.header;
    let result = read.result();
    let mut lines = facts(header, read.ending.started);
    lines.push(("Lasted", format!("{:.1} s", read.saved.length.as_secs_f64())));
    lines.push(("Requests", format!("{}, {} of them failed", result.requests, result.failed)));
    lines.push(("Run", result.run));
    lines.push(("Verdict", format!("{}, exit code {}", result.verdict, result.exit_code)));
    for cause in result.causes {
        lines.push(("", cause));
    }
    lines.push(("Folder", found.folder.display().to_string()));
    lines.push(("Size", format!("{:.1} KiB", found.size() as f64 / 1024.0)));
    lines.push(("Again", header.command.clone()));
    let mut text = String::new();
    for (name, value) in lines {
        let _ = writeln!(text, "{name:10}{value}");
    }
    if !read.saved.log.is_empty() {
        let _ = writeln!(text, "\nThe end of its log:\n  {}", read.saved.log.join("\n  "));
    }
    text
}

fn facts(header: &Header, started: SystemTime) -> Vec<(&'static str, String)> {
    let began = Timestamp::try_from(started).map_or_else(
        |_| "unknown".to_owned(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    );
    let place = &header.place;
    let mut facts = vec![
        ("Suite", format!("{} (Katydid {})", header.suite, header.katydid)),
        ("Scenario", header.scenario.clone().unwrap_or_else(|| "none".to_owned())),
        ("Started", began),
        ("Host", header.host.clone()),
        ("Load", header.load.text.clone()),
        ("Seed", header.seed.to_string()),
        (
            "Machine",
            format!(
                "{}, {} {}, {} cores",
                place.machine, place.system, place.processor, place.cores
            ),
        ),
    ];
    if let Some(label) = &header.label {
        facts.insert(2, ("Named", label.clone()));
    }
    if let Some(time) = header.load.run_time {
        facts.insert(facts.len() - 2, ("Planned", format_span(time)));
    }
    facts
}
