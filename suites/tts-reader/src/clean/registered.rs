//! Accounts that users of the run registered, and that nobody deleted.

use tts_reader_accounts::{Registry as _, RegistryError};

use super::accounts;
use super::error::CleanError;
use crate::accounts_command::{Remote, Token};
use crate::created::Notes;

/// Most names that are shown.
const SHOWN: usize = 5;

/// Those that are still there.
#[derive(Debug)]
pub(super) struct Registered {
    remote: Remote,
    there: Vec<(String, Token)>,
    /// Those that somebody else has removed.
    gone: Vec<String>,
}

impl Registered {
    /// Logs in with each: whoever can is there, and is the run's.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(super) fn find(notes: &Notes, remote: Remote) -> Result<Self, RegistryError> {
        let (mut there, mut gone) = (Vec::new(), Vec::new());
        for account in &notes.registered {
            match remote.log_in(&account.username, &account.password)? {
                Some(token) => there.push((account.username.clone(), token)),
                None => gone.push(account.username.clone()),
            }
        }
        Ok(Self { remote, there, gone })
    }

    /// The service that is asked, in a sentence.
    pub(super) fn place(&self) -> &str {
        self.remote.place()
    }

    /// What would be done, as a line.
    pub(super) fn plan(&self) -> Option<String> {
        if self.there.is_empty() {
            return None;
        }
        let shown = self.there.iter().take(SHOWN).map(|(name, _)| name.as_str());
        let names = shown.collect::<Vec<_>>().join(", ");
        let more = if self.there.len() > SHOWN { ", …" } else { "" };
        let who = accounts(self.there.len(), "registered");
        Some(format!("{who} ({names}{more}) to remove, with their credits and audio"))
    }

    /// Removes them and notes it; what was done.
    ///
    /// # Errors
    /// With what was done before.
    pub(super) fn remove(self, notes: &Notes) -> Result<Option<String>, CleanError> {
        let all = accounts(self.there.len(), "registered");
        let (mut removed, mut broken) = (0, None);
        let mut gone = self.gone;
        for (name, token) in self.there {
            if let Err(fault) = self.remote.delete_user(&token) {
                broken = Some(fault);
                break;
            }
            removed += 1;
            gone.push(name);
        }
        let noted = if gone.is_empty() { Ok(()) } else { notes.deleted(gone) };
        let done = format!("{removed} of {all} removed");
        match (broken, noted) {
            (Some(source), _) => Err(CleanError::Partly { done, source }),
            (None, Err(source)) => Err(CleanError::Unnoted { done, source }),
            (None, Ok(())) => Ok((removed > 0).then(|| format!("{all} removed"))),
        }
    }
}
