//! Percentiles of response times at the end of a run.

use katydid_core::{Row, Snapshot};

use super::grid::{Column, Grid};
use crate::PERCENTILES;
use crate::number::percentile;

/// Locust's table of percentiles over all requests, in ms. Rows without requests are left out.
pub fn percentiles(snapshot: &Snapshot, width: Option<usize>) -> String {
    let mut grid = Grid::new(columns(), 1);
    for row in snapshot.rows_by_name() {
        grid.row(cells(&row));
    }
    grid.rule();
    let all = snapshot.aggregated();
    if all.requests() > 0 {
        grid.row(cells(&all));
    }
    // Locust adds "(approximated)"; three digits of an exact count need no excuse.
    format!("Response time percentiles (ms)\n{}", grid.draw(width))
}

fn columns() -> Vec<Column> {
    let mut columns = vec![Column::left("Type", 8), Column::left("Name", 80)];
    for (index, (title, _)) in PERCENTILES.iter().enumerate() {
        // Locust's first cell is the widest; a narrow terminal keeps 50, 90, 95, 99 and 100 %.
        let column = Column::right(title, if index == 0 { 8 } else { 6 });
        columns.push(match *title {
            "66%" => column.expendable(6),
            "80%" => column.expendable(5),
            "98%" => column.expendable(4),
            "75%" => column.expendable(3),
            "99.99%" => column.expendable(2),
            "99.9%" => column.expendable(1),
            _ => column,
        });
    }
    columns.push(Column::right("# reqs", 6));
    columns
}

fn cells(row: &Row) -> Vec<String> {
    let times = row.response();
    let mut cells = vec![row.key.method.to_string(), row.key.name.to_string()];
    let shown = |quantile| percentile(&times, quantile).unwrap_or(0).to_string();
    cells.extend(PERCENTILES.iter().map(|(_, quantile)| shown(*quantile)));
    cells.push(row.requests().to_string());
    cells
}
