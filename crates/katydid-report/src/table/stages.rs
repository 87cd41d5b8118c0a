//! Stages side by side.

use katydid_core::Snapshot;

use super::grid::{Column, Grid};
use crate::stages;

/// A line for every stage of a run with more than one: load, response times, failures by what they
/// say of an overload, answers out of a cache, and the share of exchanges that found a connection
/// open. Empty for others.
pub fn stages(snapshot: &Snapshot) -> String {
    let stages = stages::stages(snapshot);
    if stages.is_empty() {
        return String::new();
    }
    let first = Column::left("Stage", 10);
    let figures = stages::FIGURES.map(|(heading, _)| Column::right(heading, heading.len().max(5)));
    let mut grid = Grid::new([first].into_iter().chain(figures), 0);
    for stage in &stages {
        let figures = stages::FIGURES.map(|(_, figure)| figure(stage));
        grid.row([stage.phase.name.clone()].into_iter().chain(figures));
    }
    format!("Stages side by side (of what ended in each; times in ms)\n{}", grid.draw(None))
}
