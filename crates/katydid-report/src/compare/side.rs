//! A run of a side, as it is held against others.

use katydid_core::compare::{About, Run, Window};
use katydid_core::{RunWord, Snapshot};

use super::Compares;

/// A run of a side of a comparison.
#[derive(Clone, Debug)]
pub struct Side {
    /// What is compared of it.
    pub run: Run,
    /// What is known of it beside its numbers.
    pub about: About,
    /// What is told of it.
    pub told: Compares,
}

impl Side {
    /// The run called `label`; `facts` should be the same on both sides, `word` is what it says of itself.
    ///
    /// # Errors
    /// Nothing of it is left to compare, as a sentence.
    pub fn of(
        label: &str,
        snapshot: &Snapshot,
        facts: Vec<(String, String)>,
        word: RunWord,
        window: Window,
    ) -> Result<Self, String> {
        let (run, cut) = Run::of(snapshot.history(), window);
        let sentence = cut.sentence(window);
        if cut.kept.is_zero() {
            return Err(format!("{label}: {sentence}"));
        }
        let about = About { label: label.to_owned(), facts, word, kept: cut.kept };
        Ok(Self { run, about, told: Compares { label: label.to_owned(), cut: sentence } })
    }
}
