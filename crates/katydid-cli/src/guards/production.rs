//! Production is loaded only by people who have said everything that it asks for.

use url::Url;

use crate::args::Args;
use crate::error::CliError;
use crate::plan::is_production;
use crate::suite::Suite;

/// Whether `hosts` may be loaded.
///
/// # Errors
/// One of them is production, and a word is missing that it asks for.
pub(crate) fn allowed(suite: &Suite, args: &Args, hosts: &[&str]) -> Result<(), CliError> {
    let production = suite.hosts.iter().filter(|(name, _)| is_production(name));
    for (name, url) in production {
        if !hosts.iter().any(|host| same_host(host, url)) {
            continue;
        }
        let missing = missing(args);
        if !missing.is_empty() {
            return Err(CliError::Usage(format!(
                "{url} is the plan's host `{name}`, where people work; load {} instead, or add what \
                 production asks for: {}",
                staging(suite),
                missing.join(" ")
            )));
        }
    }
    Ok(())
}

fn missing(args: &Args) -> Vec<&'static str> {
    let guards = &args.guards;
    [
        (args.target.allow_production, "--allow-production"),
        (guards.max_rate.is_some(), "--max-rate 50/s"),
        (guards.contact.is_some(), "--contact you@example.com"),
        (guards.backup_confirmed, "--backup-confirmed"),
    ]
    .into_iter()
    .filter(|(said, _)| !said)
    .map(|(_, word)| word)
    .collect()
}

/// What to load instead.
fn staging(suite: &Suite) -> String {
    match suite.hosts.iter().find(|(name, _)| name.contains("staging")) {
        Some((name, url)) => format!("{} (-H {name})", url.trim_end_matches('/')),
        None => "a staging system, a copy of it".to_owned(),
    }
}

/// Whether both are the same machine, whatever the path.
fn same_host(one: &str, other: &str) -> bool {
    let host = |text: &str| {
        let url = Url::parse(text).ok()?;
        Some(url.host_str()?.trim_end_matches('.').to_owned())
    };
    host(one).is_some() && host(one) == host(other)
}
