//! Accounts that `accounts create` made and the run used.

use std::fmt;

use tts_reader_accounts::{Change, Present, Registry, RegistryError, Used};

use super::accounts;
use super::error::CleanError;

/// What becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// They go, with all they have.
    Remove,
    /// They stay; their audio goes and their credits are as at first.
    Reset,
}

/// Those that are still there.
pub(super) struct Marked {
    present: Present,
    /// `None` for the lasting account, which is removed only by a command of its own.
    deed: Option<Deed>,
    flags: String,
    registry: Box<dyn Registry>,
}

impl Marked {
    /// Looks for them.
    ///
    /// # Errors
    /// Nobody can be asked.
    pub(super) fn find(
        used: &Used,
        deed: Deed,
        mut registry: Box<dyn Registry>,
    ) -> Result<Self, RegistryError> {
        let present = used.there(&mut registry)?;
        let stays = used.batch.is_persistent() && deed == Deed::Remove;
        let deed = (!stays).then_some(deed);
        Ok(Self { present, deed, flags: used.batch.flags(), registry })
    }

    /// What would be done, as a line.
    pub(super) fn plan(&self) -> Option<String> {
        let deed = self.deed.filter(|_| self.present.count() > 0)?;
        let what = match deed {
            Deed::Remove => "to remove, with their credits and audio",
            Deed::Reset => "to keep: their audio goes, their credits are set back",
        };
        let (who, names) = (accounts(self.present.count(), "test"), self.present.names());
        Some(format!("{who} ({names}) {what}"))
    }

    /// What stays.
    pub(super) fn remark(&self) -> Option<String> {
        if self.deed.is_none() && self.present.count() > 0 {
            return Some(format!(
                "the lasting account `{}` stays; --reset-credits sets its credits back, `tts-load \
                 accounts remove --persistent` removes it",
                self.present.names()
            ));
        }
        (self.deed == Some(Deed::Remove) && self.present.others > 0).then(|| {
            let (others, flags) = (self.present.others, &self.flags);
            format!(
                "{} of the same batch were not used by this run and stay; `tts-load accounts remove \
                 {flags}` removes them",
                accounts(others, "further")
            )
        })
    }

    /// Does it; what was done.
    ///
    /// # Errors
    /// With what was done before.
    pub(super) fn carry_out(&mut self) -> Result<Option<String>, CleanError> {
        let Some(deed) = self.deed.filter(|_| self.present.count() > 0) else { return Ok(None) };
        let all = accounts(self.present.count(), "test");
        let changes: &[(Change, &str)] = match deed {
            Deed::Remove => &[(Change::Remove, "removed, with credits and audio")],
            Deed::Reset => &[
                (Change::RemoveAudio, "freed of their audio"),
                (Change::ResetCredits, "set back to the credits they were made with"),
            ],
        };
        let mut done = Vec::new();
        for (change, what) in changes {
            match self.present.change(&mut self.registry, change) {
                Ok(count) => done.push(format!("{} {what}", accounts(count, "test"))),
                Err((count, source)) => {
                    done.push(format!("{count} of {all} {what}"));
                    return Err(CleanError::Partly { done: done.join(", "), source });
                }
            }
        }
        Ok(Some(done.join(", ")))
    }
}

impl fmt::Debug for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { present, deed, .. } = self;
        f.debug_struct("Marked").field("present", present).field("deed", deed).finish()
    }
}
