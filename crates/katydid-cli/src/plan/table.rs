//! TOML with lines: every mistake is told with the place where it stands.

use std::ops::Range;

use katydid_core::or_nearest;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::error::PlanError;
use super::keys::LATER;

/// The text that is read, for lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'p> {
    /// The file as it was named.
    pub(super) origin: &'p str,
    pub(super) text: &'p str,
}

impl Source<'_> {
    /// An error at a place of the text.
    pub(super) fn wrong(&self, at: Range<usize>, what: impl Into<String>) -> PlanError {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        PlanError { origin: self.origin.to_owned(), line, what: what.into() }
    }
}

/// A key of a table with its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'p> {
    pub(super) source: Source<'p>,
    /// The table that it is in, as a person writes it: `scenario.smoke`.
    pub(super) within: &'p str,
    name: &'p Spanned<DeString<'p>>,
    value: &'p Spanned<DeValue<'p>>,
}

/// The entries of a table in the order of the file.
pub(super) fn entries<'p>(
    source: Source<'p>,
    within: &'p str,
    table: &'p DeTable<'p>,
) -> Vec<Entry<'p>> {
    let mut entries: Vec<Entry<'p>> =
        table.iter().map(|(name, value)| Entry { source, within, name, value }).collect();
    entries.sort_by_key(|entry| entry.name.span().start);
    entries
}

impl<'p> Entry<'p> {
    pub(super) fn name(&self) -> &'p str {
        self.name.get_ref()
    }

    /// An error at the key.
    pub(super) fn wrong(&self, what: impl Into<String>) -> PlanError {
        self.source.wrong(self.name.span(), what)
    }

    /// An error at the value.
    pub(super) fn wrong_value(&self, what: impl Into<String>) -> PlanError {
        self.source.wrong(self.value.span(), what)
    }

    /// A key that is none.
    pub(super) fn unknown(&self, known: &[&str]) -> PlanError {
        let (name, within) = (self.name(), self.within);
        let place = if within.is_empty() { String::new() } else { format!(" in [{within}]") };
        if LATER.contains(&name) {
            let text = format!("`{name}`{place} comes with a later version; leave it out");
            return self.wrong(text);
        }
        let nearest = or_nearest(name, known.iter().copied());
        let kind = if within.is_empty() { "table" } else { "key" };
        self.wrong(format!("unknown {kind} `{name}`{place}; {nearest}"))
    }

    pub(super) fn table(&self) -> Result<&'p DeTable<'p>, PlanError> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong_value(format!("`{}` is a table, not a value", self.name()))),
        }
    }

    pub(super) fn text(&self) -> Result<&'p str, PlanError> {
        match self.value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                Err(self.wrong_value(format!("`{}` is empty; leave it out", self.name())))
            }
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong_value(format!("`{0}` is a text: {0} = \"…\"", self.name()))),
        }
    }

    /// A number above 0.
    pub(super) fn number(&self) -> Result<f64, PlanError> {
        let number = match self.value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            DeValue::Float(number) => number.to_string().parse().ok(),
            _ => None,
        };
        number.filter(|number: &f64| number.is_finite() && *number > 0.0).ok_or_else(|| {
            self.wrong_value(format!("`{0}` is a number above 0: {0} = 10", self.name()))
        })
    }

    /// Yes or no.
    pub(super) fn switch(&self) -> Result<bool, PlanError> {
        match self.value.get_ref() {
            DeValue::Boolean(on) => Ok(*on),
            _ => Err(self.wrong_value(format!("`{0}` is true or false: {0} = true", self.name()))),
        }
    }

    /// A whole number above 0.
    pub(super) fn count(&self) -> Result<u32, PlanError> {
        let count = match self.value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            _ => None,
        };
        count.filter(|count| *count > 0).ok_or_else(|| {
            self.wrong_value(format!(
                "`{0}` is a whole number from 1 to 4294967295: {0} = 10",
                self.name()
            ))
        })
    }

    /// A text or a list of them, each with its place.
    pub(super) fn one_or_texts(&self) -> Result<Vec<Item<'p>>, PlanError> {
        match self.value.get_ref() {
            DeValue::String(_) => {
                let (source, text, at) = (self.source, self.text()?, self.value.span().start);
                Ok(vec![Item { source, text, at }])
            }
            _ => self.texts(),
        }
    }

    /// A list of texts, each with its place.
    pub(super) fn texts(&self) -> Result<Vec<Item<'p>>, PlanError> {
        let wrong = || format!("`{0}` is a list of texts: {0} = [\"…\"]", self.name());
        let DeValue::Array(items) = self.value.get_ref() else {
            return Err(self.wrong_value(wrong()));
        };
        if items.is_empty() {
            return Err(self.wrong_value(format!("`{}` is empty; leave it out", self.name())));
        }
        let item = |item: &'p Spanned<DeValue<'p>>| match item.get_ref() {
            DeValue::String(text) => Ok(Item { source: self.source, text, at: item.span().start }),
            _ => Err(self.source.wrong(item.span(), wrong())),
        };
        items.iter().map(item).collect()
    }
}

/// A text of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'p> {
    source: Source<'p>,
    pub(super) text: &'p str,
    at: usize,
}

impl Item<'_> {
    /// An error there.
    pub(super) fn wrong(&self, what: impl Into<String>) -> PlanError {
        self.source.wrong(self.at..self.at, what)
    }
}
