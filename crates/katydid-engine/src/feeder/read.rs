//! From the text of a file to rows of a type, or to the place of the first mistake.

use std::path::Path;

use csv::{ErrorKind, Reader, StringRecord};
use serde::de::DeserializeOwned;

use super::error::FeederError;

/// The name and the text of a file.
pub(super) fn file(path: &Path) -> Result<(String, Vec<u8>), FeederError> {
    match std::fs::read(path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(fault) => Err(FeederError::File { path: path.to_owned(), fault }),
    }
}

/// Rows of CSV with a head.
pub(super) fn csv<T: DeserializeOwned>(source: &str, text: &[u8]) -> Result<Vec<T>, FeederError> {
    let mut reader = Reader::from_reader(without_mark(text));
    let head = reader.headers().map_err(|error| csv_fault(source, &StringRecord::new(), error))?;
    let head = head.clone();
    reader.deserialize().map(|row| row.map_err(|error| csv_fault(source, &head, error))).collect()
}

/// Rows of JSON: one array, or values one after the other.
pub(super) fn json<T: DeserializeOwned>(source: &str, text: &[u8]) -> Result<Vec<T>, FeederError> {
    let text = without_mark(text);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let rows = if first == Some(&b'[') {
        serde_json::from_slice(text)
    } else {
        serde_json::Deserializer::from_slice(text).into_iter().collect()
    };
    rows.map_err(|error| json_fault(source, &error))
}

/// Spreadsheets write a byte order mark; it is no part of the first column's name.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

fn csv_fault(source_name: &str, head: &StringRecord, error: csv::Error) -> FeederError {
    let line = error.position().map_or(1, csv::Position::line);
    let (field, fault) = match error.kind() {
        ErrorKind::Deserialize { err, .. } => (err.field(), err.kind().to_string()),
        ErrorKind::Utf8 { err, .. } => (Some(err.field() as u64), "it is not UTF-8".to_owned()),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            (None, format!("{len} fields, and the first line names {expected_len}"))
        }
        _ => (None, error.to_string()),
    };
    let name = |field: u64| match head.get(field as usize) {
        Some(name) => format!("`{name}`"),
        None => (field + 1).to_string(),
    };
    let (source_name, column) = (source_name.to_owned(), field.map(name));
    let hint =
        if fault.starts_with("missing field") { "; the first line must name it" } else { "" };
    FeederError::Row { source_name, line, column, fault: fault + hint }
}

fn json_fault(source_name: &str, error: &serde_json::Error) -> FeederError {
    let (line, column) = (error.line() as u64, error.column());
    let fault = error.to_string();
    let place = format!(" at line {line} column {column}");
    let fault = fault.strip_suffix(&place).unwrap_or(&fault).to_owned();
    let source_name = source_name.to_owned();
    FeederError::Row { source_name, line, column: Some(column.to_string()), fault }
}
