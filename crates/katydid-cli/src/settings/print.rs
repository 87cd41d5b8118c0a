//! `--print-settings`: every option, what it is set to, and where that comes from.

use katydid_core::{Scenario, exit, format_span};
use katydid_engine::{HttpSettings, RunSettings};

use super::stages::INSTEAD_OF;
use crate::args::{Args, LogLevel, SECRETS_OF_THE_PAGE};
use crate::sources::{CLASSES, Known, Setting};
use crate::suite::Suite;

/// One line per option: name, value, origin. Options that nobody set and that have no default are
/// left out of nothing: they show a dash.
pub(crate) fn text(suite: &Suite, args: &Args, known: &Known) -> String {
    let rows = rows(suite, args, known);
    let width = |column: fn(&[String; 3]) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0).min(40)
    };
    let (names, values) = (width(|row| &row[0]), width(|row| &row[1]));
    rows.iter()
        .map(|[name, value, from]| format!("{name:names$}  {value:values$}  {from}\n"))
        .collect()
}

/// Name, value and origin of every option.
pub(crate) fn rows(suite: &Suite, args: &Args, known: &Known) -> Vec<[String; 3]> {
    let scenario = args.load.scenario.as_deref();
    let scenario = suite.scenarios.iter().find(|known| Some(known.name.as_str()) == scenario);
    let mut rows = vec![row(suite, args, scenario, known, CLASSES)];
    let shown = known.args().filter(|(long, arg)| {
        *long != "print-settings" && (!arg.is_hide_set() || args.sources.of(long).is_some())
    });
    rows.extend(shown.map(|(long, _)| row(suite, args, scenario, known, long)));
    rows
}

fn row(
    suite: &Suite,
    args: &Args,
    scenario: Option<&Scenario>,
    known: &Known,
    long: &str,
) -> [String; 3] {
    let (value, from) = match (args.sources.of(long), scenario) {
        (Some(setting), _) => (shown(suite, setting), setting.origin.to_string()),
        (None, Some(scenario)) if of_scenario(scenario, long).is_some() => {
            let value = of_scenario(scenario, long).expect("it was just there");
            (value, format!("scenario {}", scenario.name))
        }
        _ => (default(suite, known, long), "default".to_owned()),
    };
    let by_stages = by_stages(args, scenario).filter(|_| args.sources.of(long).is_none());
    if let Some(from) = by_stages.filter(|_| INSTEAD_OF.contains(&long)) {
        return [long.to_owned(), "by stages".to_owned(), from];
    }
    [long.to_owned(), value, from]
}

/// Where the stages come from that decide the number of users.
fn by_stages(args: &Args, scenario: Option<&Scenario>) -> Option<String> {
    match (args.sources.of("stages"), scenario) {
        (Some(setting), _) => Some(setting.origin.to_string()),
        (None, Some(scenario)) if scenario.stages.is_some() => {
            Some(format!("scenario {}", scenario.name))
        }
        _ => None,
    }
}

/// A value as it was written, secrets apart.
fn shown(suite: &Suite, setting: &Setting) -> String {
    let secret =
        |name: &str| suite.options.iter().any(|option| option.secret && option.name == name);
    let text = setting.value.to_string();
    let of_page = SECRETS_OF_THE_PAGE.contains(&setting.long.as_str());
    // An address may carry a password; it is refused, and not shown before.
    if secret(&setting.long) || of_page || (setting.long == "host" && text.contains('@')) {
        return "***".to_owned();
    }
    if text.is_empty() { "\"\"".to_owned() } else { text }
}

fn of_scenario(scenario: &Scenario, long: &str) -> Option<String> {
    let list = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    match long {
        "headless" => Some("true".to_owned()),
        CLASSES => list(&scenario.classes),
        "tags" => list(&scenario.tags),
        "exclude-tags" => list(&scenario.exclude_tags),
        "mask" => list(&scenario.mask),
        "silence" => list(&scenario.silences.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "stages" => scenario.stages.as_ref().map(ToString::to_string),
        "steps" => scenario.steps.map(|steps| steps.to_string()),
        "from" => scenario.search.map(|search| search.from.to_string()),
        "factor" => scenario.search.map(|search| search.factor.to_string()),
        "step-time" => scenario.search.map(|search| format_span(search.step_time)),
        "precision" => scenario.search.map(|search| format!("{}%", search.precision * 100.0)),
        "max-rate" => scenario.max_rate.map(|cap| cap.to_string()),
        "max-requests" => scenario.max_requests.map(|most| most.to_string()),
        "max-cost" => scenario.max_cost.map(|most| most.to_string()),
        "users" => Some(scenario.users.to_string()),
        "spawn-rate" => Some(scenario.spawn_rate.to_string()),
        "run-time" => Some(format_span(scenario.run_time)),
        _ => None,
    }
}

/// What holds when nobody says anything.
fn default(suite: &Suite, known: &Known, long: &str) -> String {
    let (run, http) = (RunSettings::default(), HttpSettings::default());
    match long {
        CLASSES => "all".to_owned(),
        "users" => run.users.to_string(),
        "spawn-rate" => run.spawn_rate.to_string(),
        "stop-timeout" => format_span(run.stop_timeout),
        "timeout" => format_span(http.timeout),
        "connect-timeout" => format_span(http.connect_timeout),
        "max-body" => http.max_body.to_string(),
        "log-failures-rate" => super::FAILURES_PER_SECOND.to_string(),
        "loglevel" => LogLevel::default().word().to_owned(),
        "exit-code-on-error" => exit::FAILED.to_string(),
        "threads" => "one per core, at most one per user".to_owned(),
        "seed" => "new for each run".to_owned(),
        _ => {
            let own = suite.options.iter().find(|option| option.name == long);
            if own.is_some_and(|option| option.secret) {
                return "***".to_owned();
            }
            known.default(long)
        }
    }
}
