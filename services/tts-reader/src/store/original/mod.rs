//! Moving in from the original service, whose data is in PostgreSQL with a schema of its own:
//! accounts, ledger and usage, each account whole or not at all.

mod copy;
mod source;

use super::{Column, StoreError, retry::FromStore, rows::from_row};

pub(crate) use source::Original;

/// Why not everything was copied. What was copied stays; the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// No `usertier`, `credit_transactions` and so on.
    #[error("{url} has not the tables of the original service (after `alembic upgrade head`)")]
    NotOriginal { url: String },
    /// Rows that would break a rule of the ledger.
    #[error(
        "{count} rows of credit_transactions cannot be true (credits left below 0 or above those \
         bought), the first with id {first}; correct them in the original first"
    )]
    Impossible { count: i64, first: i64 },
    /// Somebody else has the name here.
    #[error("{column} of the original's account `{username}` is taken here by another account")]
    Taken { username: String, column: Column },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStore for CopyError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// What both sides must agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) accounts: i64,
    pub(crate) transactions: i64,
    pub(crate) credits_bought: i64,
    pub(crate) credits_left: i64,
    pub(crate) events: i64,
    pub(crate) characters: i64,
    pub(crate) credits_spent: i64,
}

from_row!(Sums {
    accounts,
    transactions,
    credits_bought,
    credits_left,
    events,
    characters,
    credits_spent
});

impl Sums {
    /// Each with its name.
    pub(crate) fn named(&self) -> [(&'static str, i64); 7] {
        [
            ("accounts", self.accounts),
            ("purchases and grants", self.transactions),
            ("credits bought", self.credits_bought),
            ("credits left", self.credits_left),
            ("usage events", self.events),
            ("characters used", self.characters),
            ("credits spent", self.credits_spent),
        ]
    }
}
