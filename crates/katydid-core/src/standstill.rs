//! Times in which work was under way and no answer came at all.

use std::time::Duration;

/// No answer at all for longer than this is a stall: five ticks, and longer than any pause of a
/// target that works, unless answers usually take long.
pub(crate) const STALL: Duration = Duration::from_secs(5);
/// Shorter ones are nothing to keep.
const SHORTEST: Duration = Duration::from_secs(3);
/// Standstills kept, the longest of them.
const MOST: usize = 100;
/// Between two ticks that are further apart nobody looked, so nothing is known.
const LONGEST_TICK: Duration = Duration::from_millis(2_500);

/// A time in which requests were open and not one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standstill {
    /// Its beginning, since the start of the run; known to the tick, a second.
    pub from: Duration,
    /// Its end.
    pub until: Duration,
    /// Users that ran at its end.
    pub users: u32,
    /// Requests that were open then.
    pub open: u64,
}

impl Standstill {
    /// How long it was.
    pub fn length(&self) -> Duration {
        self.until.saturating_sub(self.from)
    }
}

/// The standstills of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standstills {
    now: Option<Standstill>,
    over: Vec<Standstill>,
}

impl Standstills {
    /// Takes in a tick: what lay between two moments, whether a request ended in it, and the users
    /// and open requests at its end.
    pub(crate) fn note(
        &mut self,
        (from, until): (Duration, Duration),
        answered: bool,
        (users, open): (u32, u64),
    ) {
        let unseen = until.saturating_sub(from) > LONGEST_TICK;
        if answered || unseen || open == 0 {
            self.end();
            return;
        }
        let from = self.now.map_or(from, |now| now.from);
        self.now = Some(Standstill { from, until, users, open });
    }

    /// All of them, the one that goes on too.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Standstill> {
        self.over.iter().chain(self.now.as_ref().filter(|now| now.length() >= SHORTEST))
    }

    fn end(&mut self) {
        let Some(over) = self.now.take().filter(|now| now.length() >= SHORTEST) else { return };
        self.over.push(over);
        if self.over.len() > MOST {
            let shortest = self.over.iter().enumerate().min_by_key(|(_, one)| one.length());
            if let Some((at, _)) = shortest {
                self.over.remove(at);
            }
        }
    }
}
