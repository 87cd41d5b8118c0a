//! Arrival rates as people write them.

use std::fmt;
use std::str::FromStr;

use super::rate::{ArrivalRate, RateStage};
use crate::history::{PhaseName, PhaseNameError};
use crate::span::{SpanError, format_span, parse_span};

/// A text or a number that is no arrival rate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RateError {
    /// Not of the form of a rate.
    #[error("`{0}` is no rate; write starts per second such as 100/s or 100, or 6000/m, 500/h")]
    Form(String),
    /// Not of the form of a stage.
    #[error("stage `{0}` is not of the form RATE:TIME or RATE..RATE:TIME, e.g. 100/s..500/s:2m")]
    Stage(String),
    /// The length of a stage cannot be read.
    #[error("stage `{stage}`: {fault}")]
    Length {
        /// The stage.
        stage: String,
        /// What is wrong.
        fault: SpanError,
    },
    /// The name of a stage cannot be one.
    #[error(transparent)]
    Name(#[from] PhaseNameError),
    /// A negative rate, or no number.
    #[error("a rate of {0} starts per second is not possible; write 0 or more")]
    Range(f64),
    /// A rate that no machine reaches.
    #[error(
        "{0} starts per second are more than any machine begins; write at most 10000000/s, and make \
         the rest on others"
    )]
    TooHigh(f64),
    /// A stage that is over at once.
    #[error("a stage lasts no time; give each at least 1s")]
    NoTime,
    /// Nothing would ever start.
    #[error("with this rate nothing would ever start; give a rate above 0")]
    Nothing,
}

/// One rate: `100/s`, `100`, `6000/m`; or stages: `100/s:1m,100/s..500/s:2m`, with names if wanted:
/// `before:100/s:1m,surge:500/s:2m`.
impl FromStr for ArrivalRate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        if text.contains([':', ',']) {
            let stages: Result<Vec<(PhaseName, RateStage)>, RateError> =
                text.split(',').map(|text| stage(text.trim())).collect();
            return Self::named_stages(stages?);
        }
        Self::constant(rate(text)?)
    }
}

fn stage(text: &str) -> Result<(PhaseName, RateStage), RateError> {
    let (head, length) = text.rsplit_once(':').ok_or_else(|| RateError::Stage(text.to_owned()))?;
    let (name, rates) = match head.split_once(':') {
        Some((name, rates)) => (PhaseName::new(name)?, rates.trim_start()),
        None => (PhaseName::default(), head),
    };
    let (from, to) = rates.split_once("..").unwrap_or((rates, rates));
    let length =
        parse_span(length).map_err(|fault| RateError::Length { stage: text.to_owned(), fault })?;
    Ok((name, RateStage { from: rate(from)?, to: rate(to)?, length }))
}

/// Starts per second.
fn rate(text: &str) -> Result<f64, RateError> {
    let form = || RateError::Form(text.to_owned());
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(form()),
    };
    // Rust would also read `1e3`, `+1` and `inf`.
    let plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number: f64 = plain.then(|| number.parse().ok()).flatten().ok_or_else(form)?;
    Ok(number / seconds)
}

/// Writes what [`ArrivalRate::from_str`] reads, in starts per second.
impl fmt::Display for ArrivalRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = self.to_stages();
        if stages.is_empty() {
            return write!(f, "{}/s", self.first_and_highest().0);
        }
        let stages = stages.into_iter().zip(self.names()).enumerate();
        for (index, (RateStage { from, to, length }, name)) in stages {
            let comma = if index > 0 { "," } else { "" };
            let ramp = if from == to { String::new() } else { format!("..{to}/s") };
            write!(f, "{comma}{name}{from}/s{ramp}:{}", format_span(length))?;
        }
        Ok(())
    }
}
