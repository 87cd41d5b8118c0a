//! What a service can do with test accounts: the trait, and the words that also go over HTTP.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{Batch, Password};

/// Most accounts that one call of a [`Registry`] is about: a service must be able to do other work
/// between two of them.
pub const CHUNK: usize = 500;

/// Where test accounts are kept.
pub trait Registry {
    /// Its name in a sentence: `http://localhost:5000`, `the database tts.db`.
    fn place(&self) -> &str;

    /// Whether it is certainly on this machine.
    fn is_local(&self) -> bool;

    /// Up to [`CHUNK`] accounts of a batch in the order of their ids, the first after `after`.
    ///
    /// # Errors
    /// When the service cannot be asked.
    fn members(&mut self, batch: &Batch, after: &str) -> Result<Vec<Member>, RegistryError>;

    /// Makes those accounts that are not there yet, all or none, and returns what it made.
    ///
    /// # Errors
    /// When a name belongs to an account that is not of the batch; when the service cannot.
    fn create(&mut self, new: &NewMembers) -> Result<Vec<Member>, RegistryError>;

    /// Changes those accounts that are there, all or none, and returns how many there were.
    ///
    /// # Errors
    /// When the service cannot.
    fn change(&mut self, change: &Change, of: &Selection) -> Result<usize, RegistryError>;
}

impl<R: Registry + ?Sized> Registry for Box<R> {
    fn place(&self) -> &str {
        (**self).place()
    }

    fn is_local(&self) -> bool {
        (**self).is_local()
    }

    fn members(&mut self, batch: &Batch, after: &str) -> Result<Vec<Member>, RegistryError> {
        (**self).members(batch, after)
    }

    fn create(&mut self, new: &NewMembers) -> Result<Vec<Member>, RegistryError> {
        (**self).create(new)
    }

    fn change(&mut self, change: &Change, of: &Selection) -> Result<usize, RegistryError> {
        (**self).change(change, of)
    }
}

/// Why a registry did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The place or the order cannot be meant: nothing there, not in development mode, a name that
    /// is taken.
    #[error("{0}")]
    Refused(String),
    /// It broke.
    #[error("{0}")]
    Failed(String),
}

/// A test account as the service knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// For the `username` of a login.
    pub username: String,
    /// Its e-mail address, verified.
    pub email: String,
    /// Its id: other than the name, never given twice.
    pub user_id: String,
    /// Its tier.
    pub tier: Tier,
    /// The credits it was made with.
    pub credits: i64,
}

/// Accounts to make.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMembers {
    /// The batch they belong to.
    pub batch: Batch,
    /// Their names, which the batch [can have](Batch::can_have).
    pub usernames: Vec<String>,
    /// The password of all of them: a hash for each would take minutes for thousands.
    pub password: Password,
    /// Their tier.
    pub tier: Tier,
    /// Credits of each.
    pub credits: i64,
}

/// Accounts to change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The batch they belong to.
    pub batch: Batch,
    /// Their names.
    pub usernames: Vec<String>,
}

/// What becomes of accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They go, with their credits, history and audio.
    Remove,
    /// They get so many credits more.
    TopUp {
        /// Credits to add.
        credits: i64,
    },
    /// They have as many credits as when they were made.
    ResetCredits,
    /// They stay, and their audio goes.
    RemoveAudio,
    /// They get this password.
    SetPassword {
        /// The new one.
        password: Password,
    },
}

/// The four tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
#[expect(missing_docs, reason = "they are names")]
pub enum Tier {
    Free,
    Light,
    Premium,
    Pro,
}

impl Tier {
    /// `PRO`, as accounts show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Light => "LIGHT",
            Self::Premium => "PREMIUM",
            Self::Pro => "PRO",
        }
    }
}
