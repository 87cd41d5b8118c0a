//! clap's errors as one sentence, like all others.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::CliError;

/// What words that do not parse mean for the command.
pub(crate) fn error(error: clap::Error, command: &Command) -> CliError {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => CliError::Words(error),
        _ => CliError::Usage(sentence(&error, command)),
    }
}

/// The error's first paragraph with what would be right, without the summary of the usage and
/// without the values of secret options.
pub(crate) fn sentence(error: &clap::Error, command: &Command) -> String {
    let text = plain(error);
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) if !text.is_empty() => Some(text.as_str()),
        _ => None,
    };
    // Names of arguments are known when they are built.
    let mut command = command.clone();
    command.build();
    let secret = |name: &str| {
        command.get_arguments().any(|arg| arg.is_hide_env_values_set() && arg.to_string() == name)
    };
    match (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue)) {
        (Some(name), Some(value)) if secret(name) => text.replace(value, "***"),
        _ => text,
    }
}

fn plain(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
    let near =
        [ContextKind::SuggestedArg, ContextKind::SuggestedValue, ContextKind::SuggestedSubcommand];
    let near = near.into_iter().find_map(|kind| match error.get(kind)? {
        ContextValue::String(name) => Some(name.clone()),
        // The most similar comes last.
        ContextValue::Strings(names) => names.last().cloned(),
        _ => None,
    });
    match near {
        Some(near) => format!("{}; did you mean `{near}`?", lines.join(" ")),
        None if error.kind() == ErrorKind::ArgumentConflict => {
            format!("{}; leave one of them out", lines.join(" "))
        }
        None => lines.join(" "),
    }
}
