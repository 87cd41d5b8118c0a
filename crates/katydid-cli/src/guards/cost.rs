//! Money: from an amount to units before the run, from units to an amount after it.

use katydid_core::{Snapshot, StopReason};

use crate::args::Args;
use crate::error::CliError;
use crate::plan::Price;
use crate::suite::Suite;

/// The most units that `amount` pays for.
///
/// # Errors
/// Nobody knows what a unit costs, or the amount does not pay for one.
pub(crate) fn max_units(suite: &Suite, amount: Option<f64>) -> Result<Option<u64>, CliError> {
    let Some(amount) = amount else { return Ok(None) };
    let Some(unit) = &suite.cost_unit else {
        return Err(CliError::usage(
            "this suite does not tell what its requests cost, so --max-cost cannot be kept; bound \
             the run by --max-requests",
        ));
    };
    let Some(price) = &suite.price else {
        return Err(CliError::Usage(format!(
            "--max-cost needs a price: add a table [prices] with `{unit} = …` to the plan (`plan \
             show` prints it, --plan FILE takes it)"
        )));
    };
    // A hair more than one, or 5 ÷ 0.000004 would lose its last unit.
    let units = (amount / price.per_unit * (1.0 + 1e-12)).floor();
    if units < 1.0 {
        return Err(CliError::Usage(format!(
            "--max-cost {amount} does not pay for one {unit} at {}",
            money(price, price.per_unit)
        )));
    }
    Ok(Some(units as u64))
}

/// A search makes many runs, and a limit holds for one.
///
/// # Errors
/// A limit for a search.
pub(crate) fn of_one_run(args: &Args, search: bool) -> Result<(), CliError> {
    let limits = [
        (args.guards.max_requests.is_some(), "--max-requests"),
        (args.guards.max_cost.is_some(), "--max-cost"),
    ];
    match limits.into_iter().find(|(set, _)| search && *set) {
        Some((_, option)) => Err(CliError::Usage(format!(
            "{option} bounds one run, and a search makes many; bound it by --users instead"
        ))),
        None => Ok(()),
    }
}

/// What the run has cost, as far as that is known; empty where nothing was paid for.
pub(crate) fn spent(
    suite: &Suite,
    limit: Option<f64>,
    reason: StopReason,
    snapshot: &Snapshot,
    before: u64,
) -> String {
    let Some(unit) = &suite.cost_unit else { return String::new() };
    let units = snapshot.spent + before;
    if units == 0 && limit.is_none() {
        return String::new();
    }
    let plural = if units == 1 { "" } else { "s" };
    let Some(price) = &suite.price else {
        return format!("Cost: {units} {unit}{plural}; [prices] of the plan has no price for one");
    };
    let cost = money(price, units as f64 * price.per_unit);
    let mut text = format!("Cost: {units} {unit}{plural} = {cost}");
    if let Some(limit) = limit {
        let reached = if reason == StopReason::MaxCost { ", reached" } else { "" };
        text += &format!(" (--max-cost {}{reached})", money(price, limit));
    }
    text
}

/// Two digits behind the point; of small amounts the first two that say something.
fn money(price: &Price, amount: f64) -> String {
    let digits = if amount >= 0.1 || amount == 0.0 {
        2
    } else {
        // 0.000004 has its first digit at the sixth place.
        ((-amount.log10()).ceil() as usize + 1).min(12)
    };
    let currency = price.currency.as_deref().map_or_else(String::new, |name| format!(" {name}"));
    let text = format!("{amount:.digits$}");
    let text = if digits > 2 { text.trim_end_matches('0') } else { &text };
    format!("{text}{currency}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite() -> Suite {
        Suite::new("x")
            .cost_unit("character")
            .plan("[prices]\ncharacter = 0.000004\ncurrency = \"USD\"")
    }

    #[test]
    fn an_amount_is_so_many_units() {
        let mut suite = suite();
        crate::plan::adopt(&mut suite).unwrap();
        assert_eq!(max_units(&suite, Some(5.0)).unwrap(), Some(1_250_000));
        assert_eq!(max_units(&suite, Some(0.000_004)).unwrap(), Some(1));
        assert_eq!(max_units(&suite, None).unwrap(), None);
        let poor = max_units(&suite, Some(0.000_001)).unwrap_err().to_string();
        assert_eq!(poor, "--max-cost 0.000001 does not pay for one character at 0.000004 USD");
    }

    #[test]
    fn what_was_spent_is_told_in_units_and_money() {
        let mut suite = suite();
        let mut snapshot = Snapshot::new(&[], &[], 1);
        let told = |suite: &Suite, snapshot: &Snapshot, limit| {
            spent(suite, limit, StopReason::MaxCost, snapshot, 0)
        };
        assert_eq!(told(&suite, &snapshot, None), "");
        snapshot.spent = 12_345;
        let text = "Cost: 12345 characters; [prices] of the plan has no price for one";
        assert_eq!(told(&suite, &snapshot, None), text);
        crate::plan::adopt(&mut suite).unwrap();
        let text = "Cost: 12345 characters = 0.049 USD (--max-cost 0.05 USD, reached)";
        assert_eq!(told(&suite, &snapshot, Some(0.05)), text);
    }
}
