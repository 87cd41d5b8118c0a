//! The exemplars of an interval or of a run, bounded in number and in text.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chooser::{FIRST, Rank, SAMPLE, SLOWEST};
use super::exemplar::{Exemplar, Why};

/// Most exemplars of a run.
const MOST: usize = 300;
/// Most text in them, in bytes.
const MOST_BYTES: usize = 512 << 10;

/// Exemplars in the order of reports: failures by name, method and class, then slow successes.
///
/// Of each group only the best stay, and who they are does not depend on the order in which they
/// came: two galleries put together are that of both. Only where the bounds of the whole bind, the
/// largest group loses one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gallery {
    kept: Vec<Kept>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// Its lot; 0 for a success.
    lot: u64,
    exemplar: Exemplar,
}

/// What makes a group.
type Group = (bool, Arc<str>, Arc<str>, Why);

impl Kept {
    fn group(&self) -> Group {
        let Exemplar { why, name, method, .. } = &self.exemplar;
        (*why == Why::Slow, Arc::clone(name), Arc::clone(method), *why)
    }
}

impl Gallery {
    /// Adds one, and lets go of who loses by it.
    pub(crate) fn add(&mut self, rank: Rank, exemplar: Exemplar) {
        self.insert(Kept { lot: rank.0.unwrap_or_default(), exemplar });
    }

    /// Adds all that `other` has.
    pub(crate) fn absorb(&mut self, other: &Self) {
        for kept in &other.kept {
            self.insert(kept.clone());
        }
    }

    /// Lets go of those that are not wanted.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&Exemplar) -> bool) {
        self.kept.retain(|kept| wanted(&kept.exemplar));
    }

    /// Lets go of all.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Those of failures, by name, method, class and time.
    pub fn failures(&self) -> impl Iterator<Item = &Exemplar> {
        self.all().filter(|exemplar| exemplar.why != Why::Slow)
    }

    /// Those of slow successes, by name and method, the slowest first.
    pub fn slow(&self) -> impl Iterator<Item = &Exemplar> {
        self.all().filter(|exemplar| exemplar.why == Why::Slow)
    }

    fn all(&self) -> impl Iterator<Item = &Exemplar> {
        self.kept.iter().map(|kept| &kept.exemplar)
    }

    fn insert(&mut self, new: Kept) {
        let group = new.group();
        let from = self.kept.partition_point(|kept| kept.group() < group);
        let length = self.kept[from..].partition_point(|kept| kept.group() == group);
        let mut members: Vec<Kept> = self.kept.drain(from..from + length).collect();
        members.push(new);
        self.kept.splice(from..from, best(members));
        while self.kept.len() > MOST || self.bytes() > MOST_BYTES {
            self.shrink();
        }
    }

    fn bytes(&self) -> usize {
        self.all().map(Exemplar::text_bytes).sum()
    }

    /// Takes one from the largest group; of equal ones a slow one goes first.
    fn shrink(&mut self) {
        let groups = self.kept.chunk_by(|left, right| left.group() == right.group());
        let mut end = 0;
        let ends = groups.map(|group| {
            end += group.len();
            (group.len(), end)
        });
        // The last of the largest; slow ones stand behind.
        if let Some((_, end)) = ends.max_by_key(|(length, _)| *length) {
            let group = self.kept[end - 1].group();
            let from = self.kept.partition_point(|kept| kept.group() < group);
            let worst = (from..end).max_by_key(|at| self.kept[*at].lot);
            let slow = group.3 == Why::Slow;
            self.kept.remove(worst.filter(|_| !slow).unwrap_or(end - 1));
        }
    }
}

/// Who stays of a group, in the order of reports.
fn best(mut members: Vec<Kept>) -> Vec<Kept> {
    if members.iter().any(|kept| kept.exemplar.why == Why::Slow) {
        members.sort_by_key(|kept| (Reverse(kept.exemplar.response_time), moment(kept)));
        members.truncate(SLOWEST);
        return members;
    }
    members.sort_by_key(moment);
    let mut sample = members.split_off(members.len().min(FIRST));
    sample.sort_by_key(|kept| (kept.lot, moment(kept)));
    sample.truncate(SAMPLE);
    sample.sort_by_key(moment);
    members.extend(sample);
    members
}

/// An order in which no two differ and stand alike.
fn moment(kept: &Kept) -> (Duration, u32, u64, Duration) {
    let Exemplar { ended, user, response_time, .. } = kept.exemplar;
    (ended, user, kept.lot, response_time)
}
