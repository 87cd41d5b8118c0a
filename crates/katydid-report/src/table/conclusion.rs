//! What a run can conclude, as a block.

use katydid_core::Snapshot;

use crate::text::clean;

/// How the load was made and on what its numbers rest, a line each.
pub fn conclusion(snapshot: &Snapshot) -> String {
    let facts = crate::conclusion::conclusion(snapshot).into_iter();
    let lines = facts.map(|(name, text)| format!("  {name:<8} {}\n", clean(&text)));
    format!("What this run can conclude\n{}", lines.collect::<String>())
}
