//! What a worker and its service say to each other: the document in, its end of file; one word, and
//! after a line end the text, out.

use std::io::{self, Read, Write};

use super::document::outcome;

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Text(String),
    /// There are pictures at most.
    NoText,
    /// It opens with a password only.
    Protected,
    /// It is no PDF, or none that can be read.
    Broken,
}

/// The worker's side: reads a document to its end and writes what became of it.
///
/// To be run in a process of its own, which has bounded itself before: a document may make this
/// panic, overflow the stack, loop or ask for any memory.
///
/// # Errors
/// When the document cannot be read or the answer cannot be written.
pub fn read_pdf(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut document = Vec::new();
    input.read_to_end(&mut document)?;
    output.write_all(outcome(&document).to_string().as_bytes())?;
    output.flush()
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "text\n{text}"),
            Self::NoText => f.write_str("no text\n"),
            Self::Protected => f.write_str("protected\n"),
            Self::Broken => f.write_str("broken\n"),
        }
    }
}

impl Outcome {
    /// The service's side. What is no answer comes from a worker that died of its document.
    pub(crate) fn parse(answer: &[u8]) -> Self {
        let answer = String::from_utf8_lossy(answer);
        match answer.split_once('\n') {
            Some(("text", text)) => Self::Text(text.to_owned()),
            Some(("no text", _)) => Self::NoText,
            Some(("protected", _)) => Self::Protected,
            _ => Self::Broken,
        }
    }
}
