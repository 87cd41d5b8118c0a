//! `compare BASE NEW`: two builds held side by side, each by one kept run or several.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use katydid_core::compare::{
    About, Caveat, FailWhen, Rule, Run, Settings, Window, compare as hold_side_by_side,
};
use katydid_core::{exit, format_span, parse_span};
use katydid_report::compare::{Compares, Comparison, Side, json, markdown, page, text};
use katydid_store::{Found, Runs};

use super::{Reread, baseline};
use crate::error::CliError;
use crate::files::write_whole;

/// What `--run-noise` may be, in percent.
const MOST_NOISE: f64 = 50.0;

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    let file = |long: &'static str, help: &'static str| {
        let parser = value_parser!(PathBuf);
        Arg::new(long).long(long).value_name("FILE").value_parser(parser).help(help)
    };
    let time = |long: &'static str, help: &'static str| {
        let parser = |text: &str| parse_span(text).map_err(|fault| fault.to_string());
        Arg::new(long).long(long).value_name("SPAN").value_parser(parser).help(help)
    };
    let side = |long: &'static str, help: &'static str| {
        let many = Arg::new(long).long(long).value_name("RUN").action(ArgAction::Append);
        many.value_delimiter(',').help(help)
    };
    Command::new(name)
        .about("Compare two builds by their kept runs: what differs, and how sure that is")
        .arg(
            Arg::new("RUNS")
                .num_args(0..=2)
                .value_names(["BASE", "NEW"])
                .conflicts_with_all(["base", "new"])
                .help("Two runs: a folder, a name or a part of it, last, last~1, baseline:NAME"),
        )
        .arg(side("base", "A run of the base; several make it surer (also A,B,C)"))
        .arg(side(
            "new",
            "A run that is compared with it; may be given several times [default: last]",
        ))
        .arg(
            Arg::new("fail-if")
                .long("fail-if")
                .value_name("RULE")
                .action(ArgAction::Append)
                .value_parser(|text: &str| text.parse::<Rule>().map_err(|fault| fault.to_string()))
                .help("Exit with 99 if so: \"p95 > +10%\", \"failures > +1% on /api/login\""),
        )
        .arg(
            Arg::new("fail-when")
                .long("fail-when")
                .value_name("HOW")
                .default_value("shown")
                .value_parser(|text: &str| text.parse::<FailWhen>())
                .help("How sure a rule must be: shown, certain (more) or possible (less)"),
        )
        .arg(
            Arg::new("run-noise")
                .long("run-noise")
                .value_name("PERCENT")
                .value_parser(noise)
                .help("How much runs of one build are assumed to differ [default: 1.5%]"),
        )
        .arg(time("from", "Compare what ended after this time of each run, steady or not"))
        .arg(time("to", "Compare what ended before this time of each run, steady or not"))
        .arg(
            Arg::new("allow-invalid")
                .long("allow-invalid")
                .action(ArgAction::SetTrue)
                .help("Compare runs that call themselves INVALID or DISTURBED too"),
        )
        .arg(file("md", "Write it as Markdown"))
        .arg(file("html", "Write it as a page"))
        .arg(file("json", "Write it for machines"))
}

fn noise(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    match number.parse::<f64>() {
        Ok(percent) if (0.0..=MOST_NOISE).contains(&percent) => Ok(percent / 100.0),
        _ => Err(format!("write percent from 0 to {MOST_NOISE}, such as 1.5%")),
    }
}

/// A run of a side, read.
struct Member {
    found: Found,
    side: Side,
}

/// Compares what is named.
pub(super) fn run(runs: &Runs, matches: &ArgMatches) -> Result<u8, CliError> {
    let [base, new] = sides(matches)?;
    let window = window(matches)?;
    let base = members(runs, &base, window)?;
    let new = members(runs, &new, window)?;
    let mut caveats = Caveat::of(&abouts(&base), &abouts(&new));
    for twice in base.iter().filter(|it| new.iter().any(|other| other.found.name == it.found.name))
    {
        caveats.push(Caveat::twice(&twice.side.told.label));
    }
    if !matches.get_flag("allow-invalid") {
        refuse(&caveats)?;
    }
    let rules: Vec<Rule> = matches.get_many("fail-if").into_iter().flatten().cloned().collect();
    let when = *matches.get_one::<FailWhen>("fail-when").expect("it has a default");
    let mut settings = Settings::default();
    if let Some(noise) = matches.get_one::<f64>("run-noise") {
        settings.run_noise = *noise;
    }
    let compared = hold_side_by_side(&measured(&base), &measured(&new), (&rules, when), settings);
    let (base, new) = (told(&base), told(&new));
    let comparison = Comparison { compared: &compared, base: &base, new: &new, caveats: &caveats };
    let width = std::io::stdout().is_terminal().then(crate::console::width).flatten();
    super::super::print(text(&comparison, width).as_bytes())?;
    write(&comparison, matches)?;
    Ok(if compared.fails() { exit::TARGET_MISSED } else { exit::PASS })
}

/// The names of both sides.
fn sides(matches: &ArgMatches) -> Result<[Vec<String>; 2], CliError> {
    let all = |name: &str| -> Vec<String> {
        matches.get_many::<String>(name).into_iter().flatten().cloned().collect()
    };
    match (&all("RUNS")[..], all("base"), all("new")) {
        ([base, new], _, _) => Ok([vec![base.clone()], vec![new.clone()]]),
        ([], base, new) if !base.is_empty() => {
            Ok([base, if new.is_empty() { vec!["last".to_owned()] } else { new }])
        }
        _ => Err(CliError::usage(
            "two sides are compared: compare BASE NEW, or compare --base A --base B --new C; \
             `runs list` shows what there is",
        )),
    }
}

fn window(matches: &ArgMatches) -> Result<Window, CliError> {
    let time = |name: &str| matches.get_one::<Duration>(name).copied();
    match (time("from"), time("to")) {
        (None, None) => Ok(Window::Steady),
        (from, until) => {
            let from = from.unwrap_or_default();
            if until.is_some_and(|until| until <= from) {
                let from = format_span(from);
                return Err(CliError::usage(format!("--to must lie behind --from ({from})")));
            }
            Ok(Window::Between { from, until })
        }
    }
}

fn members(runs: &Runs, names: &[String], window: Window) -> Result<Vec<Member>, CliError> {
    let mut members: Vec<Member> = Vec::new();
    for found in names.iter().map(|name| baseline::find(runs, name)) {
        for found in found? {
            let twice = members.iter().any(|it| it.found == found);
            if twice {
                let name = found.name;
                return Err(CliError::usage(format!("{name} is given twice on one side")));
            }
            members.push(member(found, window)?);
        }
    }
    Ok(members)
}

fn member(found: Found, window: Window) -> Result<Member, CliError> {
    let read = Reread::open(&found, &katydid_store::Cut::default())?;
    let (facts, word) = (read.saved.header.facts(), read.told().verdict().run.word);
    let side = Side::of(&found.name, &read.saved.snapshot, facts, word, window);
    Ok(Member { side: side.map_err(CliError::usage)?, found })
}

fn abouts(side: &[Member]) -> Vec<About> {
    side.iter().map(|it| it.side.about.clone()).collect()
}

fn measured(side: &[Member]) -> Vec<Run> {
    side.iter().map(|it| it.side.run.clone()).collect()
}

fn told(side: &[Member]) -> Vec<Compares> {
    side.iter().map(|it| it.side.told.clone()).collect()
}

/// Runs that say nothing of the target are not compared by mistake.
fn refuse(caveats: &[Caveat]) -> Result<(), CliError> {
    let Some(why) = Caveat::refusal(caveats) else { return Ok(()) };
    Err(CliError::Untrusted(format!(
        "{why}; `runs show` tells why, --allow-invalid compares all the same"
    )))
}

fn write(comparison: &Comparison<'_>, matches: &ArgMatches) -> Result<(), CliError> {
    let wanted = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let files = [
        (wanted("md"), markdown(comparison).into_bytes()),
        (wanted("html"), page(comparison)),
        (wanted("json"), json(comparison).into_bytes()),
    ];
    for (path, bytes) in files {
        let Some(path) = path else { continue };
        write_whole(&path, &bytes).map_err(|fault| CliError::File {
            what: "comparison",
            path,
            fault,
        })?;
    }
    Ok(())
}
