//! `report RUN`: the reports of a saved run, whole or cut.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _, value_parser};
use katydid_core::{Snapshot, Verdict, exit, parse_span};
use katydid_report::csv::{self, FileNames, HistoryRows};
use katydid_store::{Cut, Found, Runs};

use super::{Reread, find, name_of_run, unreadable};
use crate::args::ReportArgs;
use crate::error::CliError;
use crate::files::{Stamps, write_whole};
use crate::settings::ReportFiles;

const ABOUT: &str = "Make the reports of a kept run again, of all of it or of a part";

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    let file = |long: &'static str, value: &'static str, help: &'static str| {
        let parser = value_parser!(PathBuf);
        Arg::new(long).long(long).value_name(value).value_parser(parser).help(help)
    };
    let time = |long: &'static str, help: &'static str| {
        let parser = |text: &str| parse_span(text).map_err(|fault| fault.to_string());
        Arg::new(long).long(long).value_name("SPAN").value_parser(parser).help(help)
    };
    let many = |long: &'static str, value: &'static str, help: &'static str| {
        Arg::new(long).long(long).value_name(value).action(ArgAction::Append).help(help)
    };
    let command = Command::new(name)
        .arg(name_of_run())
        .arg(file("html", "FILE", "Write the page"))
        .arg(
            Arg::new("csv")
                .long("csv")
                .value_name("PREFIX")
                .help("Write the four CSV files of this prefix"),
        )
        .arg(
            Arg::new("full")
                .long("csv-full-history")
                .action(ArgAction::SetTrue)
                .requires("csv")
                .help("A row for each name each second, not only the totals"),
        )
        .arg(file("text", "FILE", "Write run.txt [default: print it]"))
        .arg(time("from", "Leave out what ended before this time of the run"))
        .arg(time("to", "Leave out what ended after this time of the run"))
        .arg(many("name", "NAME", "Only requests of this name; may be given several times"))
        .arg(many("tag", "TAG", "Only requests with this tag; may be given several times"));
    // The group has a sentence of its own, which would become the command's.
    ReportArgs::augment_args(command).about(ABOUT).long_about(None)
}

/// Writes what is asked for. The exit code is 0 whatever became of the run.
pub(super) fn run(runs: &Runs, matches: &ArgMatches) -> Result<u8, CliError> {
    let name = matches.get_one::<String>("RUN").expect("clap requires it");
    let cut = cut(matches);
    let found = find(runs, name)?;
    let mut history = match matches.get_one::<String>("csv") {
        Some(_) => Some(History::new(&found, matches)?),
        None => None,
    };
    let mut tick = |snapshot: &Snapshot| {
        if let Some(history) = &mut history {
            history.note(snapshot);
        }
    };
    let (read, verdict) = if cut.is_whole() {
        let read = Reread::follow(&found, &cut, &mut tick)?;
        let verdict = read.told().verdict();
        (read, verdict)
    } else {
        // A part is no run: nobody planned it, and half of what a verdict needs lies outside.
        let [whole, mut part] = Reread::with_part(&found, &cut, &mut tick)?;
        let said = format!(
            "this report is of a part of the run, {}; the verdict is that of the whole run of {:.1} s",
            cut.text(),
            whole.saved.length.as_secs_f64()
        );
        part.ending.said.insert(0, said);
        (part, whole.told().verdict())
    };
    let machines = ReportArgs::from_arg_matches(matches).map_err(CliError::Words)?;
    let machines = ReportFiles::resolve(&machines, matches.get_one::<PathBuf>("html"))?;
    let mut files = files(&read, &verdict, history, matches);
    for (path, make) in machines.table() {
        let before: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
        files.push((path.to_owned(), read.told().report(make, &verdict, &before)));
    }
    if files.is_empty() {
        super::super::print(read.told().text(&verdict).as_bytes())?;
    }
    for (path, bytes) in files {
        write_whole(&path, &bytes).map_err(|fault| CliError::File {
            what: "report",
            path: path.clone(),
            fault,
        })?;
        super::super::print(format!("{}\n", path.display()).as_bytes())?;
    }
    Ok(exit::PASS)
}

fn cut(matches: &ArgMatches) -> Cut {
    let list = |name: &str| -> Vec<String> {
        matches.get_many::<String>(name).into_iter().flatten().cloned().collect()
    };
    Cut {
        from: matches.get_one::<Duration>("from").copied(),
        to: matches.get_one::<Duration>("to").copied(),
        names: list("name"),
        tags: list("tag"),
    }
}

/// The files that are wanted.
fn files(
    read: &Reread,
    verdict: &Verdict,
    history: Option<History>,
    matches: &ArgMatches,
) -> Vec<(PathBuf, Vec<u8>)> {
    let told = read.told();
    let wanted = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let mut files = Vec::new();
    if let Some(path) = wanted("html") {
        files.push((path, told.page(verdict)));
    }
    if let Some(path) = wanted("text") {
        files.push((path, told.text(verdict).into_bytes()));
    }
    if let Some(prefix) = matches.get_one::<String>("csv") {
        let names = FileNames::for_prefix(prefix);
        let (snapshot, started) = (told.snapshot, read.ending.started);
        files.push((names.stats, csv::stats(snapshot)));
        files.push((names.failures, csv::failures(snapshot, started)));
        files.push((names.exceptions, csv::exceptions(snapshot)));
        files.push((names.history, history.map(|history| history.lines).unwrap_or_default()));
    }
    files
}

/// The lines of the history, made while the run is read.
struct History {
    rows: HistoryRows,
    stamps: Stamps,
    lines: Vec<u8>,
}

impl History {
    fn new(found: &Found, matches: &ArgMatches) -> Result<Self, CliError> {
        let (header, ending) = found.ends().map_err(|fault| unreadable(found, &fault))?;
        let stamps = Stamps::new(ending.map_or(header.started, |ending| ending.started));
        let every = matches.get_flag("full");
        let rows = if every { HistoryRows::EveryName } else { HistoryRows::Aggregated };
        let nothing = Snapshot::new(&[], &[], 1);
        let first = csv::history_rows(&nothing, stamps.first(), rows);
        Ok(Self { rows, stamps, lines: [csv::history_header(), first].concat() })
    }

    fn note(&mut self, snapshot: &Snapshot) {
        let stamp = self.stamps.next(snapshot.elapsed);
        self.lines.extend(csv::history_rows(snapshot, stamp, self.rows));
    }
}
