//! Marks on the time line of a run: what somebody or something did, and when.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{RunEvent, StopReason, counted};

/// Marks of one kind that a run keeps; a shape may change its mind every second.
const MOST_OF_A_KIND: usize = 100;
/// Users per second from which on they start within moments.
const AT_ONCE: f64 = 1e9;

/// Something that happened at one moment of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When, since the start of the run.
    pub at: Duration,
    /// What kind of thing.
    pub kind: Occasion,
    /// What, in a few words.
    pub text: String,
}

/// What a mark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// The load begins to change, by plan.
    Load,
    /// A ramp is over.
    Reached,
    /// Somebody steered by hand.
    Steered,
    /// The statistics began anew.
    Reset,
    /// A warning of the run.
    Warning,
    /// The end of the run began.
    End,
}

impl Mark {
    /// The mark that an event leaves, if it leaves one.
    pub fn of(event: &RunEvent<'_>, at: Duration) -> Option<Self> {
        let (kind, text) = match event {
            RunEvent::RampBegun { from, to, spawn_rate } if *spawn_rate >= AT_ONCE => {
                (Occasion::Load, format!("users from {from} to {to} at once"))
            }
            RunEvent::RampBegun { from, to, spawn_rate } => {
                (Occasion::Load, format!("users from {from} to {to} at {spawn_rate:.2}/s"))
            }
            RunEvent::ArrivalsBegun { rate, max_in_flight } => (
                Occasion::Load,
                format!("task starts at {rate}, at most {max_in_flight} in flight"),
            ),
            RunEvent::AllUsersStarted { users } => {
                let users: u32 = users.iter().map(|(_, count)| count).sum();
                (Occasion::Reached, format!("the ramp is over: {}", counted(users, "user")))
            }
            RunEvent::Paused => (Occasion::Steered, "paused by hand".to_owned()),
            RunEvent::Resumed { after } => (
                Occasion::Steered,
                format!("goes on after a pause of {:.1} s", after.as_secs_f64()),
            ),
            RunEvent::RateChanged { per_second } => {
                (Occasion::Steered, format!("task starts at {per_second}/s by hand"))
            }
            RunEvent::StatsReset { .. } => {
                (Occasion::Reset, "the statistics begin anew".to_owned())
            }
            RunEvent::Warning(text) => (Occasion::Warning, text.clone()),
            RunEvent::Stopping(reason) => (Occasion::End, reason.text().to_owned()),
            RunEvent::UsersCut { users, .. } => {
                let users = counted(*users, "user");
                (Occasion::Warning, format!("{users} cut in the middle of a task"))
            }
            RunEvent::Started { .. }
            | RunEvent::Measured { .. }
            | RunEvent::StepEnded { .. }
            | RunEvent::Tick(_)
            | RunEvent::Ended { .. } => return None,
        };
        Some(Self { at, kind, text })
    }
}

impl StopReason {
    /// What ended the run, in a few words.
    pub fn text(self) -> &'static str {
        match self {
            Self::RunTime => "the run time is over",
            Self::Interrupted | Self::Asked => "stopped by hand",
            Self::NoUsersLeft => "every user has stopped by itself",
            Self::Iterations => "all task executions are done",
            Self::Shape => "the shape is over",
            Self::Target => "a target with `abort` was missed",
            Self::MaxRequests => "all requests allowed are sent",
            Self::MaxCost => "the money allowed is spent",
        }
    }
}

/// The marks of a run in the order in which they came, bounded.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Marks {
    kept: Vec<Mark>,
    left_out: u64,
}

impl Marks {
    pub(crate) fn add(&mut self, mark: Mark) {
        let of_kind = self.kept.iter().filter(|known| known.kind == mark.kind).count();
        // The end of a run is always on its line.
        if of_kind < MOST_OF_A_KIND || mark.kind == Occasion::End {
            self.kept.push(mark);
        } else {
            self.left_out += 1;
        }
    }

    pub(crate) fn kept(&self) -> &[Mark] {
        &self.kept
    }

    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_that_changes_every_second_for_a_day_is_bounded() {
        let mut marks = Marks::default();
        let ramp = RunEvent::RampBegun { from: 1, to: 2, spawn_rate: 1.0 };
        for second in 0..86_400 {
            marks.add(Mark::of(&ramp, Duration::from_secs(second)).expect("a ramp leaves a mark"));
        }
        let end = RunEvent::Stopping(StopReason::Shape);
        marks.add(Mark::of(&end, Duration::from_hours(24)).expect("so does the end"));
        assert_eq!((marks.kept().len(), marks.left_out()), (101, 86_300));
        assert_eq!(marks.kept()[0].text, "users from 1 to 2 at 1.00/s");
        assert_eq!(marks.kept()[100].text, "the shape is over");
        let at_once = RunEvent::RampBegun { from: 0, to: 9, spawn_rate: 1e12 };
        let mark = Mark::of(&at_once, Duration::ZERO).expect("a ramp leaves a mark");
        assert_eq!(mark.text, "users from 0 to 9 at once");
    }
}
