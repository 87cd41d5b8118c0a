//! Markup: text is escaped on its way in, so that no section can forget it.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::text::clean;

/// A cell of a table.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// Words, set to the left.
    Text(String),
    /// A sentence of ours: what stands in backticks is set as code.
    Told(String),
    /// A number, set to the right.
    Number(String),
    /// A number that should be 0, set to the right.
    Fault(u64),
    /// Good or bad news.
    Word(bool, String),
    /// A share from 0 to 1 as a bar with its number.
    Bar(f64),
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn told(text: impl Into<String>) -> Self {
        Self::Told(text.into())
    }

    pub(crate) fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    /// The class of its element, and what it says.
    fn said(&self) -> (&'static str, String) {
        match self {
            Self::Text(text) | Self::Told(text) => ("", text.clone()),
            Self::Number(text) => ("n", text.clone()),
            Self::Fault(0) => ("n", "0".to_owned()),
            Self::Fault(count) => ("n bad", count.to_string()),
            Self::Word(true, text) => ("good", text.clone()),
            Self::Word(false, text) => ("bad", text.clone()),
            Self::Bar(share) => ("n bar", format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0)),
        }
    }

    /// `label` is the heading of its column, for where heads have no room.
    fn write(&self, label: Option<&str>, out: &mut String) {
        let (class, text) = self.said();
        let text = if matches!(self, Self::Told(_)) { told(&text) } else { escape(&text) };
        let label = label.map_or_else(String::new, |label| {
            format!(" data-label=\"{}\"", escape(label.trim_start_matches('#')))
        });
        *out += &match (self, class) {
            // A picture and not a style: the policy of the page forbids styles of single cells.
            (Self::Bar(_), _) => format!(
                "<td class=\"{class}\"><svg aria-hidden=\"true\"><rect width=\"{text}\" \
                 height=\"100%\"/></svg>{text}</td>"
            ),
            (_, "") => format!("<td{label}>{text}</td>"),
            (_, class) => format!("<td class=\"{class}\"{label}>{text}</td>"),
        };
    }
}

/// As `Tables.show` of the script takes it: text, class, and the share of a bar.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (class, text) = self.said();
        let mut cell = to.serialize_struct("Cell", 3)?;
        cell.serialize_field("text", &clean(&text))?;
        if !class.is_empty() {
            cell.serialize_field("class", class)?;
        }
        if let Self::Bar(share) = self {
            cell.serialize_field("share", &share.clamp(0.0, 1.0))?;
        }
        cell.end()
    }
}

/// A section with a heading, a sentence below it and a table. Nothing without rows.
pub(crate) struct Section<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    /// If it has two lines, the first is what matters most of the section.
    pub(crate) note: &'a str,
    /// Headings; those that begin with `#` stand over numbers.
    pub(crate) columns: &'a [&'a str],
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The last row sums up the others.
    pub(crate) total: bool,
    /// Rows are those of the data, in its order, and can be filtered.
    pub(crate) keyed: bool,
}

/// As `Tables.show` of the script takes it.
impl<'a> Serialize for Section<'a> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Column<'a> {
            name: &'a str,
            number: bool,
        }
        let column = |name: &&'a str| Column {
            name: name.trim_start_matches('#'),
            number: name.starts_with('#'),
        };
        let mut table = to.serialize_struct("Table", 6)?;
        table.serialize_field("id", self.id)?;
        table.serialize_field("title", self.title)?;
        table.serialize_field("note", self.note)?;
        table.serialize_field("columns", &self.columns.iter().map(column).collect::<Vec<_>>())?;
        table.serialize_field("rows", &self.rows)?;
        table.serialize_field("total", &self.total)?;
        table.end()
    }
}

impl Section<'_> {
    pub(crate) fn write(&self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        let (id, title) = (self.id, escape(self.title));
        *out += &format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n");
        let (lead, note) = self.note.split_once('\n').unwrap_or(("", self.note));
        for (class, text) in [("lead", lead), ("note", note)] {
            if !text.is_empty() {
                *out += &format!("<p class=\"{class}\">{}</p>\n", told(text));
            }
        }
        // Where most columns are words, a phone shows each row as a card.
        let cards = self.columns.iter().filter(|name| name.starts_with('#')).count() < 2;
        let class = if cards { " class=\"cards\"" } else { "" };
        // Wide tables scroll by themselves, with the keyboard too.
        *out += &format!(
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{id}\">\n\
             <table data-sort{class}>\n<thead><tr>"
        );
        for column in self.columns {
            *out += &match column.strip_prefix('#') {
                Some(number) => format!("<th scope=\"col\" class=\"n\">{}</th>", escape(number)),
                None => format!("<th scope=\"col\">{}</th>", escape(column)),
            };
        }
        *out += "</tr></thead>\n<tbody>\n";
        for (at, row) in self.rows.iter().enumerate() {
            let last = self.total && at + 1 == self.rows.len();
            *out += &match (last, self.keyed) {
                (true, _) => "<tr class=\"total\">".to_owned(),
                (false, true) => format!("<tr data-row=\"{at}\">"),
                (false, false) => "<tr>".to_owned(),
            };
            for (cell, column) in row.iter().zip(self.columns) {
                cell.write(cards.then_some(column), out);
            }
            *out += "</tr>\n";
        }
        *out += "</tbody>\n</table>\n</div>\n</section>\n";
    }
}

/// A sentence of ours in markup: what stands in backticks is code. One backtick too many, as a foreign
/// text may have it, and all of them stay what they are.
pub(crate) fn told(text: &str) -> String {
    if !text.matches('`').count().is_multiple_of(2) {
        return escape(text);
    }
    let parts = text.split('`').enumerate();
    let part = |(at, part): (usize, &str)| match at % 2 {
        1 => format!("<code>{}</code>", escape(part)),
        _ => escape(part),
    };
    parts.map(part).collect()
}

/// `text` as it can stand in markup and in quoted attributes; what is not printable is shown.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in clean(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}
