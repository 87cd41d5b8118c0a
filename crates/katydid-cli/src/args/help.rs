//! What `-h` and `--help` say: Locust's headings, examples first, names that only the suite knows.

use clap::{Arg, Command};

use crate::options;
use crate::plan::is_production;
use crate::sources::variables;
use crate::suite::{AccountsUse, Suite};

pub(super) const COMMON: &str = "Common options";
pub(super) const TAGS: &str = "Tag options";
pub(super) const STATISTICS: &str = "Request statistics options";
pub(super) const LOGGING: &str = "Logging options";
pub(super) const HTTP: &str = "HTTP options";
pub(super) const GUARDS: &str = "Guards";
pub(super) const EVIDENCE: &str = "Single requests";
pub(super) const ARRIVALS: &str = "Open model options";
pub(super) const SEARCH: &str = "Capacity search options";
pub(super) const MACHINES: &str = "Reports for machines";
pub(super) const WEB: &str = "Live page";
pub(super) const OTHER: &str = "Other options";
pub(super) const CLASSES: &str = "User classes";

const TEMPLATE: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Adds the texts of a suite to its parser.
pub(super) fn describe(suite: &Suite, command: Command) -> Command {
    let unused = |long: &str| match long {
        "embedded" => suite.embedded.is_none(),
        "accounts" => suite.accounts == AccountsUse::NotUsed,
        "scenario" | "list-scenarios" => suite.scenarios.is_empty(),
        "allow-production" | "backup-confirmed" => {
            !suite.hosts.iter().any(|(name, _)| is_production(name))
        }
        "max-cost" => suite.cost_unit.is_none(),
        _ => false,
    };
    command
        .about(suite.about.clone())
        .help_template(TEMPLATE)
        .before_help(examples(suite))
        .after_help(short_end(suite))
        .after_long_help(long_end(suite))
        .mut_args(|arg| {
            let hide = arg.get_long().is_some_and(unused);
            with_variables(suite, if hide { arg.hide(true) } else { arg })
        })
}

/// Says in the long help how the environment names an option.
fn with_variables(suite: &Suite, arg: Arg) -> Arg {
    let Some(long) = arg.get_long() else { return arg };
    let mut names = variables(long);
    let own = options::variables(suite).into_iter().filter(|(_, option)| option == long);
    names.extend(own.map(|(variable, _)| variable));
    if names.is_empty() {
        return arg;
    }
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
    let help = help.filter(|help| !help.is_empty()).map(|help| help + "\n").unwrap_or_default();
    arg.long_help(format!("{help}[env: {}]", names.join(", ")))
}

/// Lines to copy.
pub(crate) fn examples(suite: &Suite) -> String {
    let name = &suite.name;
    let host = suite.default_host.as_deref().unwrap_or("http://localhost:5000");
    let embedded = suite.embedded.is_some();
    let target = if embedded { "--embedded".to_owned() } else { format!("-H {host}") };
    let mut lines = vec!["Examples:".to_owned(), format!("  {name} {target}")];
    if let Some(scenario) = suite.scenarios.first() {
        lines.push(format!("  {name} {target} --scenario {}", scenario.name));
    }
    lines.push(format!("  {name} {target} --headless -u 50 -r 5 -t 5m"));
    if let (Some(class), Some(tag)) = (suite.classes.first(), suite.tags().first()) {
        lines
            .push(format!("  {name} {} {target} --headless -u 9 -t 1m --tags {tag}", class.name()));
    }
    lines.push(format!("  {name} --config=locust.conf --headless --csv stats --html report.html"));
    lines.join("\n")
}

fn short_end(suite: &Suite) -> String {
    let tags = suite.tags();
    let tags = if tags.is_empty() { String::new() } else { format!("Tags: {}\n", tags.join(", ")) };
    format!("{tags}--help has all options, classes, scenarios, files and exit codes.")
}

fn long_end(suite: &Suite) -> String {
    let mut text = "User classes:".to_owned();
    let width = suite.classes.iter().map(|class| class.name().len()).max().unwrap_or(0);
    for class in &suite.classes {
        text += format!("\n  {:width$}  {}", class.name(), class.about()).trim_end();
    }
    let tags = suite.tags();
    if !tags.is_empty() {
        text += &format!("\n\nTags: {}", tags.join(", "));
    }
    if !suite.scenarios.is_empty() {
        text += "\n\nScenarios:";
    }
    for scenario in &suite.scenarios {
        let load = scenario.load_text() + ".";
        text += format!("\n  {}  {load} {}", scenario.name, scenario.purpose).trim_end();
    }
    text + "\n\n" + SETTINGS + "\n\n" + EXIT_CODES
}

const SETTINGS: &str = "\
Settings, highest first: flags, the environment (KATYDID_X, then LOCUST_X), the file of --config,
./katydid.conf, ./pyproject.toml ([tool.katydid], [tool.locust]), ./locust.conf, ~/.locust.conf, the
scenario. Files have a line `name = value` for each long option and are merged key by key;
--print-settings shows what comes from where. Options of Locust that have no effect here are refused
by name, none is ignored.";

const EXIT_CODES: &str = "\
Keys on a terminal: w, W one and ten users more, s, S fewer, Enter opens the live page; with --tui p
pauses and goes on; Ctrl-C ends and reports.
Everything for people goes to stderr; --list, --help, --version and --json to stdout.
Exit codes: 0 pass, 1 requests failed, 2 wrong use, 3 run invalid, 70 a report could not be written,
99 target missed, 130 interrupted.";
