//! What the words of the command line mean together: one checked description of the run.

mod accounts;
mod evidence;
mod exports;
mod host;
mod load;
mod output;
mod print;
mod reports;
mod search;
mod stages;
mod web;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use katydid_core::{
    Aftermath, Expectation, Ladder, Scenario, Silence, Stages, Target, counted, exit, format_span,
    is_loopback, or_nearest,
};
use katydid_engine::{Class, RunSettings};
use katydid_store::Rules;

use crate::args::{Args, TargetArgs};
use crate::error::CliError;
use crate::guards;
use crate::options::Options;
use crate::plan::PlannedMonitor;
use crate::preflight::Wanted;
use crate::selection::{self, Selection};
use crate::sources::Sources;
use crate::suite::Suite;

pub(crate) use evidence::{FAILURES_PER_SECOND, FailureLogging};
pub(crate) use exports::{ExportSettings, PrometheusSettings};
pub(crate) use host::check_url;
pub(crate) use load::{seed, threads};
pub(crate) use output::OutputSettings;
pub(crate) use print::{rows as print_rows, text as print};
pub(crate) use reports::{Maker, ReportFiles};
pub(crate) use web::{Front, WebSettings};

/// Everything that a run needs to know, checked.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The classes with the tasks that run.
    pub(crate) classes: Vec<Class>,
    /// How much, how long, where to. No host yet when it is the embedded backend's.
    pub(crate) run: RunSettings,
    /// What is watched beside the load.
    pub(crate) monitors: Vec<PlannedMonitor>,
    /// What the run must show beyond its targets.
    expectations: Vec<Expectation>,
    /// The recipe, if one was named.
    pub(crate) scenario: Option<Scenario>,
    /// What the number of users follows, if not a ramp.
    pub(crate) stages: Option<Stages>,
    /// Not one run but a search for the highest load that holds, with the loads that it may try;
    /// `run` has the most users and the longest time of it.
    pub(crate) search: Option<Ladder>,
    /// Whether the suite's own backend is started.
    pub(crate) embedded: bool,
    /// Local processes to watch, by name.
    pub(crate) watch_pids: Vec<u32>,
    /// File with accounts; it exists.
    pub(crate) accounts: Option<PathBuf>,
    /// What is printed and stored.
    pub(crate) output: OutputSettings,
    /// Where every failure is written.
    pub(crate) failure_log: Option<FailureLogging>,
    /// The code for failures that no target judges.
    pub(crate) failed_code: u8,
    /// A run that is DISTURBED ends with the code of one that is INVALID.
    pub(crate) strict: bool,
    /// Whether target, accounts and tasks are checked before the load, or instead of it.
    pub(crate) preflight: Wanted,
    /// Nobody is asked before the load.
    pub(crate) yes: bool,
    /// What the load may cost.
    pub(crate) max_cost: Option<f64>,
    /// Warnings that are not wanted.
    pub(crate) silences: Vec<Silence>,
    /// The values of the suite's own options.
    pub(crate) options: Options,
    /// Where the settings come from, and what must be said of that.
    pub(crate) sources: Sources,
    /// What somebody calls the run.
    pub(crate) label: Option<String>,
    /// Name, value and origin of every option, secrets masked.
    pub(crate) rows: Vec<[String; 3]>,
    /// The command line that means the same, where it is not the one of the program.
    pub(crate) again: Option<Vec<OsString>>,
}

impl Settings {
    /// Decides what `args` mean for `suite`.
    ///
    /// # Errors
    /// The first thing that cannot be meant, with the next step.
    pub(crate) fn resolve(suite: &Suite, args: &Args) -> Result<Self, CliError> {
        let scenario = scenario(suite, args.load.scenario.as_deref())?;
        let args = &selection::with_scenario(args, scenario.as_ref());
        let Selection { classes, emptied } = selection::select(suite, args)?;
        let embedded = embedded(suite, &args.target)?;
        let accounts = accounts::accounts(suite, &args.target, &classes)?;
        let host = host::of_run(suite, args, &classes)?;
        let search = search::of_run(args, scenario.as_ref())?;
        let args = &search::alone(args, search.as_ref());
        guards::of_one_run(args, search.is_some())?;
        let stages = stages::of_run(args, scenario.as_ref())?;
        let run = load::load(suite, args, (scenario.as_ref(), stages.as_ref()), host)?;
        let mut run = RunSettings { abort: aborting(scenario.as_ref()), ..run };
        about_its_phases(scenario.as_ref(), &run)?;
        let hosts = hosts(&classes, &run);
        let elsewhere = hosts.iter().any(|host| !is_loopback(host));
        if elsewhere || args.guards.contact.is_some() {
            run.http.label = Some(guards::label(&suite.name, args.guards.contact.as_deref()));
        }
        let monitors = suite.plan.as_ref().map_or_else(Vec::new, |plan| plan.monitors().to_vec());
        // What a search finds is the load that holds the targets; monitors only look on.
        let judging = if search.is_some() { &[] } else { &*monitors };
        evidence::of_run(args, &mut run);
        let mut sources = args.sources.clone();
        sources.warnings.extend(emptied);
        sources.warnings.extend(stages::without_effect(args, scenario.as_ref()));
        sources.warnings.extend(stages::replaced(suite, args, scenario.as_ref()));
        sources.warnings.extend(search::without_effect(args, search.as_ref()));
        Ok(Self {
            preflight: wanted(args, scenario.as_ref(), elsewhere),
            classes,
            run,
            expectations: expectations(scenario.as_ref(), judging),
            monitors,
            scenario,
            stages,
            search,
            embedded,
            yes: args.guards.yes,
            max_cost: args.guards.max_cost,
            watch_pids: args.target.watch_pid.clone(),
            accounts,
            output: OutputSettings::resolve(args)?,
            failure_log: evidence::failure_log(args)?,
            strict: args.tuning.strict,
            failed_code: args.tuning.exit_code_on_error.unwrap_or(exit::FAILED),
            silences: args.tuning.silence.clone(),
            options: args.options.clone(),
            sources,
            label: args.output.profile.clone(),
            rows: args.settings_rows(suite),
            again: args.again.clone(),
        })
    }

    /// The hosts that are loaded.
    pub(crate) fn hosts(&self) -> Vec<String> {
        hosts(&self.classes, &self.run)
    }

    /// How much load goes where, as a sentence.
    pub(crate) fn load_text(&self) -> String {
        let run = &self.run;
        let load = match (&run.arrivals, &self.stages) {
            (Some(open), _) => format!("task starts at {}", open.rate),
            (None, Some(stages)) => format!("stages {stages}"),
            (None, None) => format!("{} at {}/s", counted(run.users, "user"), run.spawn_rate),
        };
        let time = run.end().map_or_else(
            || "until somebody stops it".to_owned(),
            |time| format!("for {}", format_span(time)),
        );
        let scenario = self.scenario.as_ref();
        let name = scenario.map_or_else(String::new, |it| format!("Scenario {}: ", it.name));
        let target = match &run.host {
            None if self.embedded => "the embedded backend".to_owned(),
            _ => self.hosts().join(", "),
        };
        format!("{name}{load} {time} will load {target}.")
    }

    /// The number of users over time, where that is settled before the run.
    pub(crate) fn load_stages(&self) -> Option<Stages> {
        let run = &self.run;
        match &self.stages {
            Some(stages) => Some(stages.clone()),
            None if self.search.is_some() => self.search.map(|search| search.first_probe()),
            // A function decides, or a number of iterations.
            None if run.shape.is_some() || run.arrivals.is_some() || run.iterations.is_some() => {
                None
            }
            None => Some(Stages::one(run.users, run.spawn_rate, run.run_time?)),
        }
    }

    /// Whether the run ends by itself, sooner or later.
    pub(crate) fn has_end(&self) -> bool {
        let run = &self.run;
        run.end().is_some() || run.shape.is_some() || run.iterations.is_some()
    }

    /// The rules on numbers of the run.
    pub(crate) fn targets(&self) -> &[Target] {
        self.scenario.as_ref().map_or(&[], |scenario| &scenario.targets)
    }

    /// What the run must show beyond them.
    pub(crate) fn expectations(&self) -> &[Expectation] {
        &self.expectations
    }

    /// What judges the run, after what hooks have done.
    pub(crate) fn rules<'a>(&'a self, aftermath: &'a Aftermath) -> Rules<'a> {
        Rules {
            targets: self.targets(),
            expectations: self.expectations(),
            failed_code: self.failed_code,
            strict: self.strict,
            aftermath,
        }
    }
}

/// The hosts that `classes` load.
fn hosts(classes: &[Class], run: &RunSettings) -> Vec<String> {
    match &run.host {
        Some(host) => vec![host.trim_end_matches('/').to_owned()],
        None => {
            let own: BTreeSet<&str> = classes.iter().filter_map(Class::host).collect();
            own.into_iter().map(|host| host.trim_end_matches('/').to_owned()).collect()
        }
    }
}

fn wanted(args: &Args, scenario: Option<&Scenario>, elsewhere: bool) -> Wanted {
    let guards = &args.guards;
    let by_itself = elsewhere || scenario.is_some_and(|scenario| scenario.preflight);
    match (guards.preflight, by_itself, guards.no_preflight) {
        (true, ..) => Wanted::Only,
        (_, false, _) => Wanted::No,
        (_, true, false) => Wanted::Before,
        (_, true, true) => Wanted::LeftOut,
    }
}

pub(crate) fn scenario(suite: &Suite, name: Option<&str>) -> Result<Option<Scenario>, CliError> {
    let Some(name) = name else { return Ok(None) };
    let known = suite.scenarios.iter().map(|scenario| scenario.name.as_str());
    match suite.scenarios.iter().find(|scenario| scenario.name == name) {
        Some(scenario) => Ok(Some(scenario.clone())),
        None => {
            Err(CliError::Usage(format!("unknown scenario `{name}`; {}", or_nearest(name, known))))
        }
    }
}

/// What the scenario expects, and the rules of monitors.
fn expectations(scenario: Option<&Scenario>, monitors: &[PlannedMonitor]) -> Vec<Expectation> {
    let own = scenario.map_or(&[][..], |scenario| &scenario.expectations);
    own.iter().cloned().chain(monitors.iter().flat_map(PlannedMonitor::expectations)).collect()
}

/// The targets that end a run.
fn aborting(scenario: Option<&Scenario>) -> Vec<Target> {
    let targets = scenario.map_or(&[][..], |scenario| &scenario.targets);
    targets.iter().filter(|target| target.grace().is_some()).cloned().collect()
}

/// Every rule of a scenario must be about something that the run has, whatever flags changed.
fn about_its_phases(scenario: Option<&Scenario>, run: &RunSettings) -> Result<(), CliError> {
    let Some(scenario) = scenario else { return Ok(()) };
    let phases = run.phases();
    let of_target = |it: &Target| Some(format!("target `{it}`: {}", it.unknown_phase(&phases)?));
    let of_other = |it: &Expectation| Some(format!("`{it}`: {}", it.out_of_place(&phases)?));
    let mut targets = scenario.targets.iter().filter_map(of_target);
    let wrong = targets.next().or(scenario.expectations.iter().find_map(of_other));
    wrong.map_or(Ok(()), |wrong| {
        Err(CliError::Usage(format!("scenario {}: {wrong}", scenario.name)))
    })
}

fn embedded(suite: &Suite, args: &TargetArgs) -> Result<bool, CliError> {
    if args.embedded && suite.embedded.is_none() {
        let text = "this suite brings no backend for --embedded; name a running one with -H URL";
        return Err(CliError::usage(text));
    }
    Ok(args.embedded)
}

#[cfg(test)]
mod tests;
