//! What is new at the end of a list.

use serde::Serialize;

/// A list from `from` on; what stood before it is as it was.
#[derive(Debug, Serialize)]
pub(super) struct Tail<'a, T> {
    from: usize,
    add: &'a [T],
}

impl<'a, T: PartialEq> Tail<'a, T> {
    /// What makes `later` of `earlier`.
    pub(super) fn of(earlier: &[T], later: &'a [T]) -> Self {
        Self::from(earlier.iter().zip(later).take_while(|(one, other)| one == other).count(), later)
    }

    pub(super) fn from(from: usize, later: &'a [T]) -> Self {
        Self { from, add: &later[from..] }
    }
}
