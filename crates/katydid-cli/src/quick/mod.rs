//! `katydid URL`: the quick front for one address, on the same engine as any suite.

mod args;
mod shown;
mod summary;
mod visitor;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use katydid_core::{RunEvent, counted};
use katydid_engine::{RunSettings, Shared};
use katydid_report::csv::HistoryRows;
use katydid_report::table;
use katydid_store::{Ending, Header};

use crate::console::{Console, LogSetup, width};
use crate::error::CliError;
use crate::export::Exports;
use crate::files::{LastFiles, Place, Reports};
use crate::limits::{self, Needs};
use crate::outcome::{End, ending_of, reports_text};
use crate::progress::Progress;
use crate::run::place_of;
use crate::saving::Saving;
use crate::signals::{Watch, supervise};
use crate::{commands, heading, refuse};

use args::{Plan, QuickArgs};
use shown::Shown;

/// The whole of `katydid URL`'s `main`: loads one address and prints a summary on stdout.
pub fn quick() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let code = commands::run_without_suite(&words)
        .unwrap_or_else(|| supervised(Plan::resolve(&QuickArgs::read(words)?)?));
    ExitCode::from(code.unwrap_or_else(|error| refuse(&error)))
}

fn supervised(plan: Plan) -> Result<u8, CliError> {
    let console = Console::open(LogSetup::default())?;
    let inner = console.clone();
    let keys = shown::wants_keys(plan.view);
    Ok(supervise(&console, keys, move |watch| {
        load(plan, watch, &inner).unwrap_or_else(|error| {
            inner.error(&error.to_string());
            error.exit_code()
        })
    }))
}

fn load(plan: Plan, watch: &Watch, console: &Console) -> Result<u8, CliError> {
    let run = &plan.run;
    limits::make_room(run.users, run.threads)?;
    let mut exports = Exports::open(&plan.exports, None, console)?;
    console.info(&opening(run, &plan.url));
    let shared = "The users of this run share the requests of -n; their number stays";
    let users_stay = plan.request.requests.is_some().then_some(shared);
    watch.room.begin(Needs { threads: run.threads, users_stay, ..Needs::default() });
    let classes = [visitor::class(plan.request)];
    let header = Arc::new(Header { strict: plan.strict, ..heading::of_run(&classes, run) });
    let (place, place_made) =
        if plan.no_save { (Place::default(), true) } else { place_of("url", console) };
    let files = LastFiles::of_run(&plan.reports, &place).with_page(plan.html);
    files.probe(console);
    exports.describe_run(&header);
    let mut saving = Saving::begin(&place, &header, console);
    let csv = plan.csv.as_deref();
    let mut reports = Reports::new(csv, HistoryRows::Aggregated, place_made, console);
    let progress = Progress { users: run.users, run_time: run.end() };
    watch.run_begins();
    let mut shown = Shown::begin(plan.view, (&header, &place), watch, console);
    let mut observe = |event: RunEvent<'_>| {
        reports.event(&event);
        saving.event(&event);
        exports.event(&event);
        shown.event(&event);
        match &event {
            RunEvent::Tick(snapshot) => console.progress(Some(&progress.line(snapshot))),
            RunEvent::Warning(text) => console.warning(text),
            _ => {}
        }
    };
    let shared = Shared::default();
    let ended = katydid_engine::run(&classes, shared, run, &watch.control, &mut observe);
    drop(shown);
    let ended = ended?;
    let snapshot = &ended.snapshot;
    exports.end(snapshot, console);
    let mut written = reports.finish(snapshot, ended.started);
    let diagnosis = katydid_core::diagnose(snapshot, &[]);
    let ending = Ending { diagnosis, ..ending_of(&ended) };
    let (header, place, files) = (&*header, &place, &files);
    let (shows_tables, goes_on) = (false, false);
    let mut end = End { header, snapshot, ending, shows_tables, goes_on, place, files, console };
    let verdict = end.write(saving, &mut written);
    let text = summary::text(snapshot, width());
    // The summary is for stdout, which may be the same terminal.
    console.progress(None);
    console.flush(None);
    // A reader that has gone (`| head -1`) is no fault.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
    console.block(&table::diagnosis(&end.ending.diagnosis));
    console.block(&table::conclusion(snapshot));
    console.block(&table::exemplar_count(snapshot, &files.exemplars()));
    console.block(&reports_text(&written));
    console.verdict(&table::verdict(&verdict));
    exports.linger(watch, console);
    Ok(verdict.exit_code)
}

fn opening(run: &RunSettings, url: &str) -> String {
    let (threads, seed) = (counted(run.threads, "thread"), run.seed);
    let load = match &run.arrivals {
        Some(open) => {
            format!("at {}, at most {} in flight,", open.rate, open.max_in_flight)
        }
        None => format!("with {}", counted(run.users, "user")),
    };
    let end = run.end().map_or_else(
        || "until every request is sent".to_owned(),
        |time| format!("for {}", katydid_core::format_span(time)),
    );
    format!("Loading {url} {load} on {threads} {end} (seed {seed})")
}
