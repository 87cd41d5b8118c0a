//! Bounds that keep a load from doing harm: so many requests per second and no more, and what they
//! have held back.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Never more than so many requests in any second (or minute, or hour).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateCap {
    /// Requests, 1 or more.
    pub requests: u32,
    /// In which time.
    pub per: Duration,
}

/// A text that is no cap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate cap; write whole requests in a second, a minute or an hour: 50/s, 600/m")]
pub struct RateCapError(String);

impl FromStr for RateCap {
    type Err = RateCapError;

    fn from_str(text: &str) -> Result<Self, RateCapError> {
        let wrong = || RateCapError(text.to_owned());
        let (number, unit) = text.trim().split_once('/').unwrap_or((text.trim(), "s"));
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err(wrong()),
        };
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let requests = digits.then(|| number.parse().ok()).flatten().filter(|count| *count > 0);
        Ok(Self { requests: requests.ok_or_else(wrong)?, per: Duration::from_secs(seconds) })
    }
}

impl fmt::Display for RateCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per.as_secs() {
            1 => "s",
            60 => "m",
            _ => "h",
        };
        write!(f, "{}/{unit}", self.requests)
    }
}

/// What a rate cap has held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Requests that had to wait.
    pub requests: u64,
    /// How long, all of them together.
    pub total: Duration,
}

impl Held {
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.total += other.total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_are_read_as_people_write_them() {
        for (text, requests, seconds) in
            [("50/s", 50, 1), ("50", 50, 1), ("600/m", 600, 60), ("1/h", 1, 3_600)]
        {
            let cap: RateCap = text.parse().unwrap();
            assert_eq!((cap.requests, cap.per.as_secs()), (requests, seconds), "{text}");
            assert_eq!(cap.to_string().parse(), Ok(cap));
        }
        for wrong in ["", "0/s", "-1/s", "1.5/s", "5/d", "/s", "5/", "+5/s", "99999999999/s", "ä/s"]
        {
            assert!(wrong.parse::<RateCap>().is_err(), "{wrong}");
        }
    }
}
