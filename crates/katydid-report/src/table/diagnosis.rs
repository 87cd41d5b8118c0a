//! What the run shows of the target.

use katydid_core::Diagnosis;

use crate::text::clean;

/// Where, since when and what was seen, the likely cause and the next step.
pub fn diagnosis(found: &[Diagnosis]) -> String {
    let lines: String = found
        .iter()
        .map(|found| {
            format!(
                "  {}, since {}: {}\n    likely cause: {}\n    next step: {}\n",
                clean(&found.place),
                found.since_text(),
                clean(&found.seen),
                clean(&found.cause),
                clean(&found.next)
            )
        })
        .collect();
    if lines.is_empty() { lines } else { format!("Diagnosis\n{lines}") }
}
