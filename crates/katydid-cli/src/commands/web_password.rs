//! `web-password`: the hash of a password, for `--web-account`.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use katydid_web::hash_password;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::error::CliError;

/// A shorter one is found out by trying.
const SHORTEST: usize = 8;

/// Reads a password from stdin, where nobody looks over a shoulder, and prints its hash.
///
/// # Errors
/// No password, or one that is too short.
pub(super) fn run() -> Result<(), CliError> {
    let password = read().map_err(|fault| CliError::Output { what: "the password", fault })?;
    if password.chars().count() < SHORTEST {
        let text = format!("a password has at least {SHORTEST} characters; write it into stdin");
        return Err(CliError::Usage(text));
    }
    let hash = hash_password(&password);
    let hash = hash.map_err(|fault| CliError::Output { what: "the hash", fault })?;
    super::print(format!("{hash}\n").as_bytes())
}

/// The first line of stdin; on a terminal it is asked for and not shown.
fn read() -> io::Result<String> {
    let stdin = io::stdin();
    let calm = if stdin.is_terminal() { Some(tcgetattr(&stdin)?) } else { None };
    if let Some(calm) = &calm {
        write!(anstream::stderr(), "Password: ")?;
        let mut hidden = calm.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Flush, &hidden)?;
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if let Some(calm) = &calm {
        tcsetattr(&stdin, OptionalActions::Flush, calm)?;
        writeln!(anstream::stderr())?;
    }
    read?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
