//! What those who follow requests may take of the service.

use std::time::Duration;

use super::{Environment, SettingsError};

/// What those who follow the progress of requests may take.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgressLimits {
    /// How long progress is kept after the end of its request.
    pub keep: Duration,
    /// Subscribers at the same time, each over a WebSocket.
    pub subscribers: usize,
    /// … of one account.
    pub subscribers_of_account: usize,
    /// How often a subscriber is asked whether it is still there; two silent times end it.
    pub heartbeat: Duration,
    /// How long a subscriber waits for a request that has not begun.
    pub wait: Duration,
    /// How long a subscriber that showed no token with its request may take to send it.
    pub token_time: Duration,
}

impl Default for ProgressLimits {
    fn default() -> Self {
        Self {
            keep: Duration::from_mins(10),
            subscribers: 5_000,
            subscribers_of_account: 1_000,
            heartbeat: Duration::from_secs(20),
            wait: Duration::from_mins(1),
            token_time: Duration::from_secs(5),
        }
    }
}

/// As the environment has it.
///
/// # Errors
/// A value that is none.
pub(super) fn resolve(env: &Environment) -> Result<ProgressLimits, SettingsError> {
    let mut progress = ProgressLimits::default();
    let size = |name, it: &mut usize| {
        env.number(name, 1, 1_000_000).map(|told| *it = told.map_or(*it, |n| n as usize))
    };
    size("PROGRESS_SUBSCRIBERS", &mut progress.subscribers)?;
    size("PROGRESS_SUBSCRIBERS_PER_ACCOUNT", &mut progress.subscribers_of_account)?;
    let time = |name, most, it: &mut Duration| {
        env.number(name, 1, most).map(|told| *it = told.map_or(*it, Duration::from_secs))
    };
    time("PROGRESS_HEARTBEAT_SECONDS", 3_600, &mut progress.heartbeat)?;
    time("PROGRESS_KEEP_SECONDS", 86_400, &mut progress.keep)?;
    time("PROGRESS_TOKEN_SECONDS", 60, &mut progress.token_time)?;
    time("PROGRESS_WAIT_SECONDS", 3_600, &mut progress.wait)?;
    Ok(progress)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ProgressLimits, resolve};
    use crate::settings::Environment;

    fn with(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_is_a_setting_of_its_own() {
        assert_eq!(resolve(&with(&[])).unwrap(), ProgressLimits::default());
        let told = with(&[
            ("PROGRESS_SUBSCRIBERS", "1"),
            ("PROGRESS_SUBSCRIBERS_PER_ACCOUNT", "2"),
            ("PROGRESS_HEARTBEAT_SECONDS", "3"),
            ("PROGRESS_KEEP_SECONDS", "4"),
            ("PROGRESS_TOKEN_SECONDS", "5"),
            ("PROGRESS_WAIT_SECONDS", "6"),
        ]);
        let expected = ProgressLimits {
            subscribers: 1,
            subscribers_of_account: 2,
            heartbeat: Duration::from_secs(3),
            keep: Duration::from_secs(4),
            token_time: Duration::from_secs(5),
            wait: Duration::from_secs(6),
        };
        assert_eq!(resolve(&told).unwrap(), expected);
        let error = resolve(&with(&[("PROGRESS_SUBSCRIBERS", "0")])).unwrap_err().to_string();
        assert!(error.contains("PROGRESS_SUBSCRIBERS=0 is not a whole number"), "{error}");
    }
}
