//! From the text of a plan to scenarios and hosts.

use std::path::Path;

use katydid_core::Scenario;
use katydid_engine::Class;
use toml::de::DeTable;

use super::error::PlanError;
use super::hosts::hosts;
use super::keys::TABLES;
use super::monitors::{PlannedMonitor, monitors};
use super::prices::{Price, prices};
use super::scenario::{Names, scenario};
use super::table::{Entry, Source, entries};
use super::targets::Rules;
use crate::error::CliError;
use crate::suite::Suite;

/// A plan, read and checked against its suite.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The file as it was named, or whose built-in plan it is.
    pub(crate) origin: String,
    /// As it is written.
    pub(crate) text: String,
    hosts: Vec<(String, String)>,
    scenarios: Vec<Scenario>,
    price: Option<Price>,
    monitors: Vec<PlannedMonitor>,
}

impl Plan {
    /// Reads a plan whose tags and classes are those of `suite`.
    ///
    /// # Errors
    /// The line of the first thing that cannot be meant, with the nearest name.
    pub(crate) fn read(origin: &str, text: &str, suite: &Suite) -> Result<Self, PlanError> {
        let source = Source { origin, text };
        let document = DeTable::parse(text).map_err(|fault| {
            let at = fault.span().unwrap_or_default();
            let message = match fault.message() {
                // Of which key it speaks only its place says.
                "duplicate key" => {
                    let key = text.get(at.clone()).unwrap_or_default();
                    format!("`{key}` stands here a second time; leave one out")
                }
                message => message.replace('\n', ", "),
            };
            source.wrong(at, message)
        })?;
        let tables = entries(source, "", document.get_ref());
        let known = TABLES.map(|(name, _)| name);
        if let Some(unknown) = tables.iter().find(|table| !known.contains(&table.name())) {
            return Err(unknown.unknown(&known));
        }
        let table = |name: &str| tables.iter().find(|table| table.name() == name).copied();
        let names = Names {
            tags: suite.tags(),
            classes: suite.classes.iter().map(Class::name).map(ToString::to_string).collect(),
        };
        let mut rules = Rules::default();
        if let Some(success) = table("success") {
            rules.success(success, &names.tags)?;
        }
        if let Some(target) = table("target") {
            rules.endpoints(target)?;
        }
        let scenarios = match table("scenario") {
            Some(table) => scenarios(&table, &names, &rules)?,
            None => Vec::new(),
        };
        rules.all_used()?;
        let hosts = table("hosts").map(|table| hosts(&table)).transpose()?.unwrap_or_default();
        let price = table("prices").map(|table| prices(&table, suite.cost_unit.as_deref()));
        let price = price.transpose()?.flatten();
        let monitors = table("monitor").map(|table| monitors(&table)).transpose()?;
        Ok(Self {
            origin: origin.to_owned(),
            text: text.to_owned(),
            hosts,
            scenarios,
            price,
            monitors: monitors.unwrap_or_default(),
        })
    }

    /// What is watched beside the load.
    pub(crate) fn monitors(&self) -> &[PlannedMonitor] {
        &self.monitors
    }

    /// Its scenarios, for the fuzz target.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }
}

fn scenarios(
    table: &Entry<'_>,
    names: &Names,
    rules: &Rules<'_>,
) -> Result<Vec<Scenario>, PlanError> {
    let each = entries(table.source, "scenario", table.table()?);
    each.iter().map(|table| scenario(table, names, rules)).collect()
}

/// Puts the suite's own plan in force.
///
/// # Errors
/// It cannot be meant, which is a mistake in the suite.
pub(crate) fn adopt(suite: &mut Suite) -> Result<(), CliError> {
    let Some(text) = suite.plan_text.take() else { return Ok(()) };
    let origin = format!("the plan of {}", suite.name);
    put(suite, Plan::read(&origin, &text, suite)?);
    Ok(())
}

/// Puts the plan of a file in force, instead of the suite's own.
///
/// # Errors
/// It cannot be read, or cannot be meant.
pub(crate) fn adopt_file(suite: &mut Suite, path: &Path) -> Result<(), CliError> {
    let text = std::fs::read_to_string(path).map_err(|fault| match fault.kind() {
        std::io::ErrorKind::NotFound => CliError::Usage(format!(
            "plan {0}: there is no such file; `{1} plan show > {0}` writes one to start from",
            path.display(),
            suite.name
        )),
        _ => CliError::File { what: "plan", path: path.to_owned(), fault },
    })?;
    put(suite, Plan::read(&path.display().to_string(), &text, suite)?);
    Ok(())
}

fn put(suite: &mut Suite, plan: Plan) {
    suite.scenarios.clone_from(&plan.scenarios);
    suite.hosts.clone_from(&plan.hosts);
    suite.price.clone_from(&plan.price);
    suite.plan = Some(plan);
}
