//! How the number of users changes over a run: one stage after the other, as code or as data.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::counted;
use crate::history::{PhaseName, PhaseNameError, RunPhase};
use crate::span::{SpanError, format_span, parse_span};

/// A programmed load: from the run's time to the number of users.
///
/// The dispatcher asks once a second, whether or not a ramp is under way, and whenever
/// [`next_change`](Self::next_change) says so. An answer that differs from the one before starts a
/// ramp from the present number of users; the same answer changes nothing. Any function
/// `Fn(Duration, u32) -> Option<Stage>` is a shape.
pub trait Shape: Send + Sync {
    /// What is wanted at `run_time`, when `users` are planned at present. `None` ends the run.
    fn stage(&self, run_time: Duration, users: u32) -> Option<Stage>;

    /// The next moment after `run_time` at which the answer changes, if that is known. Moments
    /// between the full seconds are met only when they are told here.
    fn next_change(&self, run_time: Duration) -> Option<Duration> {
        let _ = run_time;
        None
    }

    /// The most users that it will want, if that is known: what accounts, connections and threads
    /// are prepared for.
    fn most_users(&self) -> Option<u32> {
        None
    }

    /// The named pieces of the run, if they are known before it.
    fn phases(&self) -> Vec<RunPhase> {
        Vec::new()
    }
}

impl<F: Fn(Duration, u32) -> Option<Stage> + Send + Sync> Shape for F {
    fn stage(&self, run_time: Duration, users: u32) -> Option<Stage> {
        self(run_time, users)
    }
}

impl fmt::Debug for dyn Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shape")
    }
}

/// A number of users to reach, and how fast.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stage {
    /// Users to reach.
    pub users: u32,
    /// Users started or removed per second.
    pub spawn_rate: f64,
    /// Which classes they have.
    pub mix: Mix,
}

/// How the users of a stage are dealt to classes.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Mix {
    /// By the weights of the classes.
    #[default]
    Weights,
    /// New users by weight, but only to the classes named; nobody is removed for it (as in Locust).
    Only(Vec<String>),
    /// Exactly so many users of each class named, and none of any other.
    Exactly(Vec<(String, u32)>),
}

impl Stage {
    /// `users` users by weight, reached at `spawn_rate` per second.
    pub fn new(users: u32, spawn_rate: f64) -> Self {
        Self { users, spawn_rate, mix: Mix::Weights }
    }

    /// Deals new users only to `classes`.
    #[must_use]
    pub fn only<C: Into<String>>(mut self, classes: impl IntoIterator<Item = C>) -> Self {
        self.mix = Mix::Only(classes.into_iter().map(Into::into).collect());
        self
    }

    /// Exactly so many users of each class, reached at `spawn_rate` per second.
    pub fn exactly<C: Into<String>>(
        classes: impl IntoIterator<Item = (C, u32)>,
        spawn_rate: f64,
    ) -> Self {
        let classes: Vec<(String, u32)> =
            classes.into_iter().map(|(class, users)| (class.into(), users)).collect();
        let users = classes.iter().map(|(_, users)| users).sum();
        Self { users, spawn_rate, mix: Mix::Exactly(classes) }
    }
}

/// A stage with its length, the ramp to it included.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedStage {
    /// What is reached.
    pub stage: Stage,
    /// How long it lasts.
    pub length: Duration,
    name: PhaseName,
}

impl TimedStage {
    /// `stage` for `length`.
    pub fn new(stage: Stage, length: Duration) -> Self {
        Self { stage, length, name: PhaseName::default() }
    }

    /// Gives it a name, for targets of this stage alone; without, the second stage is `stage 2`.
    ///
    /// # Errors
    /// When the name is not one word of letters, digits, `-` and `_`.
    pub fn named(self, name: &str) -> Result<Self, PhaseNameError> {
        Ok(Self { name: PhaseName::new(name)?, ..self })
    }
}

/// Stages in a row, as data: `10@2/s:2m,300@100/s:5m` is 10 users started at 2 per second for two
/// minutes, then 300 at 100 per second for five. After the last one the run ends. A plan may write
/// `10@2/s for 2m`. A name may stand before each: `surge:300@100/s:5m`, `surge: 300@100/s for 5m`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stages(Vec<TimedStage>);

impl Stages {
    /// Stages in their order.
    pub fn new(stages: impl IntoIterator<Item = TimedStage>) -> Self {
        Self(stages.into_iter().collect())
    }

    /// A ramp from nobody to `users` users, and as many to the end of `length`.
    pub fn one(users: u32, spawn_rate: f64, length: Duration) -> Self {
        Self(vec![TimedStage::new(Stage::new(users, spawn_rate), length)])
    }

    /// A climb to `users` users in `count` equal steps, each an equal part of `length` with its ramp
    /// at `spawn_rate` per second.
    ///
    /// # Errors
    /// More steps than users, or steps that end before their ramp does: nothing could be said of
    /// such a step.
    pub fn steps(
        count: u32,
        users: u32,
        spawn_rate: f64,
        length: Duration,
    ) -> Result<Self, StepsError> {
        if users < count {
            return Err(StepsError::TooMany { count, users });
        }
        let length = length / count.max(1);
        let ramp = f64::from(users.div_ceil(count.max(1))) / spawn_rate;
        if ramp >= length.as_secs_f64() {
            return Err(StepsError::AllRamp { length: format_span(length), ramp });
        }
        let reached =
            |step: u32| (u64::from(users) * u64::from(step)).div_ceil(count.into()) as u32;
        let step = |step| {
            let users = reached(step);
            let name = PhaseName::of_step(users);
            TimedStage { name, ..TimedStage::new(Stage::new(users, spawn_rate), length) }
        };
        Ok(Self((1..=count).map(step).collect()))
    }

    /// The stages in their order.
    pub fn stages(&self) -> &[TimedStage] {
        &self.0
    }

    /// How long they last together.
    pub fn length(&self) -> Duration {
        self.ends().last().unwrap_or_default()
    }

    /// The time that all users together spend in the run, ramps included, in seconds: what the
    /// number of their tasks grows with.
    pub fn user_seconds(&self) -> f64 {
        self.user_seconds_until(self.length())
    }

    /// The same of the time before `until`.
    pub fn user_seconds_until(&self, until: Duration) -> f64 {
        let mut left = until.as_secs_f64();
        let mut users = 0.0;
        let mut total = 0.0;
        for TimedStage { stage, length, .. } in &self.0 {
            let (length, wanted) = (length.as_secs_f64().min(left), f64::from(stage.users));
            let ramp = ((wanted - users).abs() / stage.spawn_rate).min(length);
            let reached = users + (wanted - users).signum() * ramp * stage.spawn_rate;
            total += f64::midpoint(users, reached) * ramp + reached * (length - ramp);
            (users, left) = (reached, left - length);
        }
        total
    }

    /// These stages, if no two have one name.
    ///
    /// # Errors
    /// The name that two have.
    pub fn checked(self) -> Result<Self, StagesError> {
        PhaseName::unique(self.0.iter().map(|timed| &timed.name))?;
        Ok(self)
    }

    /// When each stage ends.
    fn ends(&self) -> impl Iterator<Item = Duration> {
        self.0.iter().scan(Duration::ZERO, |end, timed| {
            *end = end.saturating_add(timed.length);
            Some(*end)
        })
    }
}

impl Shape for Stages {
    fn stage(&self, run_time: Duration, _users: u32) -> Option<Stage> {
        let at = self.ends().position(|end| run_time < end)?;
        Some(self.0[at].stage.clone())
    }

    fn next_change(&self, run_time: Duration) -> Option<Duration> {
        self.ends().find(|end| *end > run_time)
    }

    fn most_users(&self) -> Option<u32> {
        self.0.iter().map(|timed| timed.stage.users).max()
    }

    fn phases(&self) -> Vec<RunPhase> {
        let stages = self.0.iter();
        RunPhase::in_a_row(stages.map(|it| (&it.name, it.length, Some(it.stage.users), None)))
    }
}

/// Steps that cannot be meant.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepsError {
    /// Steps that add nobody.
    #[error(
        "{} to {}: each must add at least one; write fewer steps",
        counted(*count, "step"),
        counted(*users, "user")
    )]
    TooMany {
        /// Steps.
        count: u32,
        /// Users.
        users: u32,
    },
    /// A step is over before it has its users.
    #[error(
        "a step of {length} is over before its users have started, which takes {ramp:.1} s; run \
         longer, start users faster, or write fewer steps"
    )]
    AllRamp {
        /// The length of a step.
        length: String,
        /// The time that its users take to start, in seconds.
        ramp: f64,
    },
}

/// A text that is no row of stages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StagesError {
    /// Not of the form.
    #[error("stage `{0}` is not of the form USERS@RATE/s:TIME, e.g. 10@2/s:2m")]
    Form(String),
    /// The number of users cannot be read.
    #[error("stage `{stage}`: `{users}` is not a number of users; write a whole number")]
    Users {
        /// The stage.
        stage: String,
        /// The part at fault.
        users: String,
    },
    /// The rate cannot be read.
    #[error("stage `{stage}`: `{rate}` is not a number of users per second above 0, e.g. 2 or 0.5")]
    Rate {
        /// The stage.
        stage: String,
        /// The part at fault.
        rate: String,
    },
    /// The length cannot be read.
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
    /// A stage that is over at once.
    #[error("stage `{0}` lasts no time; give it at least 1s")]
    Empty(String),
}

impl FromStr for Stages {
    type Err = StagesError;

    fn from_str(text: &str) -> Result<Self, StagesError> {
        let stages: Vec<TimedStage> =
            text.split(',').map(|stage| timed_stage(stage.trim())).collect::<Result<_, _>>()?;
        Self(stages).checked()
    }
}

fn timed_stage(text: &str) -> Result<TimedStage, StagesError> {
    let form = || StagesError::Form(text.to_owned());
    let (head, rest) = text.split_once('@').ok_or_else(form)?;
    let (name, users_text) = match head.split_once(':') {
        Some((name, users)) => (PhaseName::new(name)?, users.trim_start()),
        None => (PhaseName::default(), head),
    };
    let parts = rest.split_once("/s:").or_else(|| rest.split_once("/s for "));
    let (rate_text, length) = parts.ok_or_else(form)?;
    let stage = || text.to_owned();
    let users = digits(users_text, "").and_then(|digits| digits.parse().ok());
    let users =
        users.ok_or_else(|| StagesError::Users { stage: stage(), users: users_text.to_owned() })?;
    let rate = digits(rate_text, ".").and_then(|digits| digits.parse().ok());
    let rate = rate.filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    let rate =
        rate.ok_or_else(|| StagesError::Rate { stage: stage(), rate: rate_text.to_owned() })?;
    let length =
        parse_span(length).map_err(|fault| StagesError::Length { stage: stage(), fault })?;
    if length.is_zero() {
        return Err(StagesError::Empty(stage()));
    }
    Ok(TimedStage { stage: Stage::new(users, rate), length, name })
}

/// The text when it has only digits and `others`: Rust also reads `+1`, `1e3` and `inf`.
fn digits<'a>(text: &'a str, others: &str) -> Option<&'a str> {
    text.chars().all(|c| c.is_ascii_digit() || others.contains(c)).then_some(text)
}

/// Writes what [`Stages::from_str`] reads, as long as all users are dealt by weight.
impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, TimedStage { stage, length, name }) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let Stage { users, spawn_rate, .. } = stage;
            write!(f, "{comma}{name}{users}@{spawn_rate}/s:{}", format_span(*length))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
