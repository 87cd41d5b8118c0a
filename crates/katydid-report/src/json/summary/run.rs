//! What ran, where and how.

use std::time::SystemTime;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Facts;

/// What ran, where and how.
#[derive(Serialize, JsonSchema)]
pub(super) struct Run<'a> {
    suite: &'a str,
    scenario: Option<&'a str>,
    /// The host, or hosts.
    host: &'a str,
    /// When the run began, as `2026-11-23T02:38:35.123Z`.
    started: String,
    /// How long it lasted.
    elapsed_s: f64,
    /// For how long the statistics have been counted: what rates are divided by.
    measured_s: f64,
    threads: u64,
    seed: u64,
    /// A run that is DISTURBED does not count (`--strict`).
    strict: bool,
    /// The version of Katydid.
    katydid: &'a str,
    machine: Machine<'a>,
}

/// The machine that made the load.
#[derive(Serialize, JsonSchema)]
struct Machine<'a> {
    name: &'a str,
    os: &'a str,
    arch: &'a str,
    /// CPUs that the run could use.
    cores: u64,
}

impl<'a> Run<'a> {
    pub(super) fn of(facts: &Facts<'a>) -> Self {
        let (run, snapshot) = (&facts.run, facts.snapshot);
        let machine = &run.machine;
        Self {
            suite: run.suite,
            scenario: run.scenario,
            host: run.host,
            started: moment(run.started),
            elapsed_s: snapshot.elapsed.as_secs_f64(),
            measured_s: snapshot.measured().as_secs_f64(),
            threads: run.threads as u64,
            seed: run.seed,
            strict: run.strict,
            katydid: run.version,
            machine: Machine {
                name: machine.name,
                os: machine.os,
                arch: machine.arch,
                cores: machine.cores as u64,
            },
        }
    }
}

fn moment(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(
        |_| "unknown".to_owned(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
    )
}
