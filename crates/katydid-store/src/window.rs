//! What of a saved run a report is about.

use std::time::Duration;

use katydid_core::{RowKey, format_span, or_nearest};

/// A part of a run: a window of time, and rows by name or tag. The default is all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Leave out what ended before, since the start of the run.
    pub from: Option<Duration>,
    /// Leave out what ended after.
    pub to: Option<Duration>,
    /// Only rows of these names.
    pub names: Vec<String>,
    /// Only rows that have one of these tags.
    pub tags: Vec<String>,
}

/// Why a run cannot be cut so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CutError {
    /// It ends before it begins.
    #[error("the window from {} to {} has no length", format_span(*.from), format_span(*.to))]
    Empty {
        /// Its beginning.
        from: Duration,
        /// Its end.
        to: Duration,
    },
    /// It begins after the run's end.
    #[error(
        "nothing is left from {} on: the run lasted {:.1} s", format_span(*.from), length.as_secs_f64()
    )]
    Beyond {
        /// The beginning of the window.
        from: Duration,
        /// The length of the run.
        length: Duration,
    },
    /// No row has this name or tag.
    #[error("no request has the {what} `{name}`; {hint}")]
    Unknown {
        /// `name` or `tag`.
        what: &'static str,
        /// As it was written.
        name: String,
        /// The nearest one, or all.
        hint: String,
    },
}

impl Cut {
    /// Whether it is the whole run.
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it takes rows away.
    pub(crate) fn filters(&self) -> bool {
        !self.names.is_empty() || !self.tags.is_empty()
    }

    /// Whether it keeps a row.
    pub(crate) fn keeps(&self, key: &RowKey) -> bool {
        let named = self.names.is_empty() || self.names.iter().any(|name| **name == *key.name);
        let tagged = self.tags.is_empty()
            || key.tags.iter().any(|tag| self.tags.iter().any(|wanted| **wanted == **tag));
        named && tagged
    }

    /// Whether the window can be cut at all.
    pub(crate) fn check(&self) -> Result<(), CutError> {
        match (self.from.unwrap_or_default(), self.to) {
            (from, Some(to)) if from >= to => Err(CutError::Empty { from, to }),
            _ => Ok(()),
        }
    }

    /// Whether every name and tag is one of the run's.
    pub(crate) fn check_rows<'a>(
        &self,
        keys: impl Iterator<Item = &'a RowKey> + Clone,
    ) -> Result<(), CutError> {
        let names = || keys.clone().map(|key| &*key.name);
        let tags = || keys.clone().flat_map(|key| key.tags.iter().map(|tag| &**tag));
        for name in &self.names {
            if names().all(|known| known != name) {
                let hint = or_nearest(name, names());
                return Err(CutError::Unknown { what: "name", name: name.clone(), hint });
            }
        }
        for tag in &self.tags {
            if tags().all(|known| known != tag) {
                let hint = or_nearest(tag, tags());
                return Err(CutError::Unknown { what: "tag", name: tag.clone(), hint });
            }
        }
        Ok(())
    }

    /// In words, for the head of a report; empty for the whole run.
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        match (self.from, self.to) {
            (None, None) => {}
            (Some(from), None) => parts.push(format!("from {} on", format_span(from))),
            (None, Some(to)) => parts.push(format!("up to {}", format_span(to))),
            (Some(from), Some(to)) => {
                parts.push(format!("from {} to {}", format_span(from), format_span(to)));
            }
        }
        if !self.names.is_empty() {
            parts.push(format!("only {}", self.names.join(", ")));
        }
        if !self.tags.is_empty() {
            parts.push(format!("only tags {}", self.tags.join(", ")));
        }
        parts.join(", ")
    }
}
