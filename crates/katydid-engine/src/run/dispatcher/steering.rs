//! From what is wanted to ramps: who starts and who goes, on which thread, when.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Mix, Stage, counted, or_nearest};

use super::roster::{Goal, Move, Roster};
use crate::run::settings::CENTURY;
use crate::run::timetable::{Change, Ramp, Step};

/// Between the decision for a ramp and its start: the order must have reached every thread by
/// then, so that all of them leave the old ramp at the same moment.
pub(super) const LEAD: Duration = Duration::from_millis(10);

/// The ramp in force, and the users it leads to.
#[derive(Debug)]
pub(super) struct Steering {
    names: Vec<Arc<str>>,
    roster: Roster,
    /// The moves of the ramp with their times, in order.
    moves: Vec<(u64, Move)>,
    start: Duration,
    /// Since when ramps stand still, in a pause.
    paused: Option<Duration>,
    ramp: u32,
    /// Threads that have carried out their part.
    ramped: Vec<bool>,
    /// Users that left by themselves though the ramp would have removed them.
    gone: BTreeSet<u32>,
}

/// A ramp as it is told.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) spawn_rate: f64,
    /// By thread.
    pub(super) parts: Vec<Ramp>,
    /// What is to be said of it.
    pub(super) warnings: Vec<String>,
}

impl Steering {
    /// Nobody runs yet; classes are given by name and (weight, fixed count).
    pub(super) fn new(names: Vec<Arc<str>>, shares: Vec<(u32, u32)>, threads: usize) -> Self {
        Self {
            names,
            roster: Roster::new(shares, threads),
            moves: Vec::new(),
            start: Duration::ZERO,
            paused: None,
            ramp: 0,
            ramped: vec![true; threads],
            gone: BTreeSet::new(),
        }
    }

    /// Leads to `stage` from `start` on; the ramp under way ends there. In a pause that is where it
    /// stands, and the new ramp begins with the end of the pause.
    ///
    /// # Errors
    /// When the stage cannot be run, as a sentence; nothing changes then.
    pub(super) fn lead(&mut self, start: Duration, stage: &Stage) -> Result<Planned, String> {
        let Stage { users, spawn_rate, .. } = *stage;
        let asked = counted(users, "user");
        let start = self.paused.unwrap_or(start).max(self.start);
        if !(spawn_rate.is_finite() && spawn_rate > 0.0) {
            return Err(format!("a ramp to {asked} at {spawn_rate} per second is not possible"));
        }
        if f64::from(users) / spawn_rate > CENTURY.as_secs_f64() {
            return Err(format!("a ramp to {asked} at {spawn_rate} per second has no end"));
        }
        let mut warnings = Vec::new();
        let goal = self.goal(stage, &mut warnings);
        self.leave_ramp(start.as_nanos() as u64);
        let from = self.roster.users();
        let loads = self.roster.loads().to_vec();
        let moves = self.roster.reach(&goal);
        let to = self.roster.users();
        if to < users {
            warnings.push(format!("no class may have more users: {to} run, not {users}"));
        }
        (self.start, self.ramp) = (start, self.ramp + 1);
        self.ramped.fill(false);
        let start_ns = start.as_nanos() as u64;
        let due_ns = |k: usize| start_ns.saturating_add((k as f64 / spawn_rate * 1e9) as u64);
        self.moves = moves.into_iter().enumerate().map(|(k, made)| (due_ns(k), made)).collect();
        Ok(Planned { from, to, spawn_rate, parts: self.parts(&loads), warnings })
    }

    fn goal(&self, stage: &Stage, warnings: &mut Vec<String>) -> Goal {
        let mut find = |name: &String| {
            let found = self.names.iter().position(|known| **known == **name);
            if found.is_none() {
                let known = self.names.iter().map(|known| &**known);
                let nearest = or_nearest(name, known);
                warnings.push(format!("the shape names user class {name}; {nearest}"));
            }
            found
        };
        match &stage.mix {
            Mix::Only(names) => {
                let mut open = vec![false; self.names.len()];
                names.iter().filter_map(&mut find).for_each(|class| open[class] = true);
                Goal::Total(stage.users, open)
            }
            Mix::Exactly(counts) => {
                let mut wanted = vec![0; self.names.len()];
                for (name, users) in counts {
                    if let Some(class) = find(name) {
                        wanted[class] += users;
                    }
                }
                Goal::PerClass(wanted)
            }
            _ => Goal::Total(stage.users, vec![true; self.names.len()]),
        }
    }

    /// Takes back the moves that are due at `start_ns` or later.
    fn leave_ramp(&mut self, start_ns: u64) {
        while let Some((_, undone)) = self.moves.pop_if(|(due_ns, _)| *due_ns >= start_ns) {
            let gone = matches!(undone, Move::Stop(member) if self.gone.contains(&member.index));
            self.roster.undo(undone, gone);
        }
        self.gone.clear();
    }

    /// Each thread's part of the ramp; `loads` are the users per thread before it.
    fn parts(&self, loads: &[u32]) -> Vec<Ramp> {
        let start_ns = self.start.as_nanos() as u64;
        let part = |users: &u32| Ramp { id: self.ramp, start_ns, users: *users, steps: Vec::new() };
        let mut parts: Vec<Ramp> = loads.iter().map(part).collect();
        for (due_ns, made) in &self.moves {
            let (thread, change) = match made {
                Move::Start(member) => (member.thread, Change::Start(*member)),
                Move::Stop(member) => (member.thread, Change::Stop(member.index)),
            };
            parts[thread].steps.push(Step { due_ns: *due_ns, change });
        }
        parts
    }

    /// A thread has carried out its part of a ramp. `true`: now all have.
    pub(super) fn ramped(&mut self, thread: usize, ramp: u32) -> bool {
        let spawning = self.spawning();
        self.ramped[thread] |= ramp == self.ramp;
        spawning && !self.spawning()
    }

    /// A user has left by itself; it is not replaced, but the next ramp starts from those present.
    pub(super) fn left(&mut self, index: u32) {
        if self.roster.remove(index).is_none() {
            self.gone.insert(index);
        }
    }

    /// The ramp stands still from `since` on.
    pub(super) fn pause(&mut self, since: Duration) {
        self.paused = Some(since);
    }

    /// It goes on: what was due in the pause, or after it, comes `after` later.
    pub(super) fn resume(&mut self, after: Duration) {
        let Some(since) = self.paused.take() else { return };
        if self.start >= since {
            self.start += after;
        }
        let (since_ns, after_ns) = (since.as_nanos() as u64, after.as_nanos() as u64);
        let later = |(due_ns, _): &mut (u64, Move)| *due_ns = due_ns.saturating_add(after_ns);
        self.moves.iter_mut().filter(|(due_ns, _)| *due_ns >= since_ns).for_each(later);
    }

    /// Users that should run at `at`, on the way of the ramp.
    pub(super) fn planned(&self, at: Duration) -> u32 {
        let at_ns = self.paused.map_or(at, |since| at.min(since)).as_nanos() as u64;
        let still = self.moves.partition_point(|(due_ns, _)| *due_ns < at_ns);
        self.moves[still..].iter().fold(self.users(), |users, (_, made)| match made {
            Move::Start(_) => users.saturating_sub(1),
            Move::Stop(_) => users + 1,
        })
    }

    pub(super) fn spawning(&self) -> bool {
        self.ramped.contains(&false)
    }

    /// Users once the ramp is over, those that have left by themselves not among them.
    pub(super) fn users(&self) -> u32 {
        self.roster.users()
    }

    /// The same by class.
    pub(super) fn users_by_class(&self) -> Vec<(Arc<str>, u32)> {
        self.names.iter().cloned().zip(self.roster.counts().iter().copied()).collect()
    }

    pub(super) fn set_weight(&mut self, class: usize, weight: u32) {
        self.roster.set_weight(class, weight);
    }
}
