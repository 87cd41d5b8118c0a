//! The line that follows a run where somebody watches it.

use std::time::Duration;

use katydid_core::{Snapshot, counted, format_span};

/// What the line compares the run with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// Users that there shall be.
    pub(crate) users: u32,
    /// Length of the run, if bounded.
    pub(crate) run_time: Option<Duration>,
}

impl Progress {
    /// The state of the run in one line.
    pub(crate) fn line(&self, snapshot: &Snapshot) -> String {
        let elapsed = Duration::from_secs(snapshot.elapsed.as_secs());
        let time = self.run_time.map_or_else(
            || format_span(elapsed),
            |whole| {
                let left = whole.saturating_sub(elapsed);
                let left = Duration::from_secs(left.as_secs());
                format!(
                    "{} of {} ({} left)",
                    format_span(elapsed),
                    format_span(whole),
                    format_span(left)
                )
            },
        );
        let (requests, failed) = (snapshot.requests(), snapshot.failed());
        let share = failed as f64 * 100.0 / requests.max(1) as f64;
        let (rate, _) = snapshot.aggregated().current_rates();
        let (now, users) = (snapshot.user_count(), self.users);
        format!(
            "{time}  {now}/{users} users  {rate:.0} req/s  {}  {failed} failed ({share:.2}%)",
            counted(requests, "request")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_end_has_no_time_left() {
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.tick(Duration::from_millis(75_900));
        let endless = Progress { users: 50, run_time: None };
        assert_eq!(
            endless.line(&snapshot),
            "1m15s  0/50 users  0 req/s  0 requests  0 failed (0.00%)"
        );
        let bounded = Progress { users: 50, run_time: Some(Duration::from_mins(2)) };
        assert!(bounded.line(&snapshot).starts_with("1m15s of 2m (45s left)  0/50 users  "));
    }
}
