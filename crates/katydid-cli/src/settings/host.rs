//! Where the load goes.

use katydid_engine::Class;
use url::Url;

use crate::args::Args;
use crate::error::CliError;
use crate::guards;
use crate::plan::named_host;
use crate::suite::Suite;

/// The host of a run; none when every class has its own, or the embedded backend's is not known yet.
///
/// # Errors
/// No address, or production without the word for it.
pub(super) fn of_run(
    suite: &Suite,
    args: &Args,
    classes: &[Class],
) -> Result<Option<String>, CliError> {
    let (all, args) = (args, &args.target);
    let given = args.host.as_deref().map(|host| named_host(suite, host)).transpose()?;
    let own = classes.iter().filter_map(Class::host);
    let hosts: Vec<&str> = own.chain(given).collect();
    guards::allowed(suite, all, &hosts)?;
    for host in hosts {
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
