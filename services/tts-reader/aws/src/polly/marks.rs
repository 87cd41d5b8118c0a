//! Speech marks, as Polly tells them: a JSON object a line, in bytes of the text.

use serde::Deserialize;

/// Where a stretch of the text begins to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Start in the audio, in milliseconds.
    pub time_ms: u64,
    /// Word or sentence.
    pub kind: MarkKind,
    /// Start in the text, in bytes of UTF-8.
    pub start_byte: usize,
    /// End in the text, in bytes (exclusive).
    pub end_byte: usize,
}

/// What a [`Mark`] covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkKind {
    /// A whole sentence.
    Sentence,
    /// A word.
    Word,
}

/// A line of Polly's.
#[derive(Deserialize)]
struct Told {
    time: u64,
    r#type: MarkKind,
    start: usize,
    end: usize,
}

/// The marks of a text, in the order in which they are told.
///
/// # Errors
/// A line that is no mark, or that covers no whole characters of the text.
pub(super) fn marks(lines: &[u8], text: &str) -> Result<Vec<Mark>, String> {
    let lines = std::str::from_utf8(lines).map_err(|error| error.to_string())?;
    let lines = lines.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let told: Told = serde_json::from_str(line).map_err(|error| error.to_string())?;
            let Told { time: time_ms, r#type: kind, start: start_byte, end: end_byte } = told;
            if text.get(start_byte..end_byte).is_none_or(str::is_empty) {
                let length = text.len();
                return Err(format!("no text from {start_byte} to {end_byte} of {length} bytes"));
            }
            Ok(Mark { time_ms, kind, start_byte, end_byte })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Mark, MarkKind, marks};

    #[test]
    fn lines_are_marks_in_bytes() {
        let lines = br#"{"time":0,"type":"sentence","start":0,"end":7,"value":"whatever"}

{"time":6,"type":"word","start":0,"end":3,"value":"x"}
"#;
        let mark =
            |time_ms, kind, start_byte, end_byte| Mark { time_ms, kind, start_byte, end_byte };
        let expected = [mark(0, MarkKind::Sentence, 0, 7), mark(6, MarkKind::Word, 0, 3)];
        assert_eq!(marks(lines, "Ça va?").unwrap(), expected);
        assert_eq!(marks(b"", "Ça va?").unwrap(), []);
    }

    #[test]
    fn marks_of_no_text_and_lines_that_are_none_are_refused() {
        for line in [
            r#"{"time":0,"type":"word","start":0,"end":99}"#,
            r#"{"time":0,"type":"word","start":1,"end":3}"#,
            r#"{"time":0,"type":"word","start":3,"end":3}"#,
            r#"{"time":0,"type":"word","start":3,"end":2}"#,
            r#"{"time":0,"type":"viseme","start":0,"end":1}"#,
            r#"{"time":0,"type":"wo"#,
        ] {
            assert!(marks(line.as_bytes(), "Ça va?").is_err(), "{line}");
        }
        assert!(marks(b"\xff", "Ça va?").is_err());
    }
}
