//! Questions before something that cannot be undone.

use std::io::{self, IsTerminal, Write};

/// Whoever can be asked.
pub trait Ask {
    /// Asks for a yes; `None` when nobody is there to answer.
    fn confirm(&mut self, question: &str) -> Option<bool>;
}

/// The person at the terminal, if there is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

impl Ask for Terminal {
    fn confirm(&mut self, question: &str) -> Option<bool> {
        let (mut error, input) = (io::stderr(), io::stdin());
        if !(input.is_terminal() && error.is_terminal()) {
            return None;
        }
        write!(error, "{question} [y/N] ").and_then(|()| error.flush()).ok()?;
        let mut answer = String::new();
        input.read_line(&mut answer).ok()?;
        let answer = answer.trim();
        Some(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"))
    }
}
