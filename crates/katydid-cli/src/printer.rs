//! What people are told of a run while it goes on: Locust's words and tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use katydid_core::{RunEvent, Snapshot, StopReason};
use katydid_report::table;

use crate::console::{Console, width};
use crate::progress::Progress;

/// Tells the events of a run.
#[derive(Debug)]
pub(crate) struct Printer {
    console: Console,
    only_summary: bool,
    progress: Progress,
    ticks: u64,
    stopping: bool,
}

impl Printer {
    /// A printer with a table every two seconds, unless only the summary is wanted.
    pub(crate) fn new(console: &Console, only_summary: bool) -> Self {
        let (console, progress) = (console.clone(), Progress::default());
        Self { console, only_summary, progress, ticks: 0, stopping: false }
    }

    /// Prints one event.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started { users, run_time, .. } => {
                self.progress = Progress { users: *users, run_time: *run_time };
                self.console.info(&run_time.map_or_else(
                    || "No run time limit set, use CTRL+C to interrupt".to_owned(),
                    |time| format!("Run time limit set to {} seconds", time.as_secs_f64()),
                ));
                // Locust's first table comes before there is anything in it.
                self.table(&Snapshot::new(&[], &[], 1));
            }
            RunEvent::RampBegun { to, spawn_rate, .. } => {
                self.progress.users = *to;
                self.console.info(&format!(
                    "Ramping to {to} users at a rate of {spawn_rate:.2} per second"
                ));
            }
            RunEvent::ArrivalsBegun { rate, max_in_flight } => self.console.info(&format!(
                "Starting tasks at {rate} whether or not earlier ones have ended (open model), at \
                 most {max_in_flight} in flight"
            )),
            RunEvent::Paused => {
                self.console.info("The run is paused: users finish their task and begin nothing");
            }
            RunEvent::Resumed { after } => self.console.info(&format!(
                "The run goes on after a pause of {:.1} seconds",
                after.as_secs_f64()
            )),
            RunEvent::RateChanged { per_second } => {
                self.console.info(&format!("Starting tasks at {per_second}/s from now on"));
            }
            RunEvent::StatsReset { .. } => self.console.info("Resetting stats"),
            RunEvent::AllUsersStarted { users } => self.console.info(&all_spawned(users)),
            RunEvent::Tick(snapshot) => self.tick(snapshot),
            RunEvent::Stopping(reason) => self.stopping(*reason),
            RunEvent::UsersCut { users, after } if !after.is_zero() => {
                self.console.info(&format!(
                    "Not all users finished their tasks & terminated in {:?} seconds. Stopping \
                     {users} of them...",
                    after.as_secs_f64()
                ));
            }
            RunEvent::Warning(text) => self.console.warning(text),
            _ => {}
        }
    }

    fn stopping(&mut self, reason: StopReason) {
        self.stopping = true;
        let text = match reason {
            StopReason::RunTime => "--run-time limit reached, shutting down",
            StopReason::NoUsersLeft => "every user has stopped by itself, shutting down",
            StopReason::Iterations => "--iterations done, shutting down",
            StopReason::Target => "a target with abort was missed, shutting down",
            StopReason::MaxRequests => "--max-requests answered, shutting down",
            StopReason::MaxCost => "--max-cost spent, shutting down",
            StopReason::Shape => "Shape test stopping",
            // Said when somebody asked for it.
            _ => return,
        };
        self.console.info(text);
    }

    fn tick(&mut self, snapshot: &Snapshot) {
        self.ticks += 1;
        if self.ticks.is_multiple_of(2) {
            self.table(snapshot);
        }
        self.console.progress(Some(&self.progress.line(snapshot)));
    }

    fn table(&self, snapshot: &Snapshot) {
        if !self.only_summary && !self.stopping {
            self.console.table(&table::periodic(snapshot, width()));
        }
    }
}

/// Locust's line, which people grep: JSON with the classes sorted by name.
fn all_spawned(users: &[(Arc<str>, u32)]) -> String {
    let total: u32 = users.iter().map(|(_, count)| count).sum();
    let sorted: BTreeMap<&str, u32> =
        users.iter().map(|(class, count)| (&**class, *count)).collect();
    let pairs: Vec<String> =
        sorted.iter().map(|(class, count)| format!("\"{class}\": {count}")).collect();
    format!("All users spawned: {{{}}} ({total} total users)", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spawned_users_are_told_as_locust_tells_them() {
        let users = [(Arc::from("B"), 1), (Arc::from("A"), 3)];
        assert_eq!(all_spawned(&users), "All users spawned: {\"A\": 3, \"B\": 1} (4 total users)");
    }
}
