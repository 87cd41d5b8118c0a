//! `tts-reader accounts`: straight on the database, also beside a running service.

use std::io::{self, Write};

use tts_reader_accounts::{Terminal, run};

use super::{args::AccountsArgs, error::CliError};
use crate::{settings::Environment, test_accounts::Database};

pub(super) fn accounts(args: &AccountsArgs, env: &Environment) -> Result<(), CliError> {
    let flags = args.storage.flags();
    let told = run(&args.verb, |access| Database::with(&flags, env, access), &mut Terminal)?;
    Ok(writeln!(io::stdout(), "{told}")?)
}
