//! What a comparison has found.

use super::power::Needed;
use super::rule::{FailWhen, Rule};
use crate::Metric;

/// Two sides compared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compared {
    /// What was measured in the base.
    pub base: SideFacts,
    /// What was measured in what is compared with it.
    pub new: SideFacts,
    /// All requests. Its intervals hold together with `confidence`.
    pub all: Line,
    /// Requests by method and name, transactions behind them; nothing when there is only one name.
    /// The intervals of all lines hold together with `confidence`.
    pub names: Vec<Line>,
    /// Names with too many others before them to be judged one by one: their number.
    pub unjudged: usize,
    /// Names that only one side has.
    pub one_sided: Vec<OneSided>,
    /// The rules. Their intervals hold together with 95 %.
    pub rules: Vec<RuleResult>,
    /// When a rule fails.
    pub fail_when: FailWhen,
    /// The probability with which the intervals of `all` hold together, and those of `names`.
    pub confidence: f64,
    /// The noise between runs that was assumed, as a share (standard deviation).
    pub run_noise: f64,
}

/// The data of a side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SideFacts {
    /// Runs.
    pub runs: usize,
    /// Requests in what is compared of them.
    pub requests: u64,
    /// Those of them that failed.
    pub failures: u64,
    /// Seconds that are compared.
    pub seconds: f64,
}

/// The numbers of one name, or of all.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// The method; empty for all requests.
    pub method: String,
    /// The name; `Aggregated` for all requests.
    pub name: String,
    /// Requests of the base and of the new side.
    pub requests: [u64; 2],
    /// Its numbers, always the same ones in the same order.
    pub differences: Vec<Difference>,
}

/// One number on both sides. Times are nanoseconds, failures a share, the rate requests per second.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// Which number.
    pub metric: Metric,
    /// In the base; `None` without data.
    pub base: Option<f64>,
    /// In the new side; `None` without data.
    pub new: Option<f64>,
    /// What is said of the difference; `None` where too little was measured.
    pub change: Option<Change>,
    /// Why nothing is said.
    pub lacking: Option<String>,
}

/// The size of a difference, as a share of the base (0.1: 10 % more); of failures, a difference of
/// shares (0.01: one percentage point).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The best estimate.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// A growth so large would most likely (four times in five) have been shown.
    pub detectable: f64,
    /// Where a growth by a tenth would most likely not have been shown: what would be enough, if
    /// anything is.
    pub needed: Option<Needed>,
    /// Neighbouring steps of time (seconds) are alike: so many of them say as much as one would that
    /// had nothing to do with the others.
    pub alike: f64,
    /// What a run adds to the seconds inside it (standard deviation, a share of the number, of
    /// failures a difference of shares): measured where a side has several runs, else assumed.
    pub run_noise: f64,
}

impl Change {
    /// Whether the interval leaves no change out: a difference is shown.
    pub fn is_shown(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// A name that only one side has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OneSided {
    /// The method.
    pub method: String,
    /// The name.
    pub name: String,
    /// Whether it is the new side that has it.
    pub is_new: bool,
    /// Its requests there.
    pub requests: u64,
}

/// What a rule has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleWord {
    /// The change is not too much, or not shown.
    Held,
    /// The change is too much.
    Failed,
    /// There is too little to say; a rule without data fails.
    NoData,
}

/// A rule with what was measured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RuleResult {
    /// The rule.
    pub rule: Rule,
    /// What was measured.
    pub difference: Difference,
    /// What that means.
    pub word: RuleWord,
}

impl Compared {
    /// Whether any difference is shown, in all requests or in a name.
    pub fn is_different(&self) -> bool {
        self.lines().any(|line| line.shown().next().is_some())
    }

    /// Whether nothing could be said of any number.
    pub fn is_empty(&self) -> bool {
        self.lines().flat_map(|line| &line.differences).all(|it| it.change.is_none())
    }

    /// Whether a rule has failed, or had no data.
    pub fn fails(&self) -> bool {
        self.rules.iter().any(|rule| rule.word != RuleWord::Held)
    }

    /// All requests, then the names.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        std::iter::once(&self.all).chain(&self.names)
    }
}

impl Line {
    /// The differences that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|it| it.change.is_some_and(|change| change.is_shown()))
    }
}
