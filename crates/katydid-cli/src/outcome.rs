//! The end of a run: verdict, tables, paths of the reports, exit code.

use jiff::Timestamp;
use katydid_core::{RunFacts, Snapshot, StopReason, Target, Verdict, exit, judge};
use katydid_engine::{RunOutcome, RunSettings};
use katydid_report::table;

use crate::console::{Console, width};
use crate::files::{Place, Reports, Written, write_whole};
use crate::hooks::{Aftermath, Calls};

/// What the verdict is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// What the target must hold.
    pub(crate) targets: &'a [Target],
    /// The code for failures that no target judges.
    pub(crate) failed_code: u8,
    /// What the suite's hooks have done.
    pub(crate) aftermath: &'a Aftermath,
}

impl Rules<'_> {
    /// Judges a run whose reports are whole or not.
    pub(crate) fn judge(&self, outcome: &RunOutcome, reports_whole: bool) -> Verdict {
        let interrupted = outcome.reason == StopReason::Interrupted;
        let facts = RunFacts { interrupted, failed_code: self.failed_code };
        let mut verdict = judge(&outcome.snapshot, self.targets, facts);
        if !reports_whole {
            verdict.exit_code = exit::worst([verdict.exit_code, exit::TOOL]);
        }
        self.aftermath.mark(&mut verdict, self.failed_code);
        verdict
    }
}

/// Writes the last files, prints the end of the run and returns its exit code.
pub(crate) fn close(
    outcome: &RunOutcome,
    (targets, failed_code): (&[Target], u8),
    calls: Calls<'_>,
    reports: Reports,
    place: &Place,
    run: &RunSettings,
    console: &Console,
) -> u8 {
    let snapshot = &outcome.snapshot;
    let mut written = reports.finish(snapshot, outcome.started);
    let known = Rules { targets, failed_code, aftermath: calls.aftermath() };
    let verdict = known.judge(outcome, written.whole);
    let aftermath = calls.quitting(&verdict, snapshot);
    let rules = Rules { targets, failed_code, aftermath: &aftermath };
    let mut verdict = rules.judge(outcome, written.whole);
    if let Some(folder) = &place.folder {
        let path = folder.join("run.txt");
        let text = run_text(outcome, &verdict, run, &console.warnings());
        match write_whole(&path, text.as_bytes()) {
            Ok(()) => written.paths.push(path),
            Err(fault) => {
                console.warning(&format!("report {} is not written: {fault}", path.display()));
                written.faulty.push(path);
                verdict = rules.judge(outcome, false);
            }
        }
    }
    written.paths.extend(place.backend_log().filter(|log| log.exists()));
    console.progress(None);
    let chosen = verdict.overruled.map_or_else(String::new, |own| {
        format!(", chosen by the suite's on_quitting instead of {own}")
    });
    console.info(&format!("Shutting down (exit code {}{chosen})", verdict.exit_code));
    for block in tables(snapshot, width()) {
        console.block(&block);
    }
    console.block(&reports_text(&written));
    console.verdict(&table::verdict(&verdict));
    verdict.exit_code
}

/// The tables at the end, in their order; empty ones have nothing to say.
fn tables(snapshot: &Snapshot, width: Option<usize>) -> [String; 9] {
    [
        table::requests(snapshot, width),
        table::percentiles(snapshot, width),
        table::transactions(snapshot, width),
        table::failures(snapshot, width),
        table::failure_classes(snapshot),
        table::phases(snapshot),
        table::exceptions(snapshot),
        table::tasks(snapshot),
        table::mix(snapshot),
    ]
}

/// Where the reports are, and which are not.
pub(crate) fn reports_text(written: &Written) -> String {
    let whole = written.paths.iter().map(|path| format!("\n  {}", path.display()));
    let faulty = written.faulty.iter().map(|path| format!("\n  NOT WHOLE: {}", path.display()));
    let lines: String = whole.chain(faulty).collect();
    if lines.is_empty() { lines } else { format!("Reports:{lines}") }
}

/// `run.txt`: what ran, and everything that was said of it at the end.
fn run_text(
    outcome: &RunOutcome,
    verdict: &Verdict,
    run: &RunSettings,
    warnings: &[String],
) -> String {
    let started = Timestamp::try_from(outcome.started).map_or_else(
        |_| "unknown".to_owned(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    );
    let host = run.host.as_deref().unwrap_or("of each class");
    let elapsed = outcome.snapshot.elapsed.as_secs_f64();
    let mut text = format!(
        "Started {started}, lasted {elapsed:.1} s\nHost {host}\n{} users at {:.2} per second, \
         {} threads, seed {}\n\n",
        run.users, run.spawn_rate, run.threads, run.seed
    );
    for block in tables(&outcome.snapshot, None).iter().filter(|block| !block.is_empty()) {
        text += &format!("{}\n\n", block.trim_end());
    }
    if !warnings.is_empty() {
        text += &format!("Warnings:\n  {}\n\n", warnings.join("\n  "));
    }
    text + table::verdict(verdict).trim_end() + "\n"
}
