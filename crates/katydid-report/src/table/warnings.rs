//! Known mistakes of the run, each with what to do, and those that are silenced.

use katydid_core::Warnings;

use crate::text::clean;

/// Each warning by its name, with what to do about it; below, every silence with its reason.
pub fn warnings(warnings: &Warnings) -> String {
    let told: String = warnings
        .told()
        .map(|warning| {
            let (text, remedy) = (clean(&warning.text), clean(&warning.remedy));
            format!("  {}: {text}\n    → {remedy}\n", warning.name)
        })
        .collect();
    let kept: String = warnings
        .kept_back()
        .map(|(silence, warning)| {
            let text = warning.map_or("nothing to warn of".into(), |warning| clean(&warning.text));
            format!("  {} ({}): {text}\n", silence.name, clean(&silence.reason))
        })
        .collect();
    let block = |title: &str, lines: String| {
        if lines.is_empty() { lines } else { format!("{title}\n{lines}") }
    };
    let blocks = [block("Warnings", told), block("Silenced warnings, by their reasons", kept)];
    blocks.into_iter().filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n")
}
