//! The tables `[scenario.NAME]`.

use std::time::Duration;

use katydid_core::{
    Expectation, Recover, Scenario, Scope, Shape as _, Stages, Target, or_nearest, parse_span,
};

use super::error::PlanError;
use super::keys::SCENARIO;
use super::table::{Entry, Item, entries};
use super::targets::{List, Rules, tags};

/// What the suite knows, for names in the plan.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Tags of tasks.
    pub(super) tags: Vec<String>,
    /// User classes.
    pub(super) classes: Vec<String>,
}

/// The load of a scenario as far as it is read.
#[derive(Debug, Default)]
struct Load<'p> {
    users: Option<(Entry<'p>, u32)>,
    spawn_rate: Option<(Entry<'p>, f64)>,
    run_time: Option<(Entry<'p>, Duration)>,
    stages: Option<Stages>,
}

/// Reads one scenario.
pub(super) fn scenario(
    table: &Entry<'_>,
    names: &Names,
    rules: &Rules<'_>,
) -> Result<Scenario, PlanError> {
    let within = format!("scenario.{}", table.name());
    if table.name().is_empty() || table.name().contains(|c: char| c.is_whitespace() || c == '/') {
        return Err(table.wrong("the name of a scenario is one word without a slash"));
    }
    let parts = entries(table.source, &within, table.table()?);
    let load = load(&parts)?;
    let mut scenario = with_load(table, load)?;
    let phases = scenario.phases();
    for part in &parts {
        match part.name() {
            "purpose" => part.text()?.clone_into(&mut scenario.purpose),
            "expected" => part.text()?.clone_into(&mut scenario.expected),
            "classes" => scenario.classes = classes(part, names)?,
            "tags" => scenario.tags = tags(part, &names.tags)?,
            "exclude-tags" => scenario.exclude_tags = tags(part, &names.tags)?,
            "silence" => {
                for item in part.texts()? {
                    let silence =
                        item.text.parse().map_err(|fault| item.wrong(format!("{fault}")))?;
                    scenario.silences.push(silence);
                }
            }
            "targets" => {
                for item in part.texts()? {
                    let target = target(&item, names, rules)?;
                    if let Some(why) = target.unknown_phase(&phases) {
                        return Err(item.wrong(format!("target `{target}`: {why}")));
                    }
                    scenario.targets.push(target);
                }
            }
            "recover" => {
                for item in part.one_or_texts()? {
                    let recover = recover(&item, names, rules)?;
                    if let Some(why) = recover.out_of_place(&phases) {
                        return Err(item.wrong(format!("`{recover}`: {why}")));
                    }
                    scenario.expectations.push(recover);
                }
            }
            "endpoints" => listed(part, List::Endpoints, rules, &mut scenario)?,
            "success-classes" => listed(part, List::SuccessClasses, rules, &mut scenario)?,
            // Read with the load.
            "users" | "spawn-rate" | "run-time" | "stages" => {}
            _ => return Err(part.unknown(&SCENARIO.map(|key| key.name))),
        }
    }
    Ok(scenario)
}

fn load<'p>(parts: &[Entry<'p>]) -> Result<Load<'p>, PlanError> {
    let mut load = Load::default();
    for part in parts {
        match part.name() {
            "users" => load.users = Some((*part, part.count()?)),
            "spawn-rate" => load.spawn_rate = Some((*part, part.number()?)),
            "run-time" => load.run_time = Some((*part, time(part)?)),
            "stages" => load.stages = Some(stages(part)?),
            _ => {}
        }
    }
    Ok(load)
}

fn with_load(table: &Entry<'_>, load: Load<'_>) -> Result<Scenario, PlanError> {
    let Some(stages) = load.stages else {
        let lacks = |key: &str| {
            table.wrong(format!("[scenario.{}] lacks `{key}` (or has `stages`)", table.name()))
        };
        let (_, users) = load.users.ok_or_else(|| lacks("users"))?;
        let (_, rate) = load.spawn_rate.ok_or_else(|| lacks("spawn-rate"))?;
        let (_, time) = load.run_time.ok_or_else(|| lacks("run-time"))?;
        return Ok(Scenario::new(table.name(), users, rate, time));
    };
    let parts = [
        load.users.map(|(entry, _)| entry),
        load.spawn_rate.map(|(entry, _)| entry),
        load.run_time.map(|(entry, _)| entry),
    ];
    match parts.into_iter().flatten().next() {
        Some(part) => {
            let text = format!(
                "`stages` say how many users run and how long; leave `{}` out",
                part.name()
            );
            Err(part.wrong(text))
        }
        None => Ok(Scenario::staged(table.name(), stages)),
    }
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

fn classes(part: &Entry<'_>, names: &Names) -> Result<Vec<String>, PlanError> {
    let class = |item: Item<'_>| {
        let name = item.text.split_once('=').map_or(item.text, |(name, _)| name);
        if names.classes.iter().any(|known| known == name) {
            return Ok(item.text.to_owned());
        }
        let nearest = or_nearest(name, names.classes.iter().map(String::as_str));
        Err(item.wrong(format!("unknown user class `{name}`; {nearest}")))
    };
    part.texts()?.into_iter().map(class).collect()
}

fn target(item: &Item<'_>, names: &Names, rules: &Rules<'_>) -> Result<Target, PlanError> {
    let target =
        Target::parse(item.text, &rules.classes).map_err(|fault| item.wrong(fault.to_string()))?;
    known_tag(item, &target, names)?;
    Ok(target)
}

fn known_tag(item: &Item<'_>, target: &Target, names: &Names) -> Result<(), PlanError> {
    match target.scope() {
        Scope::Tag(tag) if !names.tags.contains(tag) => {
            let nearest = or_nearest(tag, names.tags.iter().map(String::as_str));
            Err(item.wrong(format!("target `{target}`: no task has the tag `{tag}`; {nearest}")))
        }
        _ => Ok(()),
    }
}

fn recover(item: &Item<'_>, names: &Names, rules: &Rules<'_>) -> Result<Expectation, PlanError> {
    let recover =
        Recover::parse(item.text, &rules.classes).map_err(|fault| item.wrong(fault.to_string()))?;
    known_tag(item, recover.rule(), names)?;
    Ok(Expectation::Recover(recover))
}

fn listed(
    part: &Entry<'_>,
    list: List,
    rules: &Rules<'_>,
    scenario: &mut Scenario,
) -> Result<(), PlanError> {
    for item in part.texts()? {
        scenario.targets.extend(rules.named(list, &item)?);
    }
    Ok(())
}
