//! What is known of a run before its first request, and what only after its last.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use katydid_core::{
    Aftermath, Closing, Diagnosis, Expectation, RunPhase, StopReason, Target, TaskInfo, Warnings,
};
use serde::{Deserialize, Serialize};

/// What is known of a run before its first request. Nothing of it is secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// The version of Katydid that made it.
    pub katydid: String,
    /// Name of the suite.
    pub suite: String,
    /// The scenario, if one was named.
    pub scenario: Option<String>,
    /// What somebody calls it (`--profile`).
    pub label: Option<String>,
    /// When it was about to begin.
    pub started: SystemTime,
    /// The host, or hosts.
    pub host: String,
    /// The load, as people say it.
    pub load: Load,
    /// The command line that makes the same run again, with secrets left out.
    pub command: String,
    /// Where the load was made.
    pub place: Place,
    /// Executor threads.
    pub threads: usize,
    /// The seed.
    pub seed: u64,
    /// User classes, in the order of the suite.
    pub classes: Vec<Arc<str>>,
    /// Their tasks.
    pub tasks: Vec<TaskInfo>,
    /// How the run is divided by plan.
    pub phases: Vec<RunPhase>,
    /// What the target must hold.
    pub targets: Vec<Target>,
    /// And beyond rules on one number.
    pub expectations: Vec<Expectation>,
    /// The code for failures that no target judges.
    pub failed_code: u8,
    /// DISTURBED counts as INVALID for the exit code.
    pub strict: bool,
    /// Settings of the run: name, value, and where it comes from.
    pub settings: Vec<[String; 3]>,
}

impl Header {
    /// What two runs must have in common to be held side by side: its name, and how it was.
    pub fn facts(&self) -> Vec<(String, String)> {
        let Self { load, place, .. } = self;
        let facts = [
            ("suite", self.suite.clone()),
            ("scenario", self.scenario.clone().unwrap_or_else(|| "none".to_owned())),
            ("model", if load.open { "open (arrivals)" } else { "closed (users)" }.to_owned()),
            ("load", load.text.clone()),
            ("host", self.host.clone()),
            ("load generator", format!("{} ({} cores)", place.machine, place.cores)),
            ("version of Katydid", self.katydid.clone()),
        ];
        facts.map(|(what, value)| (what.to_owned(), value)).into()
    }
}

/// The load of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// In words: `50 users at 5.00 per second`.
    pub text: String,
    /// The most users; in the open model the most at work at one time.
    pub users: u32,
    /// Users started per second.
    pub spawn_rate: f64,
    /// The planned length, if there is one.
    pub run_time: Option<Duration>,
    /// Task starts come by a rate and not by users.
    pub open: bool,
}

/// The machine on which the load was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its name.
    pub machine: String,
    /// `linux`, `macos`.
    pub system: String,
    /// `x86_64`, `aarch64`.
    pub processor: String,
    /// Processors that the load may use.
    pub cores: usize,
}

/// What is known only when a run is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ending {
    /// When it began, by the calendar.
    pub started: SystemTime,
    /// Why it ended.
    pub reason: StopReason,
    /// What a snapshot has beside the sum of its intervals.
    pub closing: Closing,
    /// Known mistakes of the run.
    pub advice: Warnings,
    /// What it shows of the target.
    pub diagnosis: Vec<Diagnosis>,
    /// What was said while it went on.
    pub said: Vec<String>,
    /// What it has cost; empty where nothing was paid for.
    pub cost: String,
    /// What hooks of the suite did to the end.
    pub aftermath: Aftermath,
    /// Every other report was written whole.
    pub reports_whole: bool,
    /// What came of it, for lists of runs.
    pub result: Outcome,
}

impl Ending {
    /// What is known of an end before anything is said of it.
    pub fn new(started: SystemTime, reason: StopReason, closing: Closing) -> Self {
        Self {
            started,
            reason,
            closing,
            advice: Warnings::default(),
            diagnosis: Vec::new(),
            said: Vec::new(),
            cost: String::new(),
            aftermath: Aftermath::default(),
            reports_whole: true,
            result: Outcome::default(),
        }
    }
}

/// What came of a run, in a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// VALID, DISTURBED or INVALID.
    pub run: String,
    /// PASS, FAIL or INVALID.
    pub verdict: String,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Why, each a sentence; empty for a pass.
    pub causes: Vec<String>,
    /// How long it lasted.
    pub elapsed: Duration,
    /// Requests, failures among them.
    pub requests: u64,
    /// Requests that failed.
    pub failed: u64,
}
