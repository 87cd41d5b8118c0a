//! Shell completions and the man page, made from the parser itself.

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use katydid_engine::Class;

use crate::args;
use crate::error::CliError;
use crate::suite::Suite;

/// Completions on stdout.
///
/// # Errors
/// stdout takes no more.
pub(crate) fn completions(suite: &Suite, shell: Shell) -> Result<(), CliError> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut with_names(suite), &suite.name, &mut text);
    if shell == Shell::Bash {
        text = commands_found(&suite.name, &text);
    }
    if shell == Shell::Fish {
        // Its generator leaves values of positional words out.
        text.extend(suite.classes.iter().flat_map(|class| fish_line(&suite.name, class)));
    }
    super::print(&text)
}

/// Bash's generator calls the commands of a binary with a dash in its name by two different names,
/// so that none of them completes anything.
fn commands_found(binary: &str, text: &[u8]) -> Vec<u8> {
    let defined = format!("{}__subcmd__", binary.replace('-', "__"));
    let asked_for = format!("{}__subcmd__", binary.replace('-', "__subcmd__"));
    String::from_utf8_lossy(text).replace(&asked_for, &defined).into_bytes()
}

fn fish_line(binary: &str, class: &Class) -> Vec<u8> {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    let (name, about) = (quoted(class.name()), quoted(class.about()));
    format!("complete -c {binary} -f -a '{name}' -d 'User class. {about}'\n").into_bytes()
}

/// The man page on stdout.
///
/// # Errors
/// stdout takes no more.
pub(crate) fn man_page(suite: &Suite) -> Result<(), CliError> {
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(man_command(suite)).render(&mut text);
    rendered.map_err(|fault| CliError::Output { what: "man page", fault })?;
    super::print(&text)
}

/// The parser with its examples where a man page shows them.
fn man_command(suite: &Suite) -> Command {
    let command = args::visible(suite);
    let notes = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    command
        .version(env!("CARGO_PKG_VERSION"))
        .after_long_help(format!("{}\n\n{notes}", args::examples(suite)))
}

/// The parser with the suite's names as values, so that a shell can offer them. Only to generate:
/// the parser of runs takes more (`Shopper=3`, `read,write`) and suggests on its own.
fn with_names(suite: &Suite) -> Command {
    let of = |names: Vec<String>| PossibleValuesParser::new(names);
    let classes = suite.classes.iter().map(|class| class.name().to_string()).collect();
    let scenarios = suite.scenarios.iter().map(|scenario| scenario.name.clone()).collect();
    args::visible(suite)
        .mut_arg("classes", |arg| arg.value_parser(of(classes)))
        .mut_arg("tags", |arg| arg.value_parser(of(suite.tags())))
        .mut_arg("exclude_tags", |arg| arg.value_parser(of(suite.tags())))
        .mut_arg("scenario", |arg| arg.value_parser(of(scenarios)))
}
