//! What is wrong with a plan, and where.

/// A plan that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}:{line}: {what}")]
pub(crate) struct PlanError {
    /// The file as it was named, or whose built-in plan it is.
    pub(crate) origin: String,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// What is wrong there, and what would be right.
    pub(crate) what: String,
}
