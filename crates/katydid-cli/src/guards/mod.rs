//! What keeps a load from doing harm: production and its words, the question before the load, the
//! header that names the test, money.

mod cost;
mod label;
mod production;
mod question;

pub(crate) use cost::{max_units, of_one_run, spent};
pub(crate) use label::label;
pub(crate) use production::allowed;
pub(crate) use question::{ask, confirm};
