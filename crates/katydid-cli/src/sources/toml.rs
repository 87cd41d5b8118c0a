//! Settings in TOML: the tables `[tool.locust]` and `[tool.katydid]`.

use ::toml::Spanned;
use ::toml::de::{DeString, DeTable, DeValue};

use super::{Entry, Value};

/// The settings of one table.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Of `[tool.katydid]`.
    pub(super) katydid: Option<Vec<Entry>>,
    /// Of `[tool.locust]`.
    pub(super) locust: Option<Vec<Entry>>,
}

/// Reads a file's text.
///
/// # Errors
/// The number of a line and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Tables, (usize, String)> {
    let document = DeTable::parse(text).map_err(|fault| {
        let at = fault.span().map_or(0, |span| span.start);
        (line(text, at), fault.message().to_owned())
    })?;
    let Some(tool) = table(document.get_ref(), "tool") else { return Ok(Tables::default()) };
    let entries = |name| table(tool, name).map(|table| entries(text, table)).transpose();
    Ok(Tables { katydid: entries("katydid")?, locust: entries("locust")? })
}

fn table<'t>(of: &'t DeTable<'_>, name: &str) -> Option<&'t DeTable<'t>> {
    match of.get(name)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn entries(text: &str, table: &DeTable<'_>) -> Result<Vec<Entry>, (usize, String)> {
    let mut entries = table
        .iter()
        .map(|(key, value)| entry(text, key, value.get_ref()))
        .collect::<Result<Vec<Entry>, _>>()?;
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn entry(
    text: &str,
    key: &Spanned<DeString<'_>>,
    value: &DeValue<'_>,
) -> Result<Entry, (usize, String)> {
    let line = line(text, key.span().start);
    let key = key.get_ref().to_string();
    let wrong = || (line, format!("{key} must be a text, a number, true, false or a list of them"));
    let value = match value {
        DeValue::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| one(item.get_ref())).collect();
            Value::Many(items.ok_or_else(wrong)?)
        }
        single => Value::One(one(single).ok_or_else(wrong)?),
    };
    Ok(Entry { key, value, line })
}

fn one(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_read_with_their_lines() {
        let text = "[project]\nname = \"x\"\n\n[tool.locust]\nusers = 5\ntags = [\"a\", \"b\"]\n\
                    headless = true\n[tool.katydid]\nspawn_rate = 2.5\n";
        let tables = parse(text).unwrap();
        let of = |entries: Option<Vec<Entry>>| -> Vec<String> {
            let entries = entries.unwrap().into_iter();
            entries.map(|e| format!("{}:{}={}", e.line, e.key, e.value)).collect()
        };
        assert_eq!(of(tables.locust), ["5:users=5", "6:tags=[a, b]", "7:headless=true"]);
        assert_eq!(of(tables.katydid), ["9:spawn_rate=2.5"]);
    }

    #[test]
    fn what_is_no_setting_has_a_line() {
        let (line, text) = parse("[tool.locust]\nusers = 5\nx = 1979-05-27\n").unwrap_err();
        assert_eq!(
            (line, text.as_str()),
            (3, "x must be a text, a number, true, false or a list of them")
        );
        assert_eq!(parse("a = 1\n[tool").unwrap_err().0, 2);
        assert!(parse("[project]\n").unwrap().locust.is_none());
    }
}
