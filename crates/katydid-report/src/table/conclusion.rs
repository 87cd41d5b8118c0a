//! What a run can conclude, as a block.

use katydid_core::Snapshot;

use crate::text::clean;

/// How the load was made, on what its numbers rest, and what is slowest, a line each.
pub fn conclusion(snapshot: &Snapshot) -> String {
    let slowest = crate::bottleneck::bottleneck(snapshot).map(|text| ("Slowest", text));
    let facts = crate::conclusion::conclusion(snapshot).into_iter().chain(slowest);
    let lines = facts.map(|(name, text)| format!("  {name:<8} {}\n", clean(&text)));
    format!("What this run can conclude\n{}", lines.collect::<String>())
}
