//! Wait times between tasks: Locust's `wait_time`.

use std::fmt;
use std::time::Duration;

use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// How long a user waits between two tasks.
#[derive(Debug)]
#[non_exhaustive]
pub enum Wait<S> {
    /// Not at all.
    None,
    /// Uniformly between two times in seconds, both included.
    Between(f64, f64),
    /// Always the same number of seconds.
    Constant(f64),
    /// So that tasks *start* this many seconds apart; a task that takes longer is followed at once,
    /// and the lateness of the next is part of its response time (R10).
    Pacing(f64),
    /// At random with this many task starts per second on average; see [`poisson`].
    Poisson(f64),
    /// A function of the suite.
    Own(fn(&mut S) -> Duration),
}

impl<S> Clone for Wait<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Wait<S> {}

/// No wait: the next task starts at once.
pub fn no_wait<S>() -> Wait<S> {
    Wait::None
}

/// Uniformly between `min` and `max` seconds.
pub fn between<S>(min: f64, max: f64) -> Wait<S> {
    Wait::Between(min, max)
}

/// Always `seconds`.
pub fn constant<S>(seconds: f64) -> Wait<S> {
    Wait::Constant(seconds)
}

/// Tasks start `seconds` apart, or as soon as the one before has ended.
pub fn constant_pacing<S>(seconds: f64) -> Wait<S> {
    Wait::Pacing(seconds)
}

/// At most `per_second` task starts per second and user.
pub fn constant_throughput<S>(per_second: f64) -> Wait<S> {
    Wait::Pacing(1.0 / per_second)
}

/// Exponentially distributed with a mean of 1 / `per_second` seconds, the gaps of a Poisson
/// process: most are short, a few are long.
pub fn poisson<S>(per_second: f64) -> Wait<S> {
    Wait::Poisson(per_second)
}

/// As an author writes it: `between(1, 5)`.
impl<S> fmt::Display for Wait<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no_wait()"),
            Self::Between(min, max) => write!(f, "between({min}, {max})"),
            Self::Constant(seconds) => write!(f, "constant({seconds})"),
            Self::Pacing(seconds) => write!(f, "constant_pacing({seconds})"),
            Self::Poisson(per_second) => write!(f, "poisson({per_second})"),
            Self::Own(_) => f.write_str("a function of the suite"),
        }
    }
}

impl<S> Wait<S> {
    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        let bad = |seconds: &f64| !seconds.is_finite() || *seconds < 0.0 || *seconds > 1e9;
        match self {
            Self::Between(min, max) if bad(min) || bad(max) || min > max => {
                Some(format!("between({min}, {max}) wants 0 <= min <= max, in seconds"))
            }
            Self::Constant(seconds) if bad(seconds) => {
                Some(format!("constant({seconds}) wants seconds, 0 or more"))
            }
            Self::Pacing(seconds) if bad(seconds) || *seconds == 0.0 => {
                Some(format!("a pacing of {seconds} s wants a number of seconds above 0"))
            }
            Self::Poisson(rate) if !rate.is_finite() || *rate < 1e-9 => {
                Some(format!("poisson({rate}) wants a number of tasks per second above 0"))
            }
            _ => None,
        }
    }

    /// The wait on average, or the time between two starts; `None` when only the suite's code knows.
    pub(crate) fn mean(&self) -> Option<Duration> {
        let seconds = match self {
            Self::None => 0.0,
            Self::Between(min, max) => f64::midpoint(*min, *max),
            Self::Constant(seconds) | Self::Pacing(seconds) => *seconds,
            Self::Poisson(rate) => 1.0 / rate,
            Self::Own(_) => return None,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The time to wait after a task, and the moment (ns) when the next one is due by schedule if
    /// this wait keeps a schedule.
    pub(crate) fn next(
        &self,
        state: &mut S,
        rng: &mut Xoshiro256PlusPlus,
        started_ns: u64,
        now_ns: u64,
    ) -> (Duration, Option<u64>) {
        match self {
            Self::None => (Duration::ZERO, None),
            Self::Between(min, max) => {
                (Duration::from_secs_f64(rng.random_range(*min..=*max)), None)
            }
            Self::Constant(seconds) => (Duration::from_secs_f64(*seconds), None),
            Self::Pacing(seconds) => {
                let due_ns = started_ns + (seconds * 1e9) as u64;
                (Duration::from_nanos(due_ns.saturating_sub(now_ns)), Some(due_ns))
            }
            Self::Poisson(rate) => {
                // 1 - [0, 1) is never 0, whose logarithm would be an endless wait.
                let seconds = -(1.0 - rng.random::<f64>()).ln() / rate;
                (Duration::from_secs_f64(seconds), None)
            }
            Self::Own(own) => (own(state), None),
        }
    }
}
