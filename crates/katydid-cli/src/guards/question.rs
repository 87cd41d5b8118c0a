//! The question before a load that could hurt somebody, and before other things of no return.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use katydid_core::exit;
use katydid_core::is_loopback;

use crate::error::CliError;
use crate::settings::Settings;

/// Asks, on a terminal, whether the load shall be made: where the scenario wants it, and for every
/// host that is not loopback. The answer *no* is an exit code. Without a terminal a load that goes
/// elsewhere is only warned of.
pub(crate) fn ask(settings: &mut Settings) -> Option<u8> {
    if settings.yes || settings.preflight.is_all() {
        return None;
    }
    let elsewhere: Vec<String> =
        settings.hosts().into_iter().filter(|host| !is_loopback(host)).collect();
    let confirm = settings.scenario.as_ref().is_some_and(|scenario| scenario.confirm);
    if elsewhere.is_empty() && !confirm {
        return None;
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        if !elsewhere.is_empty() {
            settings.sources.warnings.push(format!(
                "loading {}, which is not this machine, without a question: there is no terminal \
                 to ask on (--yes says that this is meant)",
                elsewhere.join(", ")
            ));
        }
        return None;
    }
    if answered_yes(&format!("{}\nGo on? [y/N] ", settings.load_text())) {
        return None;
    }
    let _ = writeln!(anstream::stderr(), "Nothing was sent (--yes asks no question).");
    Some(exit::INTERRUPTED)
}

/// Asks before something that cannot be undone; whether the answer is yes.
///
/// # Errors
/// There is nobody to ask.
pub(crate) fn confirm(question: &str) -> Result<bool, CliError> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let text = format!(
            "{question} Nothing is done: there is no terminal to ask on (--yes says that it is meant)"
        );
        return Err(CliError::Usage(text));
    }
    Ok(answered_yes(&format!("{question} [y/N] ")))
}

fn answered_yes(question: &str) -> bool {
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{question}");
    let _ = stderr.flush();
    let mut answer = String::new();
    // A keyboard that is gone has not said yes.
    let _ = io::stdin().lock().read_line(&mut answer);
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
