//! `plan show`, `plan check` and `plan schema`.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use katydid_core::{Scenario, counted, exit};

use crate::args::Args;
use crate::error::CliError;
use crate::plan;
use crate::selection;
use crate::sources::Surroundings;
use crate::suite::Suite;

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    let file = || {
        Arg::new("FILE")
            .long("plan")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("This plan instead of the suite's own")
    };
    Command::new(name)
        .about("Print or check the plan: scenarios, targets, hosts")
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("show")
                .about("Print the plan in force, to start an own one from")
                .arg(file()),
        )
        .subcommand(
            Command::new("check")
                .about("Check every scenario, also whether it can make the samples it needs")
                .arg(file()),
        )
        .subcommand(Command::new("schema").about("Print the JSON Schema of plans, for editors"))
}

/// Does what the words ask for.
pub(super) fn run(suite: &mut Suite, matches: &ArgMatches) -> Result<u8, CliError> {
    let Some((verb, matches)) = matches.subcommand() else { unreachable!("clap requires one") };
    if verb == "schema" {
        let text = format!("{:#}\n", plan::schema());
        return super::print(text.as_bytes()).map(|()| exit::PASS);
    }
    if let Some(path) = matches.get_one::<PathBuf>("FILE") {
        plan::adopt_file(suite, path)?;
    }
    match verb {
        "show" => show(suite),
        _ => check(suite),
    }
}

fn show(suite: &Suite) -> Result<u8, CliError> {
    let Some(plan) = &suite.plan else {
        let text = "this suite has no plan; --list-scenarios prints the scenarios that it brings";
        return Err(CliError::usage(text));
    };
    super::print(plan::without_passwords(&plan.text).as_bytes()).map(|()| exit::PASS)
}

fn check(suite: &Suite) -> Result<u8, CliError> {
    let origin = suite.plan.as_ref().map_or(&suite.name, |plan| &plan.origin);
    let (scenarios, hosts) = (suite.scenarios.len(), suite.hosts.len());
    let (scenarios, hosts) = (counted(scenarios, "scenario"), counted(hosts, "named host"));
    let mut text = format!("{origin}: {scenarios}, {hosts}\n");
    let mut faults = 0;
    for scenario in &suite.scenarios {
        let Found { problems, notes } = look_at(suite, scenario)?;
        faults += problems.len();
        let word = if problems.is_empty() { "ok" } else { "PROBLEM" };
        let name = &scenario.name;
        let targets = counted(scenario.targets.len(), "target");
        let expectations = match scenario.expectations.len() {
            0 => String::new(),
            count => format!(", {}", counted(count, "expectation")),
        };
        let load = scenario.load_text();
        let _ = writeln!(text, "{name}: {word}, {load}, {targets}{expectations}");
        for (what, sentences) in [("problem", &problems), ("note", &notes)] {
            for sentence in sentences {
                let _ = writeln!(text, "    {what}: {sentence}");
            }
        }
    }
    super::print(text.as_bytes())?;
    Ok(if faults == 0 { exit::PASS } else { exit::USAGE })
}

/// What is found in a scenario.
#[derive(Debug, Default)]
struct Found {
    /// It cannot run, or not pass.
    problems: Vec<String>,
    /// Good to know.
    notes: Vec<String>,
}

fn look_at(suite: &Suite, scenario: &Scenario) -> Result<Found, CliError> {
    let words = [&suite.name, "--scenario", &scenario.name].map(OsString::from);
    let args = Args::read(suite, &words, &Surroundings::default())?;
    let args = selection::with_scenario(&args, Some(scenario));
    let selected = match selection::select(suite, &args) {
        Ok(selected) => selected,
        Err(fault) => return Ok(Found { problems: vec![fault.to_string()], notes: Vec::new() }),
    };
    let (classes, stages) = (&selected.classes, scenario.as_stages());
    let mut notes: Vec<String> = selected.emptied.into_iter().collect();
    notes.extend(selection::left_out(classes, scenario.users));
    if scenario.targets.is_empty() && scenario.expectations.is_empty() {
        notes.push("no target: any failed request makes it fail".to_owned());
    }
    let phases = scenario.phases();
    let load = (&stages, &phases[..]);
    notes.extend(plan::unfirm(classes, load, &scenario.targets));
    let mut problems = plan::out_of_reach(classes, load, &scenario.targets);
    problems.extend(plan::too_short(classes, load, &scenario.expectations));
    Ok(Found { problems, notes })
}
