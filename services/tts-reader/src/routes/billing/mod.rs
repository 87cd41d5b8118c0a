//! Prices and balances.

mod credit_balance;
mod credit_packages;
mod ledger;
mod pricing_tiers;

pub(crate) use credit_balance::credit_balance;
pub(crate) use credit_packages::credit_packages;
pub(crate) use ledger::Ledger;
pub(crate) use pricing_tiers::pricing_tiers;
