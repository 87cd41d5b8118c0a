//! What was watched beside the load, as series of numbers on the run's own clock.
//!
//! A source outside (`katydid-monitor`) says what it saw in [`MonitorEvent`]s; a live run and a
//! saved one build the same [`Monitored`] values from them by the same function.

mod event;
mod series;
mod state;
#[cfg(test)]
mod tests;
mod unit;

pub use event::{MarkKind, MonitorEvent, MonitorKind, MonitorMark, MonitorSample};
pub use series::{Series, SeriesStep};
pub use state::Monitored;
pub use unit::Unit;
