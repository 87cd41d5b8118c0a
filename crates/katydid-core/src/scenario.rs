//! A named recipe of load, with the targets that judge it.

use std::time::Duration;

use crate::Target;

/// A recipe that `--scenario NAME` runs. Flags override its numbers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scenario {
    /// Its name on the command line.
    pub name: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// Users.
    pub users: u32,
    /// Users started per second.
    pub spawn_rate: f64,
    /// Length of the run.
    pub run_time: Duration,
    /// What the target must hold.
    pub targets: Vec<Target>,
}

impl Scenario {
    /// A scenario of `users` users, started at `spawn_rate` per second, for `run_time`.
    pub fn new(name: &str, users: u32, spawn_rate: f64, run_time: Duration) -> Self {
        let (name, purpose) = (name.to_owned(), String::new());
        Self { name, purpose, users, spawn_rate, run_time, targets: Vec::new() }
    }

    /// Says what it is for.
    pub fn purpose(mut self, purpose: &str) -> Self {
        purpose.clone_into(&mut self.purpose);
        self
    }

    /// Adds a target.
    pub fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }
}
