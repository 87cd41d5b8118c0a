//! The end of a run: verdict, tables, paths of the reports, exit code.

use std::path::PathBuf;

use jiff::Timestamp;
use katydid_core::{
    Diagnosis, Expectation, RunFacts, Snapshot, StopReason, Target, Verdict, Warnings, exit, judge,
};
use katydid_engine::RunOutcome;
use katydid_report::{Facts, MachineInfo, RunInfo, html, json, table};

use crate::console::{Console, width};
use crate::files::{LastFiles, Place, Reports, Written};
use crate::hooks::{Aftermath, Calls};
use crate::settings::{Maker, Settings};

/// What the verdict is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// What the target must hold.
    pub(crate) targets: &'a [Target],
    /// And beyond rules on one number.
    pub(crate) expectations: &'a [Expectation],
    /// The code for failures that no target judges.
    pub(crate) failed_code: u8,
    /// DISTURBED counts as INVALID for the exit code.
    pub(crate) strict: bool,
    /// What the suite's hooks have done.
    pub(crate) aftermath: &'a Aftermath,
}

impl Rules<'_> {
    /// Judges a run whose reports are whole or not.
    pub(crate) fn judge(&self, outcome: &RunOutcome, reports_whole: bool) -> Verdict {
        let interrupted = outcome.reason == StopReason::Interrupted;
        let facts = RunFacts { interrupted, failed_code: self.failed_code };
        let mut verdict = judge(&outcome.snapshot, self.targets, self.expectations, facts);
        if self.strict {
            verdict.strict();
        }
        if !reports_whole {
            verdict.exit_code = exit::worst([verdict.exit_code, exit::TOOL]);
        }
        self.aftermath.mark(&mut verdict, self.failed_code);
        verdict
    }
}

/// A run that has ended, with all that its reports say.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) suite: &'a str,
    pub(crate) settings: &'a Settings,
    pub(crate) outcome: &'a RunOutcome,
    pub(crate) warnings: &'a Warnings,
    pub(crate) diagnosis: &'a [Diagnosis],
    /// What the run has cost; empty where nothing was paid for.
    pub(crate) cost: &'a str,
    pub(crate) place: &'a Place,
    pub(crate) files: &'a LastFiles,
    pub(crate) console: &'a Console,
}

impl Ending<'_> {
    /// Writes the last files, prints the end of the run and returns its exit code.
    pub(crate) fn close(&self, reports: Reports, calls: Calls<'_>) -> u8 {
        let (outcome, settings, console) = (self.outcome, self.settings, self.console);
        let snapshot = &outcome.snapshot;
        let mut written = reports.finish(snapshot, outcome.started);
        let statistics = || json::statistics(snapshot, outcome.started);
        self.files.json(statistics, &mut written, console);
        let known = settings.rules(calls.aftermath());
        let verdict = known.judge(outcome, written.whole);
        let aftermath = calls.quitting(&verdict, snapshot);
        let rules = settings.rules(&aftermath);
        // Each file tells the verdict as far as it is known when it is written.
        let verdict = rules.judge(outcome, written.whole);
        self.files.html(|| self.page(&verdict), &mut written, console);
        let report = |make: Maker, written: &Written| {
            let verdict = rules.judge(outcome, written.whole);
            self.report(make, &verdict, &written.paths)
        };
        self.files.reports(report, &mut written, console);
        let verdict = rules.judge(outcome, written.whole);
        self.files.text(|| self.text(&verdict), &mut written, console);
        let verdict = rules.judge(outcome, written.whole);
        written.paths.extend(self.place.backend_log().filter(|log| log.exists()));
        console.progress(None);
        let chosen = verdict.overruled.map_or_else(String::new, |own| {
            format!(", chosen by the suite's on_quitting instead of {own}")
        });
        console.info(&format!("Shutting down (exit code {}{chosen})", verdict.exit_code));
        // As in Locust: who wants the statistics as a file does not want them as tables.
        if settings.output.json_file.is_none() {
            for block in tables(snapshot, width()) {
                console.block(&block);
            }
        }
        console.block(&table::conclusion(snapshot));
        console.block(self.cost);
        console.block(&table::knee(verdict.knee.as_ref()));
        console.block(&table::warnings(self.warnings));
        console.block(&table::diagnosis(self.diagnosis));
        console.block(&reports_text(&written));
        console.verdict(&table::verdict(&verdict));
        verdict.exit_code
    }

    fn page(&self, verdict: &Verdict) -> Vec<u8> {
        html::page(&html::Page {
            suite: self.suite,
            snapshot: &self.outcome.snapshot,
            verdict,
            started: self.outcome.started,
            host: self.host(),
            scenario: self.settings.scenario.as_ref().map(|scenario| scenario.name.as_str()),
            settings: &self.settings_said(),
            diagnosis: self.diagnosis,
            advice: self.warnings,
            warnings: &self.console.warnings(),
        })
    }

    /// A report for machines.
    fn report(&self, make: Maker, verdict: &Verdict, files: &[PathBuf]) -> Vec<u8> {
        let (settings, outcome) = (self.settings, self.outcome);
        let name = gethostname::gethostname();
        let machine = MachineInfo {
            name: &name.to_string_lossy(),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        };
        let run = RunInfo {
            suite: self.suite,
            scenario: settings.scenario.as_ref().map(|scenario| scenario.name.as_str()),
            host: self.host(),
            started: outcome.started,
            threads: settings.run.threads,
            seed: settings.run.seed,
            strict: settings.strict,
            version: env!("CARGO_PKG_VERSION"),
            machine,
        };
        make(&Facts {
            run,
            snapshot: &outcome.snapshot,
            verdict,
            warnings: self.warnings,
            diagnosis: self.diagnosis,
            said: &self.console.warnings(),
            files,
        })
    }

    fn host(&self) -> &str {
        self.settings.run.host.as_deref().unwrap_or("of each class")
    }

    /// Every setting that says something, as it was meant in this run.
    fn settings_said(&self) -> Vec<[String; 3]> {
        let run = &self.settings.run;
        let meant = |row: &[String; 3]| {
            let mut row = row.clone();
            match row[0].as_str() {
                "seed" => row[1] = run.seed.to_string(),
                "threads" => row[1] = run.threads.to_string(),
                _ => {}
            }
            row
        };
        let said = |row: &&[String; 3]| row[2] != "default" || !["-", "false"].contains(&&*row[1]);
        self.settings.rows.iter().filter(said).map(meant).collect()
    }

    /// `run.txt`: what ran, and everything that was said of it at the end.
    fn text(&self, verdict: &Verdict) -> String {
        let started = Timestamp::try_from(self.outcome.started).map_or_else(
            |_| "unknown".to_owned(),
            |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        );
        let (snapshot, run) = (&self.outcome.snapshot, &self.settings.run);
        let load = match (&run.arrivals, &self.settings.stages) {
            (Some(open), _) => {
                format!("Task starts at {}, at most {} in flight", open.rate, open.max_in_flight)
            }
            (None, Some(stages)) => format!("Stages {stages}"),
            (None, None) => format!("{} users at {:.2} per second", run.users, run.spawn_rate),
        };
        let mut text = format!(
            "Started {started}, lasted {:.1} s\nHost {}\n{load}, {} threads, seed {}\n\n",
            snapshot.elapsed.as_secs_f64(),
            self.host(),
            run.threads,
            run.seed
        );
        for block in tables(snapshot, None).iter().filter(|block| !block.is_empty()) {
            text += &format!("{}\n\n", block.trim_end());
        }
        text += &format!("{}\n", table::conclusion(snapshot));
        if !self.cost.is_empty() {
            text += &format!("{}\n\n", self.cost);
        }
        let knee = table::knee(verdict.knee.as_ref());
        let advice = [knee, table::warnings(self.warnings), table::diagnosis(self.diagnosis)];
        for block in advice.iter().filter(|block| !block.is_empty()) {
            text += &format!("{block}\n");
        }
        let warnings = self.console.warnings();
        if !warnings.is_empty() {
            text += &format!("Said while the run went on:\n  {}\n\n", warnings.join("\n  "));
        }
        text + table::verdict(verdict).trim_end() + "\n"
    }
}

/// The tables at the end, in their order; empty ones have nothing to say.
fn tables(snapshot: &Snapshot, width: Option<usize>) -> [String; 11] {
    [
        table::requests(snapshot, width),
        table::percentiles(snapshot, width),
        table::stages(snapshot),
        table::transactions(snapshot, width),
        table::failures(snapshot, width),
        table::failure_classes(snapshot),
        table::phases(snapshot),
        table::exceptions(snapshot),
        table::tasks(snapshot),
        table::mix(snapshot),
        table::model(snapshot),
    ]
}

/// Where the reports are, and which are not.
pub(crate) fn reports_text(written: &Written) -> String {
    let whole = written.paths.iter().map(|path| format!("\n  {}", path.display()));
    let faulty = written.faulty.iter().map(|path| format!("\n  NOT WHOLE: {}", path.display()));
    let lines: String = whole.chain(faulty).collect();
    if lines.is_empty() { lines } else { format!("Reports:{lines}") }
}
