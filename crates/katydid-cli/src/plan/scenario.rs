//! The tables `[scenario.NAME]`.

use katydid_core::{
    DegradeError, DriftRule, Expectation, Metric, Recover, RunPhase, Scenario, Scope, Silence,
    Target, or_nearest,
};

use super::error::PlanError;
use super::keys::SCENARIO;
use super::load::{LOAD, load};
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
    let mut scenario = load(table, &parts)?;
    let phases = scenario.phases();
    for part in &parts {
        match part.name() {
            "purpose" => part.text()?.clone_into(&mut scenario.purpose),
            "expected" => part.text()?.clone_into(&mut scenario.expected),
            "classes" => scenario.classes = classes(part, names)?,
            "tags" => scenario.tags = tags(part, &names.tags)?,
            "exclude-tags" => scenario.exclude_tags = tags(part, &names.tags)?,
            "silence" => scenario.silences.extend(silences(part)?),
            "targets" => {
                for item in part.texts()? {
                    let target = target(&item, names, rules)?;
                    if let Some(why) = target.unknown_phase(&phases) {
                        return Err(item.wrong(format!("target `{target}`: {why}")));
                    }
                    scenario.targets.push(target);
                }
            }
            "knee" | "degrade" | "recover" | "drift" => {
                scenario.expectations.extend(expectations(part, names, rules, &phases)?);
            }
            "endpoints" => listed(part, List::Endpoints, rules, &mut scenario)?,
            "success-classes" => listed(part, List::SuccessClasses, rules, &mut scenario)?,
            "mask" => scenario.mask.extend(masks(part)?),
            "preflight" => scenario.preflight = part.switch()?,
            "confirm" => scenario.confirm = part.switch()?,
            "max-rate" => {
                let cap = part.text()?.parse();
                scenario.max_rate =
                    Some(cap.map_err(|fault| part.wrong_value(format!("{fault}")))?);
            }
            "max-requests" => scenario.max_requests = Some(part.count()?.into()),
            "max-cost" => scenario.max_cost = Some(part.number()?),
            // Read with the load.
            name if LOAD.contains(&name) => {}
            _ => return Err(part.unknown(&SCENARIO.map(|key| key.name))),
        }
    }
    if scenario.search.is_some() {
        check_search(table, &scenario)?;
    }
    Ok(scenario)
}

/// A search can be decided by its targets, and by nothing else.
fn check_search(table: &Entry<'_>, scenario: &Scenario) -> Result<(), PlanError> {
    let failures =
        |target: &Target| matches!(target.metric(), Metric::SuccessRate | Metric::FailureRate);
    if !scenario.targets.iter().any(failures) {
        return Err(table.wrong(NO_TARGET));
    }
    if !scenario.expectations.is_empty() {
        return Err(table.wrong(ONLY_TARGETS));
    }
    if scenario.targets.iter().any(|target| target.grace().is_some()) {
        return Err(table.wrong(NO_ABORT));
    }
    Ok(())
}

fn silences(part: &Entry<'_>) -> Result<Vec<Silence>, PlanError> {
    let silence =
        |item: Item<'_>| item.text.parse().map_err(|fault| item.wrong(format!("{fault}")));
    part.texts()?.into_iter().map(silence).collect()
}

fn masks(part: &Entry<'_>) -> Result<Vec<String>, PlanError> {
    let name = |item: Item<'_>| {
        if item.text.chars().any(char::is_alphanumeric) {
            return Ok(item.text.to_owned());
        }
        Err(item.wrong("a name to mask has a letter or a digit in it"))
    };
    part.texts()?.into_iter().map(name).collect()
}

const ONLY_TARGETS: &str = "a search is judged by its targets alone, probe by probe; leave `knee`, \
                            `degrade`, `recover` and `drift` out";
const NO_ABORT: &str = "a probe of a search ends by itself, and one that a target ended in its ramp would say \
                        nothing of its load; leave `abort` out";
const NO_TARGET: &str = "a search needs a target on `failures` or `success`, as in targets = \
                         [\"failures < 1%\"]: pages that say sorry are fast, and hold every other";

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
    known_tag(item, target.scope(), names, &format!("target `{target}`"))?;
    Ok(target)
}

/// What a key says of the run beyond rules on one number.
fn expectations(
    part: &Entry<'_>,
    names: &Names,
    rules: &Rules<'_>,
    phases: &[RunPhase],
) -> Result<Vec<Expectation>, PlanError> {
    if part.name() == "degrade" {
        let degrade = part.text()?.parse();
        let degrade = degrade.map_err(|fault: DegradeError| part.wrong_value(fault.to_string()))?;
        return Ok(vec![Expectation::Degrade(degrade)]);
    }
    let items = if part.name() == "drift" { part.texts()? } else { part.one_or_texts()? };
    let read = |item: Item<'_>| {
        let expectation = match part.name() {
            "knee" => Expectation::Knee(target(&item, names, rules)?),
            "recover" => recover(&item, names, rules)?,
            _ => drift(&item, names, rules)?,
        };
        match expectation.out_of_place(phases) {
            Some(why) => Err(item.wrong(format!("`{expectation}`: {why}"))),
            None => Ok(expectation),
        }
    };
    items.into_iter().map(read).collect()
}

fn drift(item: &Item<'_>, names: &Names, rules: &Rules<'_>) -> Result<Expectation, PlanError> {
    let drift = DriftRule::parse(item.text, &rules.classes)
        .map_err(|fault| item.wrong(fault.to_string()))?;
    known_tag(item, drift.scope(), names, &format!("`{drift}`"))?;
    Ok(Expectation::Drift(drift))
}

fn known_tag(item: &Item<'_>, scope: &Scope, names: &Names, rule: &str) -> Result<(), PlanError> {
    match scope {
        Scope::Tag(tag) if !names.tags.contains(tag) => {
            let nearest = or_nearest(tag, names.tags.iter().map(String::as_str));
            Err(item.wrong(format!("{rule}: no task has the tag `{tag}`; {nearest}")))
        }
        _ => Ok(()),
    }
}

fn recover(item: &Item<'_>, names: &Names, rules: &Rules<'_>) -> Result<Expectation, PlanError> {
    let recover =
        Recover::parse(item.text, &rules.classes).map_err(|fault| item.wrong(fault.to_string()))?;
    known_tag(item, recover.rule().scope(), names, &format!("`{recover}`"))?;
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
