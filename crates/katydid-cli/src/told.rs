//! A run that is over, with everything that its reports say: just now, or read from its file.

use std::path::PathBuf;

use jiff::Timestamp;
use katydid_core::{Snapshot, Verdict, counted};
use katydid_report::{Facts, MachineInfo, RunInfo, html, table};
use katydid_store::{Ending, Header, Rules};

use crate::settings::Maker;

/// Everything that reports say of a run. They are functions of it and of a verdict, so that a report
/// of a saved run is the report of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    /// What ran.
    pub(crate) header: &'a Header,
    /// What it measured.
    pub(crate) snapshot: &'a Snapshot,
    /// What else was seen at its end.
    pub(crate) ending: &'a Ending,
    /// That and why it has no end, if so, as a sentence.
    pub(crate) broken: Option<&'a str>,
}

impl Told<'_> {
    /// Judges the run.
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict_if(self.ending.reports_whole)
    }

    /// Judges the run as if its reports were whole or not.
    pub(crate) fn verdict_if(&self, reports_whole: bool) -> Verdict {
        let Self { header, snapshot, ending, broken } = self;
        let rules = Rules::of(header, &ending.aftermath);
        let mut verdict = rules.judge(snapshot, ending.reason, reports_whole);
        if let Some(text) = broken {
            verdict.broken_off(text);
        }
        verdict
    }

    /// The page.
    pub(crate) fn page(&self, verdict: &Verdict) -> Vec<u8> {
        let Self { header, snapshot, ending, .. } = self;
        html::page(&html::Page {
            suite: &header.suite,
            snapshot,
            verdict,
            started: ending.started,
            host: &header.host,
            scenario: header.scenario.as_deref(),
            settings: &header.settings,
            diagnosis: &ending.diagnosis,
            advice: &ending.advice,
            warnings: &ending.said,
            command: &header.command,
            versions: &versions(header),
        })
    }

    /// A report for machines; `files` are those written before it.
    pub(crate) fn report(&self, make: Maker, verdict: &Verdict, files: &[PathBuf]) -> Vec<u8> {
        let Self { header, snapshot, ending, .. } = self;
        let place = &header.place;
        let machine = MachineInfo {
            name: &place.machine,
            os: &place.system,
            arch: &place.processor,
            cores: place.cores,
        };
        let run = RunInfo {
            suite: &header.suite,
            scenario: header.scenario.as_deref(),
            host: &header.host,
            started: ending.started,
            threads: header.threads,
            seed: header.seed,
            strict: header.strict,
            version: &header.katydid,
            machine,
        };
        make(&Facts {
            run,
            snapshot,
            verdict,
            warnings: &ending.advice,
            diagnosis: &ending.diagnosis,
            said: &ending.said,
            files,
        })
    }

    /// `run.txt`: what ran, and everything that was said of it at the end.
    pub(crate) fn text(&self, verdict: &Verdict) -> String {
        let Self { header, snapshot, ending, .. } = self;
        let started = Timestamp::try_from(ending.started).map_or_else(
            |_| "unknown".to_owned(),
            |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        );
        let mut text = format!(
            "Started {started}, lasted {:.1} s\nHost {}\n{}, {}, seed {}\n\n",
            snapshot.elapsed.as_secs_f64(),
            header.host,
            header.load.text,
            counted(header.threads, "thread"),
            header.seed
        );
        for block in tables(snapshot, None).iter().filter(|block| !block.is_empty()) {
            text += &format!("{}\n\n", block.trim_end());
        }
        text += &format!("{}\n", table::conclusion(snapshot));
        if !ending.cost.is_empty() {
            text += &format!("{}\n\n", ending.cost);
        }
        let advice = [
            table::knee(verdict.knee.as_ref()),
            table::warnings(&ending.advice),
            table::diagnosis(&ending.diagnosis),
            table::exemplars(self.snapshot),
        ];
        for block in advice.iter().filter(|block| !block.is_empty()) {
            text += &format!("{block}\n");
        }
        if !ending.said.is_empty() {
            text += &format!("Said while the run went on:\n  {}\n\n", ending.said.join("\n  "));
        }
        text + table::verdict(verdict).trim_end() + "\n"
    }
}

/// What ran where, and which version of it.
fn versions(header: &Header) -> Vec<[String; 2]> {
    let place = &header.place;
    let machine = format!("{}, {} cores, {}", place.processor, place.cores, place.system);
    let rows = [
        ("Katydid", header.katydid.clone()),
        ("Suite", header.suite.clone()),
        ("Machine", machine),
        ("Executor threads", header.threads.to_string()),
        ("Seed", header.seed.to_string()),
    ];
    rows.map(|(what, which)| [what.to_owned(), which]).into()
}

/// The tables at the end, in their order; empty ones have nothing to say.
pub(crate) fn tables(snapshot: &Snapshot, width: Option<usize>) -> [String; 13] {
    [
        table::requests(snapshot, width),
        table::percentiles(snapshot, width),
        table::stages(snapshot),
        table::transactions(snapshot, width),
        table::failures(snapshot, width),
        table::failure_classes(snapshot),
        table::phases(snapshot),
        table::server_timing(snapshot),
        table::exceptions(snapshot),
        table::tasks(snapshot),
        table::mix(snapshot),
        table::model(snapshot),
        table::monitors(snapshot),
    ]
}
