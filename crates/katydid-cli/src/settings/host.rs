//! Where the load goes.

use katydid_engine::Class;
use url::Url;

use crate::args::TargetArgs;
use crate::error::CliError;
use crate::plan::{PRODUCTION, named_host};
use crate::suite::Suite;

/// The host of a run; none when every class has its own, or the embedded backend's is not known yet.
///
/// # Errors
/// No address, or production without the word for it.
pub(super) fn of_run(
    suite: &Suite,
    args: &TargetArgs,
    classes: &[Class],
) -> Result<Option<String>, CliError> {
    let given = args.host.as_deref().map(|host| named_host(suite, host)).transpose()?;
    let production = suite.hosts.iter().find(|(name, _)| name == PRODUCTION);
    if let Some((_, url)) = production.filter(|(_, url)| same_host(given, url))
        && !args.allow_production
    {
        return Err(CliError::Usage(format!(
            "{url} is the plan's host `{PRODUCTION}`, where people work; load a copy of it, or say \
             --allow-production"
        )));
    }
    let own = classes.iter().filter_map(Class::host);
    for host in own.chain(given) {
        let url = check_url(host)?;
        if url.query().is_some() || url.fragment().is_some() {
            let text = format!("`{host}` is no host: leave out what follows the path (? or #)");
            return Err(CliError::Usage(text));
        }
    }
    if given.is_some() || args.embedded {
        return Ok(given.map(|host| host.trim_end_matches('/').to_owned()));
    }
    match classes.iter().find(|class| class.host().is_none()) {
        None => Ok(None),
        Some(class) => {
            let or = if suite.embedded.is_some() {
                ", or start the suite's own backend with --embedded"
            } else {
                ""
            };
            let class = class.name();
            Err(CliError::Usage(format!("no host for {class}; name it with -H URL{or}")))
        }
    }
}

/// Whether both are the same machine, whatever the path.
fn same_host(given: Option<&str>, other: &str) -> bool {
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    given.is_some_and(|given| host(given).is_some() && host(given) == host(other))
}

/// A host as the engine takes it.
///
/// # Errors
/// A sentence on what is wrong with it.
pub(crate) fn check_url(text: &str) -> Result<Url, CliError> {
    let wrong = |why: &str| CliError::Usage(format!("`{text}` is no address to load: {why}"));
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        // Without a scheme `localhost:5000` parses too, as scheme and path.
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) if !text.contains("://") => {
            return Err(wrong(&format!("write http://{text} or https://{text}")));
        }
        Ok(url) => return Err(wrong(&format!("{} is neither http nor https", url.scheme()))),
        Err(error) => return Err(wrong(&error.to_string())),
    };
    if !url.username().is_empty() || url.password().is_some() {
        // Not `text`: a password must not reach the screen.
        return Err(CliError::usage(
            "the address has a user name or password in it; send an Authorization header instead",
        ));
    }
    Ok(url)
}
