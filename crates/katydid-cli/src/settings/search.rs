//! Whether the run is a search for a capacity, and what means nothing beside one.

use katydid_core::{Ladder, Scenario, counted};

use crate::args::{Args, ArrivalArgs, ExportArgs, ReportArgs, SearchArgs};
use crate::error::CliError;
use crate::sources::Setting;

const NO_REPORT: &str = "there is no such report of a search; --json-file has its outcome";

const NO_EXPORT: &str = "the probes of a search are runs of their own and export nothing";

/// What a search has no use for, each with the reason.
const BESIDE: [(&str, &str); 14] = [
    ("stages", "the search chooses its numbers of users itself"),
    ("steps", "the search chooses its steps itself"),
    ("arrival-rate", "the search is one for users, not for arrivals"),
    ("arrival-stages", "the search is one for users, not for arrivals"),
    ("iterations", "a probe lasts as long as --step-time says"),
    ("html", "there is no page of a search; `report` makes one of each probe in its folder"),
    ("junit", NO_REPORT),
    ("md", NO_REPORT),
    ("summary-json", NO_REPORT),
    ("prometheus-port", NO_EXPORT),
    ("prometheus-host", NO_EXPORT),
    ("prometheus-linger", NO_EXPORT),
    ("otlp-endpoint", NO_EXPORT),
    ("csv-full-history", "--csv writes one line for each probe"),
];

/// The search that a scenario asks for, with the numbers of the flags.
///
/// # Errors
/// Numbers of a search without one, options that a search has no use for, or users that leave
/// nothing to search.
pub(super) fn of_run(args: &Args, scenario: Option<&Scenario>) -> Result<Option<Ladder>, CliError> {
    let searching = scenario.and_then(|scenario| Some((scenario, scenario.search?)));
    let set = |long: &&&str| args.sources.of(long).is_some();
    let Some((scenario, plan)) = searching else {
        return match SearchArgs::NAMES.iter().find(set) {
            None => Ok(None),
            Some(long) => Err(CliError::Usage(format!(
                "{} belongs to a search, which a scenario of the plan describes (search = \
                 \"capacity\"); --list-scenarios names them",
                args.sources.name(long)
            ))),
        };
    };
    let flagged = |long: &str| args.sources.of(long).is_some_and(Setting::is_by_hand);
    if let Some((long, why)) = BESIDE.iter().find(|(long, _)| flagged(long)) {
        return Err(CliError::Usage(format!(
            "--{long} has no use in scenario {}: {why}; leave it out",
            scenario.name
        )));
    }
    let plan = args.search.over(plan);
    let most = args.load.users.unwrap_or(scenario.users);
    if plan.from > most {
        return Err(CliError::Usage(format!(
            "the search begins with {} and may try {most}; write --from {most} or more --users",
            counted(plan.from, "user")
        )));
    }
    Ok(Some(Ladder { plan, most }))
}

/// The arguments without what a search has no use for, where there is one.
pub(super) fn alone(args: &Args, search: Option<&Ladder>) -> Args {
    let mut args = args.clone();
    if search.is_some() {
        args.load.stages = None;
        args.load.steps = None;
        args.arrivals = ArrivalArgs::default();
        args.tuning.iterations = None;
        args.output.html = None;
        args.reports = ReportArgs::default();
        args.exports = ExportArgs::default();
        args.output.csv_full_history = false;
    }
    args
}

/// Sentences on settings of files and the environment that a search leaves without effect.
pub(super) fn without_effect(args: &Args, search: Option<&Ladder>) -> Vec<String> {
    let told =
        |(long, why): &(&str, &str)| format!("{} has no effect: {why}", args.sources.name(long));
    let set = BESIDE.iter().filter(|(long, _)| args.sources.of(long).is_some());
    search.map_or_else(Vec::new, |_| set.map(told).collect())
}
