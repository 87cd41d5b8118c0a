//! Failures by class.

use std::ops::AddAssign;

use crate::FailureKind;

/// How many requests failed of what. Exact, whatever became of the texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureKinds(Vec<(FailureKind, u64)>);

impl FailureKinds {
    pub(crate) fn add(&mut self, kind: FailureKind, count: u64) {
        match self.0.binary_search_by_key(&kind, |(known, _)| *known) {
            Ok(at) => self.0[at].1 += count,
            Err(at) => self.0.insert(at, (kind, count)),
        }
    }

    /// Classes and counts, in the order of the classes.
    pub fn iter(&self) -> impl Iterator<Item = (FailureKind, u64)> + '_ {
        self.0.iter().copied()
    }

    /// Failures by this status: 429, 503.
    pub fn status(&self, code: u16) -> u64 {
        self.sum(|kind| kind == FailureKind::Status(code))
    }

    /// Requests that ended without a whole answer: see [`FailureKind::is_lost`].
    pub fn lost(&self) -> u64 {
        self.sum(FailureKind::is_lost)
    }

    pub(crate) fn weight(&self) -> usize {
        self.0.len() * size_of::<(FailureKind, u64)>()
    }

    fn sum(&self, wanted: impl Fn(FailureKind) -> bool) -> u64 {
        self.iter().filter(|(kind, _)| wanted(*kind)).map(|(_, count)| count).sum()
    }
}

impl AddAssign<&Self> for FailureKinds {
    fn add_assign(&mut self, other: &Self) {
        other.iter().for_each(|(kind, count)| self.add(kind, count));
    }
}
