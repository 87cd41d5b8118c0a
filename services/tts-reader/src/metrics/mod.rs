//! Figures for `/metrics`.

mod process;
mod registry;

pub(crate) use registry::Metrics;
