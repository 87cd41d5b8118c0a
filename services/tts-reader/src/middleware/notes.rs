//! What the inside of a request tells the layers around it.

use std::sync::OnceLock;

use crate::rate_limit::RateStatus;

/// Rides on the request as an extension; each note is written at most once.
#[derive(Debug, Default)]
pub(crate) struct RequestNotes {
    rate: OnceLock<RateStatus>,
    user: OnceLock<String>,
}

impl RequestNotes {
    /// What is left of the caller's hourly limit.
    pub(crate) fn set_rate(&self, status: RateStatus) {
        let _ = self.rate.set(status);
    }

    /// Who is signed in.
    pub(crate) fn set_user(&self, username: &str) {
        let _ = self.user.set(username.to_owned());
    }

    pub(super) fn rate(&self) -> Option<RateStatus> {
        self.rate.get().copied()
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.user.get().map(String::as_str)
    }
}
