//! The plan file: hosts, scenarios, targets and success classes, in TOML.
//!
//! `keys.rs` is the one table of what may be written; reading refuses everything else with the
//! nearest name, and the JSON Schema (`schema.rs`) is made from it. `read.rs` makes scenarios of
//! the text (`load.rs`: how much of it), `table.rs` knows lines, `reach.rs` estimates whether a run can make the samples that
//! its targets need.

mod error;
mod hosts;
mod keys;
mod load;
mod monitors;
mod postgres;
mod prices;
mod reach;
mod read;
mod scenario;
mod schema;
mod table;
mod targets;
#[cfg(test)]
mod tests;

pub(crate) use error::PlanError;
pub(crate) use hosts::{is_production, named as named_host};
pub(crate) use monitors::{PlannedMonitor, RunPlace};
pub(crate) use postgres::without_passwords;
pub(crate) use prices::Price;
pub(crate) use reach::{executions, out_of_reach, too_short, unfirm};
pub(crate) use read::{Plan, adopt, adopt_file};
pub(crate) use schema::schema;
