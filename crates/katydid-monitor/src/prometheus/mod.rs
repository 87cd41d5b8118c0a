//! Prometheus text endpoints: the format, the choice of series, the monitor.

mod parse;
mod probe;
mod select;
#[cfg(test)]
mod tests;

pub(crate) use probe::PrometheusProbe;
pub use select::{Selector, SelectorError};
