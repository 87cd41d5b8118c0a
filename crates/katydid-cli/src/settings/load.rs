//! How much load a run makes, how long, and on how many threads.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Scenario, Shape, Stages};
use katydid_engine::{RunSettings, Window};

use crate::args::Args;
use crate::error::CliError;
use crate::guards;
use crate::suite::Suite;

/// The load that `args` ask for.
///
/// # Errors
/// Numbers that cannot be meant.
pub(super) fn load(
    suite: &Suite,
    args: &Args,
    (scenario, stages): (Option<&Scenario>, Option<&Stages>),
    host: Option<String>,
) -> Result<RunSettings, CliError> {
    let (load, tuning, base) = (&args.load, &args.tuning, RunSettings::default());
    // A recipe that was named is run as it is.
    let arrivals = args.arrivals.resolve()?;
    let of_suite = suite.shape.clone().filter(|_| scenario.is_none());
    let shape = match stages {
        Some(stages) => Some(Arc::new(stages.clone()) as Arc<dyn Shape>),
        None => of_suite,
    };
    let shape = shape.filter(|_| arrivals.is_none());
    let most_users = shape.as_ref().and_then(|shape| shape.most_users());
    let in_flight = arrivals.as_ref().map(|arrivals| arrivals.max_in_flight);
    let users = in_flight.or(most_users).or(load.users).or(scenario.map(|s| s.users));
    let cap = args.guards.max_rate;
    let at_most = users.or(shape.is_some().then_some(u32::MAX)).unwrap_or(base.users);
    // A thread that may send nothing is of no use.
    let at_most = cap.map_or(at_most, |cap| at_most.min(cap.requests));
    Ok(RunSettings {
        users: users.unwrap_or(base.users),
        shape,
        arrivals,
        spawn_rate: load.spawn_rate.or(scenario.map(|s| s.spawn_rate)).unwrap_or(base.spawn_rate),
        iterations: tuning.iterations,
        max_rate: cap,
        max_requests: args.guards.max_requests,
        max_cost: guards::max_units(suite, args.guards.max_cost)?,
        window: if args.output.reset_stats { Window::Started } else { Window::Whole },
        run_time: stages.map(Stages::length).or(load.run_time).or(scenario.map(|s| s.run_time)),
        stop_timeout: tuning.stop_timeout.unwrap_or(Duration::ZERO),
        threads: threads(tuning.threads.or(tuning.processes.map(processes)), at_most),
        seed: seed(tuning.seed),
        host,
        http: args.http.settings()?,
        calibrate: true,
        ..base
    })
}

/// As many threads as can help.
pub(crate) fn threads(asked: Option<u32>, users: u32) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or_else(|| cores().min(users as usize), |asked| asked as usize)
}

/// What Locust's --processes mean in threads.
fn processes(asked: i32) -> u32 {
    u32::try_from(asked).unwrap_or_else(|_| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        u32::try_from(cores).unwrap_or(u32::MAX)
    })
}

/// A seed short enough to type again.
pub(crate) fn seed(asked: Option<u64>) -> u64 {
    asked.unwrap_or_else(|| random() % 1_000_000_000)
}

/// A number that nobody can foresee.
pub(super) fn random() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
