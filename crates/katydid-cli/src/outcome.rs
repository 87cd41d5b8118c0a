//! The end of a run: verdict, tables, paths of the reports, exit code.

use std::io;
use std::path::PathBuf;

use katydid_core::{RunWord, Snapshot, Verdict, VerdictWord};
use katydid_engine::RunOutcome;
use katydid_report::{json, table};
pub(crate) use katydid_store::Outcome;
use katydid_store::{Ending, Header};

use crate::console::{Console, width};
use crate::files::{LastFiles, Place, Reports, Written, note_failures};
use crate::hooks::Calls;
use crate::saving::Saving;
use crate::settings::Maker;
use crate::told::{Told, tables};

/// A run that has ended, and where its reports go.
#[derive(Debug)]
pub(crate) struct End<'a> {
    pub(crate) header: &'a Header,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) ending: Ending,
    /// Whether the tables go to the console.
    pub(crate) shows_tables: bool,
    /// The program waits for another run.
    pub(crate) goes_on: bool,
    pub(crate) place: &'a Place,
    pub(crate) files: &'a LastFiles,
    pub(crate) console: &'a Console,
}

/// What came of a run, when everything is written.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) verdict: Verdict,
    pub(crate) ending: Ending,
}

impl End<'_> {
    /// Writes the last files, prints the end of the run and returns what came of it.
    /// With the log of failures, if there was one.
    pub(crate) fn close(
        mut self,
        (reports, failures): (Reports, Option<(PathBuf, io::Result<()>)>),
        calls: Calls<'_>,
        saving: Saving,
    ) -> Closed {
        let (snapshot, console) = (self.snapshot, self.console);
        let mut written = reports.finish(snapshot, self.ending.started);
        note_failures(failures, &mut written, console);
        let statistics = || json::statistics(snapshot, self.ending.started);
        self.files.json(statistics, &mut written, console);
        self.ending.aftermath = calls.aftermath().clone();
        let verdict = self.verdict(&written);
        self.ending.aftermath = calls.quitting(&verdict, snapshot);
        let verdict = self.write(saving, &mut written);
        written.paths.extend(self.place.backend_log().filter(|log| log.exists()));
        console.progress(None);
        let chosen = verdict.overruled.map_or_else(String::new, |own| {
            format!(", chosen by the suite's on_quitting instead of {own}")
        });
        let what = if self.goes_on { "The run is over" } else { "Shutting down" };
        console.info(&format!("{what} (exit code {}{chosen})", verdict.exit_code));
        if self.shows_tables {
            for block in tables(snapshot, width()) {
                console.block(&block);
            }
        }
        console.block(&table::conclusion(snapshot));
        console.block(&self.ending.cost);
        console.block(&table::knee(verdict.knee.as_ref()));
        console.block(&table::warnings(&self.ending.advice));
        console.block(&table::diagnosis(&self.ending.diagnosis));
        console.block(&table::exemplar_count(snapshot, &self.files.exemplars()));
        console.block(&reports_text(&written));
        console.verdict(&table::verdict(&verdict));
        Closed { verdict, ending: self.ending }
    }

    /// Writes page, reports for machines, `run.txt` and the end of the saved run. Each tells the
    /// verdict as far as it is known when it is written; the last word on it is returned.
    pub(crate) fn write(&mut self, saving: Saving, written: &mut Written) -> Verdict {
        let console = self.console;
        let verdict = self.verdict(written);
        self.files.html(|| self.told().page(&verdict), written, console);
        let report = |make: Maker, written: &Written| {
            let told = self.told();
            told.report(make, &told.verdict_if(written.whole), &written.paths)
        };
        self.files.reports(report, written, console);
        let verdict = self.verdict(written);
        self.files.text(|| self.told().text(&verdict), written, console);
        let verdict = self.verdict(written);
        self.ending.result = result(&verdict, self.snapshot);
        saving.finish(self.ending.clone(), written, console);
        self.verdict(written)
    }

    fn told(&self) -> Told<'_> {
        Told { header: self.header, snapshot: self.snapshot, ending: &self.ending, broken: None }
    }

    /// The verdict as far as the reports are written; what was said until now is said in them.
    fn verdict(&mut self, written: &Written) -> Verdict {
        self.ending.reports_whole = written.whole;
        self.ending.said = self.console.warnings();
        self.told().verdict()
    }
}

/// What is known at the end of a run before anything is said of it.
pub(crate) fn ending_of(outcome: &RunOutcome) -> Ending {
    let RunOutcome { started, reason, snapshot } = outcome;
    Ending::new(*started, *reason, snapshot.closing())
}

/// What came of a run, in a line.
pub(crate) fn result(verdict: &Verdict, snapshot: &Snapshot) -> Outcome {
    let run = match verdict.run.word {
        RunWord::Valid => "VALID",
        RunWord::Disturbed => "DISTURBED",
        RunWord::Invalid => "INVALID",
    };
    let word = match verdict.word {
        VerdictWord::Pass => "PASS",
        VerdictWord::Fail => "FAIL",
        _ => "INVALID",
    };
    Outcome {
        run: run.to_owned(),
        verdict: word.to_owned(),
        exit_code: verdict.exit_code,
        causes: verdict.causes.clone(),
        elapsed: snapshot.elapsed,
        requests: snapshot.requests(),
        failed: snapshot.failed(),
    }
}

/// Where the reports are, and which are not.
pub(crate) fn reports_text(written: &Written) -> String {
    let whole = written.paths.iter().map(|path| format!("\n  {}", path.display()));
    let faulty = written.faulty.iter().map(|path| format!("\n  NOT WHOLE: {}", path.display()));
    let lines: String = whole.chain(faulty).collect();
    if lines.is_empty() { lines } else { format!("Reports:{lines}") }
}
