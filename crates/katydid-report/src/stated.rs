//! What one answer says of its time (`Server-Timing`), in words.

use katydid_core::StatedTime;

use crate::number::{fine, millis};

/// `sql 3.10 ms, speech 120 ms (en-GB), hit`; empty where it says nothing.
pub(crate) fn stated(stages: &[StatedTime]) -> String {
    let one = |stage: &StatedTime| {
        let mut text = stage.name.clone();
        if let Some(time) = stage.time {
            text += &format!(" {} ms", fine(millis(time)));
        }
        if !stage.about.is_empty() {
            text += &format!(" ({})", stage.about);
        }
        text
    };
    stages.iter().map(one).collect::<Vec<_>>().join(", ")
}
