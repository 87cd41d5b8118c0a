//! A named recipe of load, with the targets that judge it.

use std::time::Duration;

use crate::{
    CapacityPlan, Expectation, RateCap, RunPhase, Shape as _, Silence, Stages, Target, counted,
    format_span,
};

/// A recipe that `--scenario NAME` runs. Flags override its numbers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scenario {
    /// Its name on the command line.
    pub name: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// What is expected of the target, in one sentence; `targets` is the same as rules.
    pub expected: String,
    /// Users; with stages the most of them.
    pub users: u32,
    /// Users started per second; with stages those of the first.
    pub spawn_rate: f64,
    /// Length of the run.
    pub run_time: Duration,
    /// How the number of users changes, if it does.
    pub stages: Option<Stages>,
    /// Users climb to `users` in so many equal steps, each an equal part of `run_time`.
    pub steps: Option<u32>,
    /// It is no single run but a search for the highest load that holds its targets, of at most
    /// `users` users and `run_time` in all.
    pub search: Option<CapacityPlan>,
    /// The classes that run, as on the command line (`Shopper`, `Shopper=3`); none are all.
    pub classes: Vec<String>,
    /// Only tasks with one of these tags run; none are all.
    pub tags: Vec<String>,
    /// Tasks with one of these tags do not run.
    pub exclude_tags: Vec<String>,
    /// Warnings that are not wanted, with reasons.
    pub silences: Vec<Silence>,
    /// Further names whose values are secret.
    pub mask: Vec<String>,
    /// Target, accounts and every task are checked before the load.
    pub preflight: bool,
    /// A person on a terminal is asked before the load.
    pub confirm: bool,
    /// Never more requests than this.
    pub max_rate: Option<RateCap>,
    /// The run ends when so many requests have been answered.
    pub max_requests: Option<u64>,
    /// The run ends when it has cost so much.
    pub max_cost: Option<f64>,
    /// What the target must hold.
    pub targets: Vec<Target>,
    /// What it must hold beyond rules on one number.
    pub expectations: Vec<Expectation>,
}

impl Scenario {
    /// A scenario of `users` users, started at `spawn_rate` per second, for `run_time`.
    pub fn new(name: &str, users: u32, spawn_rate: f64, run_time: Duration) -> Self {
        Self {
            name: name.to_owned(),
            purpose: String::new(),
            expected: String::new(),
            users,
            spawn_rate,
            run_time,
            stages: None,
            steps: None,
            search: None,
            classes: Vec::new(),
            tags: Vec::new(),
            exclude_tags: Vec::new(),
            silences: Vec::new(),
            mask: Vec::new(),
            preflight: false,
            confirm: false,
            max_rate: None,
            max_requests: None,
            max_cost: None,
            targets: Vec::new(),
            expectations: Vec::new(),
        }
    }

    /// A scenario whose users follow `stages`.
    pub fn staged(name: &str, stages: Stages) -> Self {
        let rate = stages.stages().first().map_or(1.0, |first| first.stage.spawn_rate);
        let plain = Self::new(name, stages.most_users().unwrap_or_default(), rate, stages.length());
        Self { stages: Some(stages), ..plain }
    }

    /// Says what it is for.
    pub fn purpose(mut self, purpose: &str) -> Self {
        purpose.clone_into(&mut self.purpose);
        self
    }

    /// Adds a target.
    pub fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// How much load it is, in words: `5 users at 1/s for 2m`.
    pub fn load_text(&self) -> String {
        let Self { users, spawn_rate, run_time, .. } = self;
        let time = format_span(*run_time);
        match (&self.stages, &self.search, self.steps) {
            (Some(stages), ..) => format!("stages {stages}"),
            (_, Some(search), _) => format!(
                "a search from {} to at most {users}, {} each, for {time} at most",
                counted(search.from, "user"),
                format_span(search.step_time)
            ),
            (.., Some(steps)) => {
                let (users, steps) = (counted(*users, "user"), counted(steps, "step"));
                format!("{users} in {steps} at {spawn_rate}/s for {time}")
            }
            _ => format!("{} at {spawn_rate}/s for {time}", counted(*users, "user")),
        }
    }

    /// The named pieces of its run; a search has none, each probe is a run of its own.
    pub fn phases(&self) -> Vec<RunPhase> {
        let Self { users, spawn_rate, run_time, .. } = *self;
        match (&self.stages, &self.search, self.steps) {
            (_, Some(_), _) => Vec::new(),
            (None, _, None | Some(1)) => {
                RunPhase::ramp_and_steady(users, spawn_rate, Some(run_time))
            }
            _ => self.as_stages().phases(),
        }
    }

    /// Its load as stages; one without any has one. Of a search it is the first probe.
    pub fn as_stages(&self) -> Stages {
        let Self { users, spawn_rate, run_time, .. } = *self;
        if let Some(search) = &self.search {
            return search.first_probe();
        }
        let stepped = self.steps.map(|steps| Stages::steps(steps, users, spawn_rate, run_time));
        let one = || Stages::one(users, spawn_rate, run_time);
        self.stages.clone().or(stepped.and_then(Result::ok)).unwrap_or_else(one)
    }
}
