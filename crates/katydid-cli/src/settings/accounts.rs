//! The file of accounts, for suites whose users log in.

use std::path::PathBuf;

use katydid_engine::Class;

use crate::args::TargetArgs;
use crate::error::CliError;
use crate::suite::{AccountsUse, Suite};

/// The file that is named, where one can be.
///
/// # Errors
/// There is none where one is needed, or it cannot be read.
pub(super) fn accounts(
    suite: &Suite,
    args: &TargetArgs,
    classes: &[Class],
) -> Result<Option<PathBuf>, CliError> {
    let needed = || classes.iter().flat_map(Class::tasks).any(|task| (suite.accounts_for)(&task));
    match (&args.accounts, suite.accounts) {
        (Some(_), AccountsUse::NotUsed) => {
            Err(CliError::usage("this suite has no use for --accounts; leave it out"))
        }
        (None, AccountsUse::Required) if !args.embedded && needed() => {
            Err(CliError::Usage(format!(
                "the users of this suite log in; give their accounts with --accounts FILE{}",
                accounts_hint(suite)
            )))
        }
        (Some(path), _) => match std::fs::File::open(path) {
            Ok(_) if path.is_dir() => Err(CliError::Usage(format!(
                "--accounts {} is a directory; name the file in it",
                path.display()
            ))),
            Ok(_) => Ok(Some(path.clone())),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                let (path, hint) = (path.display(), accounts_hint(suite));
                Err(CliError::Usage(format!("accounts file {path}: {fault}{hint}")))
            }
            Err(fault) => Err(CliError::File { what: "accounts file", path: path.clone(), fault }),
        },
        (None, _) => Ok(None),
    }
}

fn accounts_hint(suite: &Suite) -> String {
    suite.accounts_hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"))
}
