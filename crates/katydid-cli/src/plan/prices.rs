//! The table `[prices]`: what a unit of what the suite pays for costs.

use katydid_core::or_nearest;

use super::error::PlanError;
use super::table::{Entry, entries};

/// What a unit costs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Price {
    /// For one unit, above 0.
    pub(crate) per_unit: f64,
    /// In which currency, if the plan says.
    pub(crate) currency: Option<String>,
}

/// Reads the table for a suite that pays by this unit, if it pays.
pub(super) fn prices(table: &Entry<'_>, unit: Option<&str>) -> Result<Option<Price>, PlanError> {
    let Some(unit) = unit else {
        let text = "this suite does not tell what its requests cost, so a price has no effect";
        return Err(table.wrong(text));
    };
    let (mut per_unit, mut currency) = (None, None);
    for entry in entries(table.source, "prices", table.table()?) {
        match entry.name() {
            "currency" => currency = Some(entry.text()?.to_owned()),
            name if name == unit => per_unit = Some(entry.number()?),
            name => {
                let nearest = or_nearest(name, [unit, "currency"]);
                let text =
                    format!("`{name}` in [prices] is nothing that this suite pays; {nearest}");
                return Err(entry.wrong(text));
            }
        }
    }
    match per_unit {
        Some(per_unit) => Ok(Some(Price { per_unit, currency })),
        None => Err(table.wrong(format!("[prices] lacks `{unit}`: what one of them costs"))),
    }
}
