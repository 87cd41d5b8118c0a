//! Rules that make a comparison fail: `p95 > +10%`, `failures > +1% on /api/login`.

use std::fmt;
use std::str::FromStr;

use super::compared::{Change, Difference, RuleResult, RuleWord};
use super::parse;
use crate::Metric;
use crate::target::{Scope, TagClass};

/// A change that is too much.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(super) text: String,
    pub(super) metric: Metric,
    /// Whether it is about growing; else about shrinking.
    pub(super) growth: bool,
    pub(super) limit: Limit,
    pub(super) scope: Scope,
}

/// From which change on it is too much; never below 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// This share (0.1 for 10 %) of what the base has.
    Share(f64),
    /// So much in the number's own unit: nanoseconds, requests per second, a share of the requests
    /// (0.01 for one percentage point).
    Amount(f64),
}

/// How sure a rule must be to fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailWhen {
    /// The change is shown, and the estimate is beyond the limit.
    #[default]
    Shown,
    /// The whole interval is beyond the limit.
    Certain,
    /// The interval reaches beyond the limit: so much is not ruled out.
    Possible,
}

/// A text that is no such rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{text}`, column {column}: {what}")]
pub struct RuleError {
    text: String,
    column: usize,
    what: String,
}

impl Rule {
    /// Reads a rule. `classes` are those that `on class NAME` may name.
    ///
    /// # Errors
    /// The column that is wrong, and what would be right there.
    pub fn parse(text: &str, classes: &[TagClass]) -> Result<Self, RuleError> {
        parse::read(text, classes).map_err(|fault| RuleError {
            text: text.to_owned(),
            column: fault.column(),
            what: fault.what().to_owned(),
        })
    }

    /// The number that it is about.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The requests that it is about.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Holds it against what was measured.
    pub(super) fn judge(&self, difference: Difference, when: FailWhen) -> RuleResult {
        let word = match &difference.change {
            None => RuleWord::NoData,
            Some(change) if self.is_broken(&difference, change, when) => RuleWord::Failed,
            Some(_) => RuleWord::Held,
        };
        RuleResult { rule: self.clone(), difference, word }
    }

    fn is_broken(&self, difference: &Difference, change: &Change, when: FailWhen) -> bool {
        // The end of the interval that is nearest to no change in the rule's direction, and the
        // farthest.
        let (near, far) =
            if self.growth { (change.low, change.high) } else { (-change.high, -change.low) };
        let estimate = if self.growth { change.estimate } else { -change.estimate };
        let limit = match self.limit {
            Limit::Share(share) => share,
            // Changes of times and rates are told as shares of the base.
            Limit::Amount(amount) if self.metric == Metric::FailureRate => amount,
            Limit::Amount(amount) => amount / difference.base.unwrap_or(f64::NAN),
        };
        match when {
            FailWhen::Shown => near > 0.0 && estimate > limit,
            FailWhen::Certain => near > limit && estimate > limit,
            FailWhen::Possible => far > limit,
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text, &[])
    }
}

/// As it was written.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for FailWhen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "shown" => Ok(Self::Shown),
            "certain" => Ok(Self::Certain),
            "possible" => Ok(Self::Possible),
            _ => Err(format!(
                "`{text}` is none; {}",
                crate::or_nearest(text, ["shown", "certain", "possible"])
            )),
        }
    }
}
