//! Figures for `/metrics`.

mod connections;
mod credits;
mod extraction;
mod process;
mod progress;
mod registry;
mod stages;

pub(crate) use connections::Ending;
pub(crate) use credits::Moved;
pub(crate) use registry::Metrics;
pub(crate) use stages::StageMetrics;
