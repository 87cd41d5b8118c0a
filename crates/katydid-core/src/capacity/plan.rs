//! What a search is told, and how long that will take.

use std::time::Duration;

use super::search::REPEATS;
use crate::Stages;

/// How a scenario searches, beside its users (the most that are tried), its spawn rate, and its run
/// time (the longest that the whole search may take).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapacityPlan {
    /// Users of the first probe.
    pub from: u32,
    /// Each probe of the climb has so many times the users of the one before it; above 1.
    pub factor: f64,
    /// How long a probe measures, once all its users have started and ended their first task.
    pub step_time: Duration,
    /// The search ends when the load that broke is at most this share above the one that held;
    /// 0.1 is 10 %.
    pub precision: f64,
}

impl Default for CapacityPlan {
    fn default() -> Self {
        Self { from: 10, factor: 2.0, step_time: Duration::from_secs(30), precision: 0.1 }
    }
}

impl CapacityPlan {
    /// What the first probe measures, as stages: its users have started when it begins to.
    pub fn first_probe(&self) -> Stages {
        Stages::one(self.from, f64::from(u32::MAX), self.step_time)
    }
}

/// The loads that a search can try, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ladder {
    /// How it searches.
    pub plan: CapacityPlan,
    /// The most users that are tried; at least those of the first probe.
    pub most: u32,
}

impl Ladder {
    /// The load that is tried after `users` have held.
    pub(super) fn above(&self, users: u32) -> u32 {
        let more = (f64::from(users) * self.plan.factor).round() as u32;
        more.max(users.saturating_add(1)).min(self.most)
    }

    /// Whether `broke` is as near above `held` as was asked for.
    pub(super) fn near(&self, held: u32, broke: u32) -> bool {
        f64::from(broke - held) <= (f64::from(held) * self.plan.precision).max(1.0)
    }

    /// The loads of the climb.
    pub(super) fn climb(&self) -> Vec<u32> {
        let mut climb = vec![self.plan.from];
        while let Some(last) = climb.last().copied().filter(|last| *last < self.most) {
            climb.push(self.above(last));
        }
        climb
    }

    /// How many loads are tried at most between two of the climb. Each may become the one that held,
    /// which leaves the larger half where halves are not equal, or the one that broke, which leaves the
    /// precision as small as it is, because that is a share.
    fn between(&self, held: u32, broke: u32) -> u32 {
        let (mut high, mut count) = (broke, 0);
        while !self.near(held, high) {
            high = held + (high - held).div_ceil(2);
            count += 1;
        }
        count
    }

    /// The probes of an undisturbed search in which the target breaks after `steps` loads of the
    /// climb have held, as (users, how often).
    fn probes(&self, climb: &[u32], steps: usize) -> Vec<(u32, u32)> {
        let mut probes: Vec<(u32, u32)> = climb.iter().take(steps + 1).map(|u| (*u, 1)).collect();
        let repeats = REPEATS - 1;
        match (steps.checked_sub(1).map(|at| climb[at]), climb.get(steps)) {
            (Some(held), Some(broke)) => {
                probes.push((*broke, self.between(held, *broke) + 2 * repeats));
            }
            (_, Some(broke)) => probes.push((*broke, repeats)),
            (Some(held), None) => probes.push((held, repeats)),
            (None, None) => {}
        }
        probes
    }

    /// The shortest and the longest time that an undisturbed search with a load to find takes, with
    /// users started at `spawn_rate` per second.
    pub fn estimate(&self, spawn_rate: f64) -> (Duration, Duration) {
        let climb = self.climb();
        let times = |patience: Duration| {
            let climb = &climb;
            (1..=climb.len()).map(move |steps| -> Duration {
                let probes = self.probes(climb, steps);
                let time = |users| self.probe_time(users, spawn_rate) + patience;
                probes.iter().map(|(users, count)| time(*users) * *count).sum()
            })
        };
        let shortest = times(Duration::ZERO).min().unwrap_or_default();
        (shortest, times(self.patience()).max().unwrap_or_default())
    }

    /// What the first probe measures, as stages: its users, for its time.
    pub fn first_probe(&self) -> Stages {
        self.plan.first_probe()
    }

    /// The longest that a probe waits after its ramp for the first task of every user to end: as
    /// long as it measures, so that waiting is never the greater part of it.
    pub fn patience(&self) -> Duration {
        self.plan.step_time
    }

    /// How long a probe takes whose users are no longer new when its ramp ends: the ramp, and the
    /// time in which it measures.
    pub fn probe_time(&self, users: u32, spawn_rate: f64) -> Duration {
        Duration::from_secs_f64(f64::from(users) / spawn_rate) + self.plan.step_time
    }

    /// The most probes of a search, whatever the target does: each load that an undisturbed search
    /// can try, as often as any is repeated.
    pub fn most_probes(&self) -> u32 {
        let climb = self.climb();
        let gaps = climb.windows(2).map(|pair| self.between(pair[0], pair[1]));
        REPEATS * (climb.len() as u32 + gaps.max().unwrap_or(0))
    }
}
