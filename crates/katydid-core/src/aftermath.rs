//! What functions of the suite have done to the end of a run.

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// What hooks of the suite have done to the end of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aftermath {
    /// Hooks that panicked, each a sentence.
    pub faults: Vec<String>,
    /// The exit code that one of them has chosen.
    pub exit_code: Option<u8>,
}

impl Aftermath {
    /// Writes it into a verdict; `failed_code` is the code for failures that no target judges.
    pub fn mark(&self, verdict: &mut Verdict, failed_code: u8) {
        for fault in &self.faults {
            verdict.fail(fault.clone(), failed_code);
        }
        if let Some(code) = self.exit_code {
            verdict.overrule(code);
        }
    }
}
