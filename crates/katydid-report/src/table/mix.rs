//! The measured mix of work beside the documented one.

use katydid_core::{Snapshot, TaskRow};

use super::grid::{Column, Grid};
use crate::number::ratio;

/// The share of each flow (or task outside flows) in the task executions of its class: documented
/// by the weights, measured, and the difference in percentage points. Empty for a run without
/// tasks.
///
/// Nothing is documented where the code of the tasks decides, as beside a sticky flow.
///
/// Executions that the end of the run cut are counted: they were drawn, and to leave them out
/// would take from slow tasks.
pub fn mix(snapshot: &Snapshot) -> String {
    let shares = shares(snapshot.tasks());
    if shares.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [
            Column::left("Class", 24),
            Column::left("Flow or task", 30),
            Column::right("executions", 10),
            Column::right("documented", 10),
            Column::right("measured", 10),
            Column::right("difference", 10),
        ],
        1,
    );
    for share in &shares {
        let of_class = shares.iter().filter(|other| other.class == share.class);
        grid.row(share.cells(of_class.map(|other| other.executions).sum()));
    }
    format!("Task mix (share of the class's task executions)\n{}", grid.draw(None))
}

/// A flow, or a task outside flows, of one class.
pub(crate) struct Share<'a> {
    pub(crate) class: &'a str,
    pub(crate) part: &'a str,
    pub(crate) executions: u64,
    pub(crate) expected: Option<f64>,
}

impl Share<'_> {
    fn cells(&self, of_class: u64) -> [String; 6] {
        let measured = ratio(self.executions, of_class);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        // Rounded first and 0 added, because -0.0 is no difference.
        let points = |expected: f64| {
            let measured = measured?;
            Some(format!("{:+.1}", ((measured - expected) * 1_000.0).round() / 10.0 + 0.0))
        };
        [
            self.class.to_owned(),
            self.part.to_owned(),
            self.executions.to_string(),
            or_dash(self.expected.map(percent)),
            or_dash(measured.map(percent)),
            or_dash(self.expected.and_then(points)),
        ]
    }
}

/// Flows and tasks in the order of the suite, whatever order their tasks stand in.
pub(crate) fn shares(tasks: &[TaskRow]) -> Vec<Share<'_>> {
    let mut shares: Vec<Share<'_>> = Vec::new();
    for row in tasks {
        let info = &row.info;
        let part = if info.flow.is_empty() { &info.task } else { &info.flow };
        let known = shares.iter().position(|s| *s.class == *info.class && *s.part == **part);
        let at = known.unwrap_or_else(|| {
            shares.push(Share { class: &info.class, part, executions: 0, expected: Some(0.0) });
            shares.len() - 1
        });
        shares[at].executions += row.counts.executions + row.counts.cut;
        let sum = shares[at].expected.zip(info.expected_share).map(|(sum, share)| sum + share);
        shares[at].expected = sum;
    }
    shares
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
