//! How the help of runs is laid out: examples first, Locust's groups, and in `-h` only what is
//! used every day.

use clap::{Arg, ArgAction, Command};
use katydid_core::format_span;

use crate::suite::{AccountsUse, Suite};

/// Headings in their order, with the options below them in theirs.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "Common options",
        &[
            "help",
            "host",
            "embedded",
            "users",
            "spawn_rate",
            "run_time",
            "scenario",
            "headless",
            "headful",
            "accounts",
            "config",
            "list",
            "verbose",
            "classes",
            "config_users",
        ],
    ),
    ("Tag options", &["tags", "exclude_tags"]),
    (
        "Request statistics options",
        &[
            "csv",
            "csv_full_history",
            "html",
            "json",
            "json_file",
            "only_summary",
            "print_stats",
            "reset_stats",
        ],
    ),
    ("Logging options", &["loglevel", "logfile", "skip_log_setup"]),
    ("HTTP options", &["timeout", "connect_timeout", "max_body", "cacert", "insecure"]),
    (
        "Other options",
        &[
            "stop_timeout",
            "iterations",
            "threads",
            "processes",
            "seed",
            "equal_weights",
            "exit_code_on_error",
            "show_task_ratio",
            "show_task_ratio_json",
            "print_settings",
            "version",
        ],
    ),
];

/// What `-h` leaves to `--help`.
const RARE: [&str; 16] = [
    "verbose",
    "config_users",
    "csv_full_history",
    "json_file",
    "print_stats",
    "reset_stats",
    "skip_log_setup",
    "connect_timeout",
    "max_body",
    "cacert",
    "insecure",
    "processes",
    "seed",
    "equal_weights",
    "exit_code_on_error",
    "show_task_ratio_json",
];

/// The parser, made fit to be read by people.
pub(super) fn lay_out(suite: &Suite, command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let help = help.help("Print help: -h what is used every day, --help everything");
    let mut command = command
        .disable_help_flag(true)
        .arg(help)
        .help_template(
            "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}",
        )
        .before_help(examples(suite))
        .after_help(known_names(suite));
    for (heading, ids) in GROUPS {
        for (place, id) in ids.iter().enumerate() {
            // Taken out and put back at the end: so the groups come in this order.
            command = command.mut_arg(id, |arg| {
                let rare = RARE.contains(id);
                arg.help_heading(heading).display_order(place).hide_short_help(rare)
            });
        }
    }
    for (id, useless) in [
        ("embedded", suite.embedded.is_none()),
        ("accounts", suite.accounts == AccountsUse::NotUsed),
        ("scenario", suite.scenarios.is_empty()),
    ] {
        if useless {
            command = command.mut_arg(id, |flag| flag.hide(true));
        }
    }
    command
}

/// Lines to copy.
pub(crate) fn examples(suite: &Suite) -> String {
    let name = &suite.name;
    let host = suite.default_host.as_deref().unwrap_or("http://localhost:8000");
    let mut text = format!("Examples:\n  {name} --headless -u 50 -r 5 -t 5m -H {host}\n");
    if let (Some(scenario), true) = (suite.scenarios.first(), suite.embedded.is_some()) {
        text += &format!("  {name} --embedded --scenario {}\n", scenario.name);
    }
    if let Some(class) = suite.classes.first() {
        let class = class.name();
        text +=
            &format!("  {name} {class} --headless -u 10 -t 20s --csv stats --html report.html\n");
    }
    text + &format!("  {name} init && {name} --headless -u 10 -t 1m\n")
}

/// What only this suite knows, and what holds for every run.
fn known_names(suite: &Suite) -> String {
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
        let (users, rate, time) = (scenario.users, scenario.spawn_rate, scenario.run_time);
        let time = format_span(time);
        let line = format!(
            "\n  {}  {users} users at {rate}/s for {time}. {}",
            scenario.name, scenario.purpose
        );
        text += line.trim_end();
    }
    text + "\n\nKeys on a terminal: w, W one and ten users more, s, S fewer; Ctrl-C ends and reports.\n\
            Everything for people goes to stderr; --list, --help and --version to stdout.\n\
            Exit codes: 0 pass, 1 requests failed, 2 wrong use, 3 run invalid, 70 a report could \
            not be written, 99 target missed, 130 interrupted."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_has_its_place() {
        let command = crate::args::visible(&Suite::new("x"));
        for arg in command.get_arguments() {
            let (id, heading) = (arg.get_id(), arg.get_help_heading());
            let known = GROUPS
                .iter()
                .any(|(name, ids)| Some(*name) == heading && ids.iter().any(|known| id == known));
            assert!(known, "{id} has no place in the help: give it one in GROUPS");
        }
        let placed: Vec<&str> = GROUPS.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        assert!(RARE.iter().all(|rare| placed.contains(rare)));
    }

    #[test]
    fn the_short_help_fits_two_screens() {
        let text = crate::args::visible(&Suite::new("x")).render_help().to_string();
        assert!(text.lines().count() <= 64, "{text}");
    }
}
