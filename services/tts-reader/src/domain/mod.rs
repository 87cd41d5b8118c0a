//! Words of the business: credits, tiers, people's ids and instants. No I/O.

mod credits;
mod ids;
mod issues;
mod kept;
mod tiers;
mod time;

pub(crate) use credits::{CREDIT_LIFETIME, PURCHASE, credits_for, pays_for, price_of};
pub(crate) use ids::UserId;
pub(crate) use issues::{Issue, IssueKind, Severity};
pub(crate) use tiers::Tier;
pub(crate) use time::Timestamp;
