//! Whether the number of users follows stages, and what that leaves without effect.

use katydid_core::{Scenario, Stages};

use crate::args::Args;
use crate::error::CliError;
use crate::sources::Setting;
use crate::suite::Suite;

/// What stages take the place of.
pub(super) const INSTEAD_OF: [&str; 3] = ["users", "spawn-rate", "run-time"];

/// The stages of a run: those of `--stages`, else those of its scenario, else its steps. An arrival
/// rate takes their place.
///
/// # Errors
/// A flag that the scenario's stages would leave without effect.
pub(super) fn of_run(args: &Args, scenario: Option<&Scenario>) -> Result<Option<Stages>, CliError> {
    if args.load.stages.is_some() {
        return Ok(args.load.stages.clone());
    }
    if args.arrivals.resolve()?.is_some() {
        return Ok(None);
    }
    let staged = scenario.and_then(|scenario| Some((scenario, scenario.stages.as_ref()?)));
    let Some((scenario, stages)) = staged else { return steps(args, scenario) };
    let of = |long: &&&str| args.sources.of(long).is_some_and(Setting::is_by_hand);
    match INSTEAD_OF.iter().chain(&["steps"]).find(of) {
        Some(flag) => Err(CliError::Usage(format!(
            "the users of scenario {} follow its stages, so --{flag} would do nothing; write other \
             stages: --stages {stages}",
            scenario.name
        ))),
        None => Ok(Some(stages.clone())),
    }
}

/// The climb of `--steps` or of a scenario with steps, to the users and in the time of both.
fn steps(args: &Args, scenario: Option<&Scenario>) -> Result<Option<Stages>, CliError> {
    let steps = args.load.steps.or(scenario.and_then(|scenario| scenario.steps));
    let Some(steps) = steps.filter(|steps| *steps > 1) else { return Ok(None) };
    let (load, name) = (&args.load, args.sources.name("steps"));
    let users = load.users.or(scenario.map(|scenario| scenario.users)).unwrap_or(1);
    let rate = load.spawn_rate.or(scenario.map(|scenario| scenario.spawn_rate)).unwrap_or(1.0);
    let length = load.run_time.or(scenario.map(|scenario| scenario.run_time));
    let length = length.ok_or_else(|| {
        CliError::Usage(format!("{name} {steps} needs a run time to divide; add -t 10m"))
    })?;
    let stages = Stages::steps(steps, users, rate, length);
    stages.map(Some).map_err(|fault| CliError::Usage(format!("{name}: {fault}")))
}

/// Sentences on settings of files and the environment that a scenario's stages leave without
/// effect.
pub(super) fn without_effect(args: &Args, scenario: Option<&Scenario>) -> Vec<String> {
    let staged = scenario.filter(|scenario| scenario.stages.is_some());
    let replaced = args.load.stages.is_some() || matches!(args.arrivals.resolve(), Ok(Some(_)));
    let Some(scenario) = staged.filter(|_| !replaced) else { return Vec::new() };
    let set = INSTEAD_OF.iter().filter(|long| args.sources.of(long).is_some());
    let told = |long: &&str| {
        let (name, scenario) = (args.sources.name(long), &scenario.name);
        format!("{name} has no effect: the users of scenario {scenario} follow its stages")
    };
    set.map(told).collect()
}

/// A sentence on the suite's shape, or the scenario's stages, when another option takes their place.
pub(super) fn replaced(suite: &Suite, args: &Args, scenario: Option<&Scenario>) -> Option<String> {
    let by = ["stages", "arrival-rate", "arrival-stages"];
    let by = by.iter().find(|long| args.sources.of(long).is_some())?;
    let what = match scenario {
        None => suite.shape.as_ref().map(|_| "the suite's shape".to_owned())?,
        Some(scenario) => {
            scenario.stages.as_ref().map(|_| format!("the stages of scenario {}", scenario.name))?
        }
    };
    Some(format!("{} takes the place of {what}", args.sources.name(by)))
}
