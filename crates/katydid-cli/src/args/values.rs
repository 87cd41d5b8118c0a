//! Readers of single values, each with a text that says what would be right.

use std::time::Duration;

use clap::ValueEnum;
use katydid_core::{Shape as _, Stages};
use katydid_web::{AccessError, Role, Token};

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum LogLevel {
    /// Also how the settings came out and what the backend is asked for.
    Debug,
    /// The course of the run.
    #[default]
    Info,
    /// What the reader must know.
    Warning,
    /// Why the command ends.
    Error,
    /// As ERROR; Locust's word for it.
    Critical,
}

impl LogLevel {
    /// As in a line of the log.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }
}

/// Seconds, or another span; -1 is never.
pub(crate) fn parse_autoquit(text: &str) -> Result<super::web::Autoquit, String> {
    if text == "-1" {
        return Ok(super::web::Autoquit(None));
    }
    let span = katydid_core::parse_span(text).map_err(|error| error.to_string())?;
    Ok(super::web::Autoquit(Some(span)))
}

/// `ROLE:TOKEN`. No error repeats the token.
pub(crate) fn parse_token(text: &str) -> Result<Token, String> {
    let Some((role, token)) = text.split_once(':') else {
        return Err("a token is ROLE:TOKEN, such as operator: and 20 random letters".to_owned());
    };
    let role: Role = role.parse().map_err(|fault: AccessError| fault.to_string())?;
    Token::new(role, token).map_err(|fault| fault.to_string())
}

/// A whole number above 0.
pub(crate) fn parse_count(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) => Err("must be 1 or more".to_owned()),
        Ok(count) => Ok(count),
        Err(_) if is_whole(text) => Err(format!("must be at most {}", u32::MAX)),
        Err(_) => Err("write a whole number such as 50".to_owned()),
    }
}

/// Digits and nothing else: if it cannot be read, it is too large.
fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name to mask.
pub(crate) fn parse_name(text: &str) -> Result<String, String> {
    match text.trim() {
        name if name.chars().any(char::is_alphanumeric) => Ok(name.to_owned()),
        _ => Err("write the name of a header, a key or a parameter".to_owned()),
    }
}

/// The seed of the random choices.
pub(crate) fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

/// Users per second.
pub(crate) fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        Ok(_) => Err("must be a number above 0".to_owned()),
        Err(_) => Err("write users per second such as 10 or 0.5".to_owned()),
    }
}

/// How many times as much; above 1.
pub(crate) fn parse_factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 1.0 => Ok(factor),
        _ => Err("must be a number above 1, such as 2 or 1.5".to_owned()),
    }
}

/// A share between 0 and 1: `10%`, `0.1`.
pub(crate) fn parse_share(text: &str) -> Result<f64, String> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    let between = share.ok().filter(|share| *share > 0.0 && *share < 1.0);
    between.ok_or_else(|| "must be a share between 0 and 1, such as 10% or 0.1".to_owned())
}

/// A length of time above 0.
pub(crate) fn parse_time(text: &str) -> Result<Duration, String> {
    match katydid_core::parse_span(text) {
        Ok(Duration::ZERO) => Err("must be longer than 0".to_owned()),
        Ok(span) => Ok(span),
        Err(error) => Err(error.to_string()),
    }
}

/// Length of the run, as Locust writes it.
pub(crate) fn parse_run_time(text: &str) -> Result<Duration, String> {
    match parse_stop_timeout(text)? {
        Duration::ZERO => Err("must be longer than 0".to_owned()),
        span => Ok(span),
    }
}

/// A length of time as Locust writes it: whole hours, minutes and seconds.
pub(crate) fn parse_stop_timeout(text: &str) -> Result<Duration, String> {
    let span = katydid_core::parse_span(text).map_err(|error| error.to_string())?;
    if text.ends_with("ms") {
        return Err(format!("`{text}`: milliseconds are no unit here; write 1s or longer"));
    }
    Ok(span)
}

/// Stages with at least one user.
pub(crate) fn parse_stages(text: &str) -> Result<Stages, String> {
    let stages: Stages = text.parse().map_err(|error| format!("{error}"))?;
    match stages.most_users() {
        None | Some(0) => Err("no stage has any user".to_owned()),
        Some(_) => Ok(stages),
    }
}

/// How many task executions.
pub(crate) fn parse_iterations(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("must be 1 or more".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("write a whole number such as 1000".to_owned()),
    }
}

/// How many requests.
pub(crate) fn parse_requests(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("must be 1 or more".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("write a whole number such as 10000".to_owned()),
    }
}

/// An amount of money.
pub(crate) fn parse_amount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(amount) if amount.is_finite() && amount > 0.0 => Ok(amount),
        Ok(_) => Err("must be an amount above 0".to_owned()),
        Err(_) => Err("write an amount such as 5 or 0.25".to_owned()),
    }
}

/// A mail address, as far as a header needs to know.
pub(crate) fn parse_contact(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
    match text.split_once('@') {
        Some((name, host)) if plain && !name.is_empty() && !host.is_empty() => Ok(text.to_owned()),
        _ => Err("write a mail address such as you@example.com".to_owned()),
    }
}

/// Locust's number of processes: 1 or more, or -1 for one per core.
pub(crate) fn parse_processes(text: &str) -> Result<i32, String> {
    match text.parse() {
        Ok(count) if count == -1 || count > 0 => Ok(count),
        Ok(_) => Err("must be 1 or more, or -1 for one per core".to_owned()),
        Err(_) => Err("write a whole number such as 4, or -1 for one per core".to_owned()),
    }
}

/// A text with something in it.
pub(crate) fn parse_not_empty(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// A number of bytes: `65536`, `64k`, `16M`, `1G` (powers of 1024).
pub(crate) fn parse_bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 10),
        Some((at, 'm' | 'M')) => (&text[..at], 20),
        Some((at, 'g' | 'G')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let number: usize =
        digits.parse().map_err(|_| "write bytes such as 65536, 64k or 16M".to_owned())?;
    match number.checked_mul(1 << shift) {
        Some(0) => Err("must be above 0".to_owned()),
        Some(bytes) => Ok(bytes),
        None => Err("is more than this machine can address".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_suffixes() {
        assert_eq!(parse_bytes("65536"), Ok(65_536));
        assert_eq!(parse_bytes("64k"), Ok(65_536));
        assert_eq!(parse_bytes("16M"), Ok(16 << 20));
        for wrong in ["", "k", "1.5M", "-1", "0", "12q", "99999999999999G", "é"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }
}
