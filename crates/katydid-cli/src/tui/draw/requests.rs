//! Requests by name: as many rows as there is room for, and how many more there are.

use std::borrow::Cow;
use std::cmp::Reverse;

use katydid_core::{Row, RowKind};
use katydid_web::Run;
use ratatui_core::style::{Color, Stylize as _};
use ratatui_core::text::{Line, Span};

use super::words::{coloured, cut, left, millis, per_second, right};

/// Columns of a name at least, and of the type.
const NAME: usize = 16;
const TYPE: usize = 7;

/// A column of numbers: its heading, its width, what it shows, and from which width of the terminal.
type Number = (&'static str, usize, fn(&Row) -> String, usize);

const NUMBERS: [Number; 7] = [
    ("# reqs", 9, |row| row.requests().to_string(), 0),
    ("# fails", 8, |row| row.failures().to_string(), 0),
    ("p50", 7, |row| millis(row.response().quantile(0.5)), 72),
    ("p95", 7, |row| millis(row.response().quantile(0.95)), 0),
    ("p99", 7, |row| millis(row.response().quantile(0.99)), 80),
    ("max", 7, |row| millis(row.response().max()), 88),
    ("req/s", 8, |row| per_second(row.current_rates().0), 0),
];

/// The rows of a run: requests, then transactions, which are in no total.
pub(super) struct Requests<'a>(Vec<Cow<'a, Row>>);

impl<'a> Requests<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        let mut rows = run.snapshot.rows_by_name();
        rows.extend(run.snapshot.transactions().into_iter().map(Cow::Owned));
        Self(rows)
    }

    /// Lines that all of it would take.
    pub(super) fn height(&self) -> usize {
        1 + self.0.len()
    }

    pub(super) fn lines(&self, width: usize, room: usize) -> Vec<Line<'static>> {
        if room == 0 {
            return Vec::new();
        }
        let numbers: Vec<&Number> = NUMBERS.iter().filter(|(.., from)| width >= *from).collect();
        let taken: usize = numbers.iter().map(|(_, columns, ..)| columns).sum();
        let name = width.saturating_sub(taken + TYPE).max(NAME);
        let mut lines = vec![heading(&numbers, name)];
        let (kept, rest) = self.chosen(room - 1);
        lines.extend(kept.into_iter().map(|row| line(row, &numbers, name)));
        lines.extend(rest);
        lines
    }

    /// As many rows as fit, in their usual order: those that fail first, then those with the most
    /// requests. With a word on the others.
    fn chosen(&self, room: usize) -> (Vec<&Row>, Option<Line<'static>>) {
        if self.0.len() <= room {
            return (self.0.iter().map(|row| &**row).collect(), None);
        }
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by_key(|at| Reverse((self.0[*at].failures(), self.0[*at].requests())));
        let (kept, hidden) = order.split_at(room.saturating_sub(1));
        let failing = hidden.iter().filter(|at| self.0[**at].failures() > 0).count();
        let text = format!("and {} more", hidden.len());
        let rest = match failing {
            0 => Span::from(text).dim(),
            failing => coloured(format!("{text}, {failing} of them with failures"), Color::Red),
        };
        let mut kept = kept.to_vec();
        kept.sort_unstable();
        (kept.into_iter().map(|at| &*self.0[at]).collect(), Some(Line::from(rest)))
    }
}

fn heading(numbers: &[&Number], name: usize) -> Line<'static> {
    let mut text = left("Type", TYPE) + &left("Name", name);
    text.extend(numbers.iter().map(|(heading, columns, ..)| right(heading, *columns)));
    Line::from(Span::from(text).bold().underlined())
}

fn line(row: &Row, numbers: &[&Number], name: usize) -> Line<'static> {
    let key = &row.key;
    let method = match key.kind {
        RowKind::Request => &*key.method,
        RowKind::Transaction => "(flow)",
    };
    // A blank stands between the name and the first number.
    let name = left(&cut(&key.name, name - 1), name);
    let mut spans = vec![Span::from(left(&cut(method, TYPE - 1), TYPE) + &name)];
    spans.extend(numbers.iter().map(|(heading, columns, of, _)| {
        let text = right(&of(row), *columns);
        match *heading {
            "# fails" if row.failures() > 0 => coloured(text, Color::Red).bold(),
            _ => Span::from(text),
        }
    }));
    Line::from(spans)
}
