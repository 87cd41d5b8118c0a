//! What the target says of its time, beside what was measured of it.

use std::time::Duration;

use katydid_core::{Row, Snapshot, StageTimes};

use super::grid::{Column, Grid};
use crate::number::{fine, millis};

/// The stages that answers name in `Server-Timing`, with the wait that was measured. Empty where no
/// answer names one.
pub fn server_timing(snapshot: &Snapshot) -> String {
    let rows = snapshot.rows_by_name();
    let mut lines =
        rows.iter().flat_map(|row| row.server_timings().iter().map(move |it| cells(row, it)));
    let Some(first) = lines.next() else { return String::new() };
    let columns = vec![
        Column::left("Type", 8),
        Column::left("Name", 40),
        Column::left("Stage", 12),
        Column::right("answers", 8).group(1),
        Column::right("mean", 8).group(1),
        Column::right("max", 8).group(1),
        Column::right("mean wait", 9).group(2),
    ];
    let mut grid = Grid::new(columns, 1);
    grid.row(first);
    lines.for_each(|line| grid.row(line));
    format!("Server-Timing (ms, as the target says) beside the wait measured\n{}", grid.draw(None))
}

fn cells(row: &Row, stage: &StageTimes) -> Vec<String> {
    let ms =
        |time: Option<Duration>| time.map_or_else(|| "-".to_owned(), |time| fine(millis(time)));
    vec![
        row.key.method.to_string(),
        row.key.name.to_string(),
        stage.name().to_owned(),
        stage.answers().to_string(),
        ms(stage.mean()),
        ms(stage.max()),
        ms(mean_wait(row)),
    ]
}

/// The mean time between the last byte sent and the first byte of the answer.
pub(crate) fn mean_wait(row: &Row) -> Option<Duration> {
    let [.., wait, _] = row.phases().sums_ns();
    wait.checked_div(row.requests()).map(Duration::from_nanos)
}
