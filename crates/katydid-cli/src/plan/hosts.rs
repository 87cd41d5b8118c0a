//! The table `[hosts]`: names for `-H`.

use katydid_core::or_nearest;

use super::error::PlanError;
use super::table::{Entry, entries};
use crate::error::CliError;
use crate::settings::check_url;
use crate::suite::Suite;

/// Whether a host of this name is never loaded by accident: `production`, `production-eu` and the
/// like.
pub(crate) fn is_production(name: &str) -> bool {
    name == "production" || name.starts_with("production-")
}

/// Reads the table.
pub(super) fn hosts(table: &Entry<'_>) -> Result<Vec<(String, String)>, PlanError> {
    let host = |entry: Entry<'_>| {
        let (name, url) = (entry.name(), entry.text()?);
        if name.is_empty() || name.contains(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        {
            return Err(entry.wrong("the name of a host has letters, digits, - and _"));
        }
        check_url(url).map_err(|fault| entry.wrong_value(fault.to_string()))?;
        Ok((name.to_owned(), url.to_owned()))
    };
    entries(table.source, "hosts", table.table()?).into_iter().map(host).collect()
}

/// The address that `-H` means: one of the plan's names, or what it says.
///
/// # Errors
/// A word that is neither, with the nearest name.
pub(crate) fn named<'s>(suite: &'s Suite, given: &'s str) -> Result<&'s str, CliError> {
    if let Some((_, url)) = suite.hosts.iter().find(|(name, _)| name == given) {
        return Ok(url);
    }
    if suite.hosts.is_empty() || given == "localhost" || given.contains(['.', ':', '/']) {
        return Ok(given);
    }
    let nearest = or_nearest(given, suite.hosts.iter().map(|(name, _)| name.as_str()));
    Err(CliError::Usage(format!("the plan has no host `{given}`; {nearest}")))
}
