//! Task executions with the requests that they made.

use katydid_core::{Snapshot, TaskRow};

use super::grid::{Column, Grid};
use crate::number::ratio;

/// Every task of the run: executions that came to their end, those cut by the end of the run, and
/// the requests of both. Empty for a run without tasks.
pub fn tasks(snapshot: &Snapshot) -> String {
    if snapshot.tasks().is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [
            Column::left("Class", 20),
            Column::left("Flow", 20),
            Column::left("Task", 30),
            Column::right("executions", 10),
            Column::right("cut", 6),
            Column::right("requests", 9),
            Column::right("per execution", 13),
            Column::right("exceptions", 10),
        ],
        2,
    );
    for row in snapshot.tasks() {
        grid.row(cells(row));
    }
    format!("Task executions\n{}", grid.draw(None))
}

fn cells(row: &TaskRow) -> [String; 8] {
    let counts = row.counts;
    // Requests of cut executions are counted, so these executions are too.
    let per_execution = ratio(counts.requests, counts.executions + counts.cut);
    [
        row.info.class.to_string(),
        row.info.flow.to_string(),
        row.info.task.to_string(),
        counts.executions.to_string(),
        counts.cut.to_string(),
        counts.requests.to_string(),
        per_execution.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}")),
        counts.exceptions.to_string(),
    ]
}
