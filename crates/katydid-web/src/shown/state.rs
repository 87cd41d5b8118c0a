//! Where a session stands: small, and sent with each change of it.

use katydid_core::RunState;
use schemars::JsonSchema;
use serde::Serialize;

use super::{epoch, seconds};
use crate::board::{Run, Stage, View};

/// Where a session stands.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct ShownState {
    /// Grows with every view of a session.
    number: u64,
    /// Tells one start of the program from the next.
    instance: String,
    stage: ShownStage,
    /// Why the last order came to nothing, as a sentence.
    fault: Option<String>,
    /// The run that is on, or the last one.
    run: Option<ShownRun>,
    /// The search for a capacity that its runs belong to, if that is what was ordered.
    search: Option<ShownSearch>,
}

/// A row of runs, each of which is `run` in its turn.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
struct ShownSearch {
    /// A line for each probe that has ended.
    probes: Vec<String>,
    /// Users of the highest load below `broke` that held in most of its probes so far.
    held: Option<u32>,
    /// Users of the lowest load that broke in most of its probes so far.
    broke: Option<u32>,
    /// What it came to, as a sentence, once it has ended.
    outcome: Option<String>,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ShownStage {
    /// Nothing runs; somebody may start a run.
    Ready,
    /// A run was ordered: target and accounts are looked at.
    Preparing,
    /// A run is on.
    On,
    /// A run is over; somebody may start the next.
    Over,
}

/// What is known of a run beside its numbers.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct ShownRun {
    /// Grows by one with each run of a session, from 1; 0 for a saved run.
    number: u64,
    /// `ready`, `spawning`, `running`, `stopping` or `stopped`.
    state: &'static str,
    paused: bool,
    /// Task starts come by a rate and not by users.
    open: bool,
    /// Users that the present ramp leads to.
    target_users: u32,
    /// Users started per second by the present ramp.
    spawn_rate: f64,
    /// Task starts per second that are due now (open model).
    arrival_rate: Option<f64>,
    weights: Vec<ShownWeight>,
    suite: String,
    scenario: Option<String>,
    /// What somebody calls it.
    label: Option<String>,
    host: String,
    /// Its load in words.
    load: String,
    /// The planned length in seconds.
    run_time: Option<f64>,
    /// A time of day.
    started: f64,
    /// Why it ended.
    ended: Option<&'static str>,
    /// The command line that makes the same run again.
    command: String,
    seed: u64,
    /// The name of its folder, if it leaves one: its name among the saved runs.
    folder: Option<String>,
    /// Name, value, and where it comes from.
    settings: Vec<[String; 3]>,
}

/// The present weight of a class.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
struct ShownWeight {
    class: String,
    weight: u32,
}

impl ShownState {
    pub(crate) fn of(view: &View, instance: &str) -> Self {
        Self {
            number: view.number,
            instance: instance.to_owned(),
            stage: match view.stage {
                Stage::Ready => ShownStage::Ready,
                Stage::Preparing => ShownStage::Preparing,
                Stage::On => ShownStage::On,
                Stage::Over => ShownStage::Over,
            },
            fault: view.fault.clone(),
            run: view.run.as_ref().map(ShownRun::of),
            search: view.search.as_deref().map(|search| ShownSearch {
                probes: search.probes.clone(),
                held: search.bracket.held,
                broke: search.bracket.broke,
                outcome: search.outcome.clone(),
            }),
        }
    }

    /// Whether it says the same but for its number.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let same = self.stage == other.stage && self.fault == other.fault;
        same && self.run == other.run && self.search == other.search
    }
}

impl ShownRun {
    pub(crate) fn of(run: &Run) -> Self {
        let header = &run.header;
        let weight = |(class, weight): &(std::sync::Arc<str>, u32)| ShownWeight {
            class: class.to_string(),
            weight: *weight,
        };
        let folder = run.folder.as_ref().and_then(|folder| folder.file_name());
        Self {
            number: run.number,
            state: state(run.state),
            paused: run.paused,
            open: header.load.open,
            target_users: run.target_users,
            spawn_rate: run.spawn_rate,
            arrival_rate: run.arrival_rate,
            weights: run.weights.iter().map(weight).collect(),
            suite: header.suite.clone(),
            scenario: header.scenario.clone(),
            label: header.label.clone(),
            host: header.host.clone(),
            load: header.load.text.clone(),
            run_time: header.load.run_time.map(seconds),
            started: epoch(run.ending.as_ref().map_or(header.started, |it| it.started)),
            ended: run.ending.as_ref().map(|ending| ending.reason.text()),
            command: header.command.clone(),
            seed: header.seed,
            folder: folder.map(|name| name.to_string_lossy().into_owned()),
            settings: header.settings.clone(),
        }
    }
}

/// As Locust and the page call it.
pub(crate) fn state(state: RunState) -> &'static str {
    match state {
        RunState::Spawning => "spawning",
        RunState::Running => "running",
        RunState::Stopping => "stopping",
        RunState::Stopped => "stopped",
        _ => "ready",
    }
}
