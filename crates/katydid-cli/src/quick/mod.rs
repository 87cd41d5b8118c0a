//! `katydid URL`: the quick front for one address, on the same engine as any suite.

mod args;
mod summary;
mod visitor;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use katydid_core::RunEvent;
use katydid_engine::{RunSettings, Shared};
use katydid_report::csv::HistoryRows;
use katydid_report::table;
use katydid_store::{Ending, Header};

use crate::console::{Console, LogSetup, width};
use crate::error::CliError;
use crate::files::{Place, Reports};
use crate::outcome::{ending_of, reports_text, result};
use crate::progress::Progress;
use crate::run::place_of;
use crate::saving::Saving;
use crate::signals::{Watch, supervise};
use crate::told::Told;
use crate::{commands, heading, limits, refuse};

use args::{Plan, QuickArgs};

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
    Ok(supervise(&console, false, move |watch| {
        load(plan, watch, &inner).unwrap_or_else(|error| {
            inner.error(&error.to_string());
            error.exit_code()
        })
    }))
}

fn load(plan: Plan, watch: &Watch, console: &Console) -> Result<u8, CliError> {
    let run = &plan.run;
    limits::make_room(run.users, run.threads)?;
    console.info(&opening(run, &plan.url));
    let classes = [visitor::class(plan.request)];
    let header = Header { strict: plan.strict, ..heading::of_run(&classes, run) };
    let (place, place_made) =
        if plan.no_save { (Place::default(), true) } else { place_of("url", console) };
    let mut saving = Saving::begin(&place, &header, console);
    let csv = plan.csv.as_deref();
    let mut reports = Reports::new(csv, HistoryRows::Aggregated, place_made, console);
    let progress = Progress { users: run.users, run_time: run.end() };
    let mut observe = |event: RunEvent<'_>| {
        reports.event(&event);
        saving.event(&event);
        match &event {
            RunEvent::Tick(snapshot) => console.progress(Some(&progress.line(snapshot))),
            RunEvent::Warning(text) => console.warning(text),
            _ => {}
        }
    };
    watch.run_begins();
    let shared = Shared::default();
    let ended = katydid_engine::run(&classes, shared, run, &watch.control, &mut observe)?;
    let snapshot = &ended.snapshot;
    let mut written = reports.finish(snapshot, ended.started);
    let mut ending = ending_of(&ended);
    ending.diagnosis = katydid_core::diagnose(snapshot, &[]);
    ending.said = console.warnings();
    ending.reports_whole = written.whole;
    let judge =
        |ending: &Ending| Told { header: &header, snapshot, ending, broken: None }.verdict();
    ending.result = result(&judge(&ending), snapshot);
    saving.finish(ending.clone(), &mut written, console);
    ending.reports_whole = written.whole;
    let verdict = judge(&ending);
    let text = summary::text(snapshot, width());
    // The summary is for stdout, which may be the same terminal.
    console.progress(None);
    console.flush(None);
    // A reader that has gone (`| head -1`) is no fault.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
    console.block(&table::diagnosis(&ending.diagnosis));
    console.block(&table::conclusion(snapshot));
    console.block(&reports_text(&written));
    console.verdict(&table::verdict(&verdict));
    Ok(verdict.exit_code)
}

fn opening(run: &RunSettings, url: &str) -> String {
    let (threads, seed) = (run.threads, run.seed);
    let load = match &run.arrivals {
        Some(open) => {
            format!("at {}, at most {} in flight,", open.rate, open.max_in_flight)
        }
        None => format!("with {} users", run.users),
    };
    let end = run.end().map_or_else(
        || "until every request is sent".to_owned(),
        |time| format!("for {}", katydid_core::format_span(time)),
    );
    format!("Loading {url} {load} on {threads} threads {end} (seed {seed})")
}
