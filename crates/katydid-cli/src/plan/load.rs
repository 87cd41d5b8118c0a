//! How much load a scenario makes: users, rate and time, with steps or as a search, or stages.

use std::time::Duration;

use katydid_core::{CapacityPlan, Scenario, Shape as _, Stages, counted, or_nearest, parse_span};

use super::error::PlanError;
use super::table::Entry;
use crate::args::{parse_factor, parse_share};

/// The keys that are read here.
pub(super) const LOAD: [&str; 10] = [
    "users",
    "spawn-rate",
    "run-time",
    "stages",
    "steps",
    "search",
    "from",
    "factor",
    "step-time",
    "precision",
];
/// Those that belong to a search.
const OF_SEARCH: [&str; 4] = ["from", "factor", "step-time", "precision"];
/// The one thing that a search can find.
const CAPACITY: &str = "capacity";

/// A scenario with the load that `parts` of its table describe, and nothing else.
pub(super) fn load(table: &Entry<'_>, parts: &[Entry<'_>]) -> Result<Scenario, PlanError> {
    let part = |key: &str| parts.iter().find(|part| part.name() == key);
    if let Some(stages_part) = part("stages") {
        let stages = stages(stages_part)?;
        return match parts.iter().find(|part| *part.name() != *"stages" && is_load(part)) {
            Some(part) => Err(part.wrong(format!(
                "`stages` say how many users run and how long; leave `{}` out",
                part.name()
            ))),
            None => Ok(Scenario::staged(table.name(), stages)),
        };
    }
    let users = part("users").map(Entry::count).transpose()?;
    let rate = part("spawn-rate").map(Entry::number).transpose()?;
    let time = part("run-time").map(time).transpose()?;
    let lacks = |key: &str| {
        table.wrong(format!("[scenario.{}] lacks `{key}` (or has `stages`)", table.name()))
    };
    let users = users.ok_or_else(|| lacks("users"))?;
    let rate = rate.ok_or_else(|| lacks("spawn-rate"))?;
    let time = time.ok_or_else(|| lacks("run-time"))?;
    let mut scenario = Scenario::new(table.name(), users, rate, time);
    if let Some(part) = part("steps") {
        scenario.steps = Some(steps(part, &scenario)?);
    }
    scenario.search = search(parts, &scenario)?;
    Ok(scenario)
}

fn is_load(part: &Entry<'_>) -> bool {
    LOAD.contains(&part.name())
}

fn steps(part: &Entry<'_>, scenario: &Scenario) -> Result<u32, PlanError> {
    let count = part.count()?;
    let stages = Stages::steps(count, scenario.users, scenario.spawn_rate, scenario.run_time);
    stages.map(|_| count).map_err(|fault| part.wrong_value(fault.to_string()))
}

fn search(parts: &[Entry<'_>], scenario: &Scenario) -> Result<Option<CapacityPlan>, PlanError> {
    let part = |key: &str| parts.iter().find(|part| part.name() == key);
    let Some(search) = part("search") else {
        return match parts.iter().find(|part| OF_SEARCH.contains(&part.name())) {
            Some(part) => Err(part.wrong(format!(
                "`{}` belongs to a search; write search = \"{CAPACITY}\"",
                part.name()
            ))),
            None => Ok(None),
        };
    };
    if search.text()? != CAPACITY {
        let nearest = or_nearest(search.text()?, [CAPACITY]);
        return Err(search.wrong_value(format!("unknown search `{}`; {nearest}", search.text()?)));
    }
    if let Some(steps) = part("steps") {
        return Err(steps.wrong("a search chooses its steps itself; leave `steps` out"));
    }
    let mut plan = CapacityPlan::default();
    if let Some(part) = part("from") {
        plan.from = part.count()?;
    }
    if let Some(part) = part("factor") {
        let factor = parse_factor(&part.number()?.to_string());
        plan.factor = factor.map_err(|fault| part.wrong_value(format!("`factor` {fault}")))?;
    }
    if let Some(part) = part("step-time") {
        plan.step_time = time(part)?;
    }
    if let Some(part) = part("precision") {
        let precision = parse_share(part.text()?);
        plan.precision =
            precision.map_err(|fault| part.wrong_value(format!("`precision` {fault}")))?;
    }
    if plan.from > scenario.users {
        return Err(search.wrong_value(format!(
            "the first probe has {} and `users` allows {}; write a smaller `from`",
            counted(plan.from, "user"),
            scenario.users
        )));
    }
    Ok(Some(plan))
}

fn time(part: &Entry<'_>) -> Result<Duration, PlanError> {
    match parse_span(part.text()?) {
        Ok(Duration::ZERO) => {
            Err(part.wrong_value(format!("`{}` must be longer than 0", part.name())))
        }
        Ok(time) => Ok(time),
        Err(fault) => Err(part.wrong_value(fault.to_string())),
    }
}

fn stages(part: &Entry<'_>) -> Result<Stages, PlanError> {
    let mut all = Vec::new();
    for item in part.texts()? {
        let stages: Stages = item.text.parse().map_err(|fault| item.wrong(format!("{fault}")))?;
        all.extend_from_slice(stages.stages());
    }
    let stages = Stages::new(all).checked().map_err(|fault| part.wrong_value(fault.to_string()))?;
    if stages.most_users().is_none_or(|users| users == 0) {
        return Err(part.wrong_value("no stage has any user"));
    }
    Ok(stages)
}
