//! What is kept of single requests.

use std::path::PathBuf;
use std::sync::Arc;

use katydid_core::mask::Mask;
use katydid_engine::RunSettings;

use crate::args::Args;
use crate::error::CliError;

/// Failures written per second, unless somebody says otherwise.
pub(crate) const FAILURES_PER_SECOND: u32 = 100;

/// The log of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailureLogging {
    /// Where to.
    pub(crate) path: PathBuf,
    /// At most so many per second.
    pub(crate) per_second: u32,
}

/// The log of failures that `args` ask for.
///
/// # Errors
/// A rate without a file.
pub(super) fn failure_log(args: &Args) -> Result<Option<FailureLogging>, CliError> {
    let evidence = &args.evidence;
    let Some(path) = evidence.log_failures.clone() else {
        if evidence.log_failures_rate.is_some() {
            let option = args.sources.name("log-failures-rate");
            return Err(CliError::Usage(format!("{option} needs --log-failures FILE")));
        }
        return Ok(None);
    };
    let per_second = evidence.log_failures_rate.unwrap_or(FAILURES_PER_SECOND);
    Ok(Some(FailureLogging { path, per_second }))
}

/// Tells the engine what to mask and whether to trace.
pub(super) fn of_run(args: &Args, run: &mut RunSettings) {
    let evidence = &args.evidence;
    run.mask = Arc::new(Mask::new(&evidence.mask));
    // The run's own digits: two runs with one seed must not share a trace.
    run.http.traces = evidence.traceparent.then(|| super::load::random().max(1));
}
