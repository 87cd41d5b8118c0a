//! `init`: a `locust.conf` to start from, with every key explained.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::error::CliError;
use crate::suite::{AccountsUse, Suite};

/// The name under which runs find it.
const NAME: &str = "locust.conf";

/// Writes `locust.conf` into the working directory, where there is none.
///
/// # Errors
/// There is one, or it cannot be written.
pub(crate) fn init(suite: &Suite) -> Result<(), CliError> {
    let fault = |fault| CliError::File { what: "settings file", path: NAME.into(), fault };
    // Not looked for first: between looking and writing it could come.
    let mut file = match File::create_new(Path::new(NAME)) {
        Ok(file) => file,
        Err(there) if there.kind() == ErrorKind::AlreadyExists => {
            return Err(CliError::Usage(format!(
                "{NAME} is there already and stays as it is; edit it, or move it away first"
            )));
        }
        Err(other) => return Err(fault(other)),
    };
    file.write_all(text(suite).as_bytes()).map_err(fault)?;
    let accounts = if suite.accounts == AccountsUse::Required { " --accounts FILE" } else { "" };
    let said = format!(
        "Wrote {NAME}. Look at `host` in it, then run: {} --headless -u 10 -t 1m{accounts}\n",
        suite.name
    );
    // A closed stderr does not unwrite the file.
    let _ = anstream::stderr().lock().write_all(said.as_bytes());
    Ok(())
}

/// The file. Only keys and syntax that Locust reads too.
fn text(suite: &Suite) -> String {
    let name = &suite.name;
    let host = match &suite.default_host {
        Some(host) => format!("host = {host}"),
        None => "# host = http://localhost:8000".to_owned(),
    };
    let tags = suite.tags().join(", ");
    let tags = if tags.is_empty() { "checkout, search" } else { &tags };
    format!(
        "\
# Settings of {name}. A run finds this file in the directory it is started in, or by
# --config=locust.conf. Keys are the long flags of `{name} --help`; flags and environment
# variables (KATYDID_USERS, LOCUST_USERS, ...) override what stands here, and what stands here
# overrides the numbers of a --scenario. `{name} --print-settings` shows what counts.

# Address of the system under test: load only what is yours.
{host}

# Users in all, and how many start per second. Left out: as -u and -r say, or the --scenario.
# users = 50
# spawn-rate = 5

# End after this time (90, 20s, 5m, 1h30m). Left out: -t, or until Ctrl-C.
# run-time = 5m

# How long users may finish the task they are in at the end of a run.
# stop-timeout = 10s

# Start at once instead of waiting for the live page.
# headless = true

# Only tasks with one of these tags, or none of those. Tags: {tags}
# tags = [a, b]
# exclude-tags = [c]

# Statistics as CSV: load_test_stats.csv and its _history, _failures and _exceptions.
csv = load_test_stats

# Report as one page.
html = load_test_report.html

# What is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.
loglevel = INFO

# Write the log to this file instead of the console.
# logfile = load_test.log

# Print no table before the end of the run.
# only-summary = true

# Exit code when requests failed.
# exit-code-on-error = 1
"
    )
}
