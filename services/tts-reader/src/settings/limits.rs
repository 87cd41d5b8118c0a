//! What a connection and a request may take of the service.

use std::time::Duration;

use super::{Environment, SettingsError};

/// What a connection and a request may take of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time.
    pub connections: usize,
    /// How long nothing may move on a connection while the client has the next word.
    pub idle: Duration,
    /// From a request's first byte to the end of its head.
    pub head_time: Duration,
    /// Bytes of a head: the request line and all fields.
    pub head_bytes: usize,
    /// Fields of a head.
    pub head_fields: usize,
    /// Bytes of the address in the request line.
    pub url_bytes: usize,
    /// From the end of a head to the end of the body.
    pub body_time: Duration,
    /// From the end of a head to the beginning of the answer.
    pub request_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            idle: Duration::from_secs(75),
            head_time: Duration::from_secs(10),
            head_bytes: 16 * 1024,
            head_fields: 100,
            url_bytes: 8 * 1024,
            body_time: Duration::from_secs(30),
            request_time: Duration::from_mins(2),
        }
    }
}

/// The limits as the environment has them.
///
/// # Errors
/// A value that is none, or two of which one could never be reached.
pub(super) fn resolve(env: &Environment) -> Result<Limits, SettingsError> {
    let mut limits = Limits::default();
    let size = |name, least, most, it: &mut usize| {
        env.number(name, least, most).map(|told| *it = told.map_or(*it, |n| n as usize))
    };
    size("MAX_CONNECTIONS", 10, 1_000_000, &mut limits.connections)?;
    size("MAX_HEADER_BYTES", 1_024, 256 * 1_024, &mut limits.head_bytes)?;
    size("MAX_HEADERS", 10, 1_000, &mut limits.head_fields)?;
    size("MAX_URL_LENGTH", 256, 65_534, &mut limits.url_bytes)?;
    let time = |name, most, it: &mut Duration| {
        env.number(name, 1, most).map(|told| *it = told.map_or(*it, Duration::from_secs))
    };
    time("CONNECTION_IDLE_SECONDS", 3_600, &mut limits.idle)?;
    time("HEADER_TIMEOUT_SECONDS", 3_600, &mut limits.head_time)?;
    time("BODY_TIMEOUT_SECONDS", 3_600, &mut limits.body_time)?;
    time("REQUEST_TIMEOUT_SECONDS", 86_400, &mut limits.request_time)?;
    if limits.url_bytes >= limits.head_bytes {
        return Err(SettingsError::contradiction(
            format!("MAX_URL_LENGTH={}", limits.url_bytes),
            format!("MAX_HEADER_BYTES={}", limits.head_bytes),
            "the address is a part of the head; allow the head more bytes",
        ));
    }
    if limits.body_time >= limits.request_time {
        return Err(SettingsError::contradiction(
            format!("BODY_TIMEOUT_SECONDS={}", limits.body_time.as_secs()),
            format!("REQUEST_TIMEOUT_SECONDS={}", limits.request_time.as_secs()),
            "a request takes at least as long as its body; allow the request more time",
        ));
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Limits, resolve};
    use crate::settings::{Environment, SettingsError};

    fn with(pairs: &[(&str, &str)]) -> Result<Limits, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(&pairs.collect::<Environment>())
    }

    #[test]
    fn each_is_a_setting_of_its_own() {
        assert_eq!(with(&[]).unwrap(), Limits::default());
        let limits = with(&[
            ("MAX_CONNECTIONS", "11"),
            ("MAX_HEADER_BYTES", "4096"),
            ("MAX_HEADERS", "12"),
            ("MAX_URL_LENGTH", "300"),
            ("CONNECTION_IDLE_SECONDS", "1"),
            ("HEADER_TIMEOUT_SECONDS", "2"),
            ("BODY_TIMEOUT_SECONDS", "3"),
            ("REQUEST_TIMEOUT_SECONDS", "4"),
        ]);
        let told = Limits {
            connections: 11,
            idle: Duration::from_secs(1),
            head_time: Duration::from_secs(2),
            head_bytes: 4_096,
            head_fields: 12,
            url_bytes: 300,
            body_time: Duration::from_secs(3),
            request_time: Duration::from_secs(4),
        };
        assert_eq!(limits.unwrap(), told);
    }

    #[test]
    fn one_that_could_never_be_reached_is_refused() {
        for (env, words) in [
            (&[("MAX_HEADER_BYTES", "8192")][..], "MAX_URL_LENGTH=8192 and MAX_HEADER_BYTES=8192"),
            (&[("BODY_TIMEOUT_SECONDS", "120")], "allow the request more time"),
            (&[("MAX_CONNECTIONS", "0")], "MAX_CONNECTIONS=0 is not a whole number from 10 to"),
        ] {
            let error = with(env).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
