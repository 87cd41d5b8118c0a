//! Flows that nobody comes out of.

use crate::Snapshot;
use crate::advice::rows::listed;
use crate::advice::warning::{Warning, WarningName};

/// Task executions of a class after which somebody should have left.
const LONG: u64 = 100;

/// A class with a sticky flow beside other tasks, of which no task has ever left: its weights are
/// then drawn once for each user, and the mix of a run is a lottery.
pub(super) fn stuck(snapshot: &Snapshot) -> Option<Warning> {
    let mut stuck = Vec::new();
    for (class, _) in &snapshot.users {
        let of_class = || snapshot.tasks().iter().filter(|row| row.info.class == *class);
        let executions: u64 = of_class().map(|row| row.counts.executions).sum();
        let left: u64 = of_class().map(|row| row.counts.left).sum();
        let only_code_decides = of_class().any(|row| row.info.expected_share.is_none());
        if only_code_decides && left == 0 && executions >= LONG {
            stuck.push(format!("{class} ({executions} tasks)"));
        }
    }
    (!stuck.is_empty()).then(|| {
        Warning::new(
            WarningName::StuckInFlow,
            format!(
                "no user has ever left the flow that it entered first, so the weights are drawn \
                 once for each user and not for each task: {}",
                listed(&stuck)
            ),
            "make the flow not sticky, or leave it: `Err(TaskError::LeaveFlow)`",
        )
    })
}
