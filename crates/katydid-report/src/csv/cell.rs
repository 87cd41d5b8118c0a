//! Cells and records: Locust's dialect, numbers as Python writes them, texts made harmless.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};

/// A file in memory with Locust's dialect: commas, quotes only where needed, CRLF.
pub(super) struct File(Writer<Vec<u8>>);

impl File {
    pub(super) fn new() -> Self {
        Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new()))
    }

    pub(super) fn with_header(header: &[&str]) -> Self {
        let mut file = Self::new();
        file.record(header);
        file
    }

    pub(super) fn record<T: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.write_record(cells).expect("memory takes everything and records have equal lengths");
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner().expect("memory takes everything")
    }
}

/// A text of the suite or the target as a cell that no spreadsheet takes for a formula.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    // The wide forms run too where a spreadsheet is set to Chinese or Japanese.
    let runs = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    };
    // Quotes before it count too, so that `=x` and `'=x` stay different.
    if text.trim_start_matches('\'').starts_with(runs) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The shortest text that reads as the same number, with a point: `18.0`, `2.9330701`.
pub(super) fn float(value: f64) -> String {
    format!("{value:?}")
}
