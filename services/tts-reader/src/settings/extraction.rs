//! How pages are fetched: how many at a time, what sites are spared, what is kept.

use std::time::Duration;

use tts_reader_extraction::{FetchPolicy, Robots};

use super::{Environment, SettingsError};

/// The policy as the environment has it. Whether pages of this machine are read is `--dev`'s.
///
/// # Errors
/// A value that is none.
pub(super) fn resolve(env: &Environment) -> Result<FetchPolicy, SettingsError> {
    let mut policy = FetchPolicy::default();
    let size = |name, least, most, it: &mut usize| {
        env.number(name, least, most).map(|told| *it = told.map_or(*it, |n| n as usize))
    };
    size("EXTRACTION_FETCHES", 1, 10_000, &mut policy.at_once)?;
    size("EXTRACTION_CACHE_BYTES", 0, 1 << 40, &mut policy.cache_bytes)?;
    size("EXTRACTION_PER_HOST", 1, 10_000, &mut policy.politeness.at_once)?;
    if let Some(pause) = env.number("EXTRACTION_PAUSE_MS", 0, 60_000)? {
        policy.politeness.pause = Duration::from_millis(pause);
    }
    if let Some(wait) = env.number("EXTRACTION_WAIT_SECONDS", 0, 60)? {
        policy.longest_wait = Duration::from_secs(wait);
    }
    if let Some(text) = env.text("EXTRACTION_PORTS") {
        policy.ports = ports(text)?;
    }
    if let Some(text) = env.text("EXTRACTION_USER_AGENT") {
        policy.user_agent = user_agent(text)?;
    }
    policy.robots = match env.text("EXTRACTION_ROBOTS").map(str::trim) {
        None | Some("ignore") => Robots::Ignore,
        Some("respect") => Robots::Respect,
        Some(other) => return Err(wrong("EXTRACTION_ROBOTS", other, "ignore or respect")),
    };
    Ok(policy)
}

/// As the setting has it.
pub(super) fn robots(policy: &FetchPolicy) -> String {
    match policy.robots {
        Robots::Ignore => "ignore".to_owned(),
        Robots::Respect => "respect".to_owned(),
    }
}

/// As the setting has it.
pub(super) fn listed(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

fn ports(text: &str) -> Result<Vec<u16>, SettingsError> {
    let port = |one: &str| one.trim().parse().ok().filter(|port| *port > 0);
    let ports: Option<Vec<u16>> = text.split(',').map(port).collect();
    ports.ok_or_else(|| wrong("EXTRACTION_PORTS", text, "port numbers with commas between"))
}

/// A header value whose first word can stand in a robots.txt.
fn user_agent(text: &str) -> Result<String, SettingsError> {
    let text = text.trim();
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.len() <= 256
        && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    let expected = "a name such as reader/1.0 (+https://example.com/bot), in ASCII";
    if fits { Ok(text.to_owned()) } else { Err(wrong("EXTRACTION_USER_AGENT", text, expected)) }
}

fn wrong(name: &str, value: &str, expected: &str) -> SettingsError {
    let (name, value) = (name.to_owned(), value.to_owned());
    SettingsError::Value { name, value, expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tts_reader_extraction::{FetchPolicy, Robots};

    use super::resolve;
    use crate::settings::{Environment, SettingsError};

    fn with(pairs: &[(&str, &str)]) -> Result<FetchPolicy, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(&pairs.collect::<Environment>())
    }

    #[test]
    fn each_is_a_setting_of_its_own() {
        assert_eq!(with(&[]).unwrap(), FetchPolicy::default());
        let policy = with(&[
            ("EXTRACTION_FETCHES", "3"),
            ("EXTRACTION_CACHE_BYTES", "0"),
            ("EXTRACTION_PER_HOST", "1"),
            ("EXTRACTION_PAUSE_MS", "1500"),
            ("EXTRACTION_WAIT_SECONDS", "9"),
            ("EXTRACTION_PORTS", "443, 8000"),
            ("EXTRACTION_USER_AGENT", "Reader/2 (+https://reader.example)"),
            ("EXTRACTION_ROBOTS", "respect"),
        ])
        .unwrap();
        assert_eq!((policy.at_once, policy.cache_bytes, policy.politeness.at_once), (3, 0, 1));
        assert_eq!(policy.politeness.pause, Duration::from_millis(1_500));
        assert_eq!(policy.longest_wait, Duration::from_secs(9));
        assert_eq!((policy.ports.as_slice(), policy.robots), (&[443, 8000][..], Robots::Respect));
        assert_eq!(policy.user_agent, "Reader/2 (+https://reader.example)");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, value, words) in [
            ("EXTRACTION_FETCHES", "0", "is not a whole number from 1 to"),
            ("EXTRACTION_PORTS", "80,web", "is not port numbers with commas between"),
            ("EXTRACTION_PORTS", "0", "is not port numbers"),
            ("EXTRACTION_ROBOTS", "yes", "EXTRACTION_ROBOTS=yes is not ignore or respect"),
            ("EXTRACTION_USER_AGENT", "1", "is not a name such as"),
            ("EXTRACTION_USER_AGENT", "räder", "is not a name such as"),
        ] {
            let error = with(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
