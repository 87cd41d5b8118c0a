//! Accounts that a load test worked with, found again after it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{change_all, members, span};
use crate::{Batch, Change, Member, Registry, RegistryError, roster::Roster};

/// Accounts of one batch, as a load test notes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Their batch.
    pub batch: Batch,
    /// Which of it.
    pub accounts: Vec<Named>,
}

/// An account as its file names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Named {
    /// Its name, which another may have later.
    pub username: String,
    /// Its id, which no other ever has.
    pub user_id: String,
}

/// Those that are still there.
#[derive(Debug, Clone)]
pub struct Present {
    batch: Batch,
    members: Vec<Member>,
    /// Accounts of the batch that were not used.
    pub others: usize,
}

impl Used {
    /// The first `count` accounts of a file; `None` if `accounts create` did not write it.
    pub fn of_file(path: &Path, count: usize) -> Option<Self> {
        let Roster { batch, rows } = Roster::read(path).ok()?;
        let named = rows.into_iter().take(count);
        let accounts = named.map(|row| Named { username: row.username, user_id: row.user_id });
        Some(Self { batch, accounts: accounts.collect() })
    }

    /// Asks which of them are there, under the mark of their batch and with their own ids.
    ///
    /// # Errors
    /// When the service cannot be asked.
    pub fn there(&self, registry: &mut impl Registry) -> Result<Present, RegistryError> {
        let used: std::collections::HashSet<&str> =
            self.accounts.iter().map(|account| account.user_id.as_str()).collect();
        let (members, others): (Vec<_>, Vec<_>) = members(registry, &self.batch)?
            .into_iter()
            .partition(|member| used.contains(member.user_id.as_str()));
        Ok(Present { batch: self.batch.clone(), members, others: others.len() })
    }
}

impl Present {
    /// How many.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Their names, the first and the last.
    pub fn names(&self) -> String {
        span(self.members.iter().map(|member| member.username.as_str()))
    }

    /// The same change to each; returns how many were changed.
    ///
    /// # Errors
    /// With the number of accounts that were changed before.
    pub fn change(
        &self,
        registry: &mut impl Registry,
        change: &Change,
    ) -> Result<usize, (usize, RegistryError)> {
        change_all(registry, change, &self.batch, &self.members)
    }
}
