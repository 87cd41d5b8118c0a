//! Prices, balances, and buying.

mod checkout;
mod credit_balance;
mod credit_packages;
mod ledger;
mod mock_checkout;
mod portal;
mod pricing_tiers;
mod webhook;

pub(crate) use checkout::{buy_credits, subscribe};
pub(crate) use credit_balance::credit_balance;
pub(crate) use credit_packages::credit_packages;
pub(crate) use ledger::Ledger;
pub(crate) use mock_checkout::{mock_checkout, pay_mock_checkout};
pub(crate) use portal::portal;
pub(crate) use pricing_tiers::pricing_tiers;
pub(crate) use webhook::webhook;
