//! `katydid URL`: the quick front for one address, on the same engine as any suite.

mod args;
mod summary;
mod visitor;

use std::io::Write as _;
use std::process::ExitCode;

use katydid_core::RunEvent;
use katydid_engine::{RunSettings, Shared};
use katydid_report::csv::HistoryRows;
use katydid_report::table;

use crate::console::{Console, LogSetup, width};
use crate::error::CliError;
use crate::files::Reports;
use crate::hooks::Aftermath;
use crate::outcome::{Rules, reports_text};
use crate::progress::Progress;
use crate::signals::{Watch, supervise};
use crate::{limits, refuse};

use args::{Plan, QuickArgs};

/// The whole of `katydid URL`'s `main`: loads one address and prints a summary on stdout.
pub fn quick() -> ExitCode {
    let read = QuickArgs::read(std::env::args_os());
    let code = read.and_then(|args| supervised(Plan::resolve(&args)?));
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
    let mut reports = Reports::new(plan.csv.as_deref(), HistoryRows::Aggregated, true, console);
    let progress = Progress { users: run.users, run_time: run.end() };
    let mut observe = |event: RunEvent<'_>| {
        reports.event(&event);
        match &event {
            RunEvent::Tick(snapshot) => console.progress(Some(&progress.line(snapshot))),
            RunEvent::Warning(text) => console.warning(text),
            _ => {}
        }
    };
    watch.run_begins();
    let classes = [visitor::class(plan.request)];
    let shared = Shared::default();
    let ended = katydid_engine::run(&classes, shared, run, &watch.control, &mut observe)?;
    let written = reports.finish(&ended.snapshot, ended.started);
    let aftermath = Aftermath::default();
    let failed_code = katydid_core::exit::FAILED;
    let (targets, expectations, strict) = (&[], &[], plan.strict);
    let rules = Rules { targets, expectations, failed_code, strict, aftermath: &aftermath };
    let verdict = rules.judge(&ended, written.whole);
    let text = summary::text(&ended.snapshot, width());
    // The summary is for stdout, which may be the same terminal.
    console.progress(None);
    console.flush(None);
    // A reader that has gone (`| head -1`) is no fault.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
    console.block(&table::diagnosis(&katydid_core::diagnose(&ended.snapshot, &[])));
    console.block(&table::conclusion(&ended.snapshot));
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
