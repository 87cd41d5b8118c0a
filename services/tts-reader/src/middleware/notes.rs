//! What the inside of a request tells the layers around it.

use std::sync::OnceLock;

use axum::http::HeaderValue;

use crate::rate_limit::RateStatus;

/// Rides on the request as an extension; each note is written at most once.
#[derive(Debug, Default)]
pub(crate) struct RequestNotes {
    rate: OnceLock<RateStatus>,
    user: OnceLock<String>,
    progress: OnceLock<HeaderValue>,
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

    /// The name under which the request can be followed.
    pub(crate) fn set_progress(&self, id: HeaderValue) {
        let _ = self.progress.set(id);
    }

    pub(super) fn rate(&self) -> Option<RateStatus> {
        self.rate.get().copied()
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.user.get().map(String::as_str)
    }

    pub(super) fn progress(&self) -> Option<&HeaderValue> {
        self.progress.get()
    }
}
