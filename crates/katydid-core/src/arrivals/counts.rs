//! What became of every start that was planned.

use serde::{Deserialize, Serialize};

/// Arrivals by their fate. Each that was planned is in exactly one of the other counts but
/// `started` and `queued`, or still [under way](Self::under_way).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ArrivalCounts {
    /// Due by now, by the arithmetic of the schedule alone: counted apart from everything below.
    pub planned: u64,
    /// Given to a user.
    pub started: u64,
    /// Of these: had to wait for a user because the most that may be in flight were.
    pub queued: u64,
    /// The task came to its end and returned no error.
    pub completed: u64,
    /// The task ended in an error (a failed request, an exception), or its user could not start.
    pub failed: u64,
    /// Of these: their user could not start, so that their task never began.
    #[serde(default)]
    pub unbegun: u64,
    /// The task ended because a request took longer than its time limit.
    pub timed_out: u64,
    /// Not started because the most that may be in flight were (`--when-full drop`).
    pub dropped: u64,
    /// Still waiting for a user when the run ended.
    pub unsent: u64,
    /// Given up because no answer came in time after the end of the run.
    pub cut: u64,
}

impl ArrivalCounts {
    /// Those whose fate is known.
    pub fn settled(&self) -> u64 {
        let Self { completed, failed, timed_out, dropped, unsent, cut, .. } = *self;
        completed + failed + timed_out + dropped + unsent + cut
    }

    /// Those at work or waiting for a user. 0 at the end of a run, or the run is INVALID.
    pub fn under_way(&self) -> u64 {
        self.planned.saturating_sub(self.settled())
    }
}

/// Every fate that is not 0: `90 completed, 10 dropped`.
impl std::fmt::Display for ArrivalCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fates = [
            (self.completed, "completed"),
            (self.failed, "failed"),
            (self.timed_out, "timed out"),
            (self.dropped, "dropped"),
            (self.unsent, "unsent at the end"),
            (self.cut, "cut at the end"),
        ];
        let told: Vec<String> = fates
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, fate)| format!("{count} {fate}"))
            .collect();
        if told.is_empty() { f.write_str("none") } else { f.write_str(&told.join(", ")) }
    }
}

impl std::ops::AddAssign for ArrivalCounts {
    fn add_assign(&mut self, other: Self) {
        self.planned += other.planned;
        self.started += other.started;
        self.queued += other.queued;
        self.completed += other.completed;
        self.failed += other.failed;
        self.unbegun += other.unbegun;
        self.timed_out += other.timed_out;
        self.dropped += other.dropped;
        self.unsent += other.unsent;
        self.cut += other.cut;
    }
}
