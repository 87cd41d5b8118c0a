//! Columns and lines: the drawing that all tables share.

use crate::text;

/// Below this, names say nothing any more and columns go instead.
const LEAST_NAME: usize = 24;

/// One column of a table.
#[derive(Clone, Copy)]
pub(super) struct Column {
    title: &'static str,
    width: usize,
    right: bool,
    group: u8,
    /// When the terminal is narrow: the highest goes first, 0 stays.
    expendable: u8,
}

impl Column {
    /// Text, set to the left.
    pub(super) const fn left(title: &'static str, width: usize) -> Self {
        Self { title, width, right: false, group: 0, expendable: 0 }
    }

    /// A number, set to the right.
    pub(super) const fn right(title: &'static str, width: usize) -> Self {
        Self { title, width, right: true, group: 0, expendable: 0 }
    }

    /// A bar separates it from columns of another group.
    pub(super) const fn group(mut self, group: u8) -> Self {
        self.group = group;
        self
    }

    /// It may go when the terminal is narrow: the highest `rank` first.
    pub(super) const fn expendable(mut self, rank: u8) -> Self {
        self.expendable = rank;
        self
    }
}

enum Line {
    Cells(Vec<String>),
    Rule,
}

/// A table under construction. Columns grow with their cells; cells are cleaned here, so that no
/// table can forget it.
pub(super) struct Grid {
    columns: Vec<Column>,
    lines: Vec<Line>,
    /// The column that shrinks when the terminal is narrow.
    name: usize,
}

impl Grid {
    /// A table with its heading and a rule below it.
    pub(super) fn new(columns: impl IntoIterator<Item = Column>, name: usize) -> Self {
        let columns: Vec<Column> = columns.into_iter().collect();
        let titles = columns.iter().map(|column| column.title.to_owned()).collect();
        Self { columns, lines: vec![Line::Cells(titles), Line::Rule], name }
    }

    /// Adds a row, one cell per column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> =
            cells.into_iter().map(|cell| text::clean(&cell).into_owned()).collect();
        debug_assert_eq!(cells.len(), self.columns.len());
        self.lines.push(Line::Cells(cells));
    }

    /// Adds a rule.
    pub(super) fn rule(&mut self) {
        self.lines.push(Line::Rule);
    }

    /// Draws it for a terminal of `width` columns, or as wide as it is.
    pub(super) fn draw(mut self, width: Option<usize>) -> String {
        let mut widths: Vec<usize> = (0..self.columns.len()).map(|at| self.natural(at)).collect();
        if let Some(width) = width {
            self.squeeze(&mut widths, width);
        }
        let mut out = String::new();
        for line in &self.lines {
            let line = match line {
                Line::Cells(cells) => self.draw_cells(cells, &widths),
                Line::Rule => self.draw_rule(&widths),
            };
            out += line.trim_end();
            out.push('\n');
        }
        out
    }

    /// The width of a column that cuts nothing.
    fn natural(&self, at: usize) -> usize {
        self.longest_cell(at).max(self.columns[at].width)
    }

    fn longest_cell(&self, at: usize) -> usize {
        let cell = |line: &Line| match line {
            Line::Cells(cells) => text::width(&cells[at]),
            Line::Rule => 0,
        };
        self.lines.iter().map(cell).max().unwrap_or(0)
    }

    /// Takes columns out until the name has room, then gives the name what is left.
    fn squeeze(&mut self, widths: &mut Vec<usize>, terminal: usize) {
        let wanted = self.longest_cell(self.name).min(LEAST_NAME);
        let mut room = self.room_for_name(widths, terminal);
        while room < wanted {
            let least = (0..self.columns.len()).max_by_key(|at| self.columns[*at].expendable);
            match least.filter(|at| self.columns[*at].expendable > 0) {
                Some(at) => self.remove(at, widths),
                None => break,
            }
            room = self.room_for_name(widths, terminal);
        }
        let name = room.clamp(wanted.min(LEAST_NAME / 2), widths[self.name]);
        widths[self.name] = name;
        for line in &mut self.lines {
            if let Line::Cells(cells) = line {
                cells[self.name] = text::shorten(&cells[self.name], name).into_owned();
            }
        }
    }

    fn room_for_name(&self, widths: &[usize], terminal: usize) -> usize {
        let leads: usize = (0..self.columns.len()).map(|at| self.lead(at).len()).sum();
        let all = widths.iter().sum::<usize>() + leads;
        terminal.saturating_sub(all - widths[self.name])
    }

    fn remove(&mut self, at: usize, widths: &mut Vec<usize>) {
        self.columns.remove(at);
        widths.remove(at);
        for line in &mut self.lines {
            if let Line::Cells(cells) = line {
                cells.remove(at);
            }
        }
        self.name -= usize::from(at < self.name);
    }

    /// What stands before a column: a blank, or a bar where a group begins.
    fn lead(&self, at: usize) -> &'static str {
        match at.checked_sub(1).map(|before| self.columns[before].group) {
            None => "",
            Some(group) if group == self.columns[at].group => " ",
            Some(_) => " |",
        }
    }

    fn draw_cells(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, cell) in cells.iter().enumerate() {
            let blanks = " ".repeat(widths[at].saturating_sub(text::width(cell)));
            line += self.lead(at);
            if self.columns[at].right {
                line.extend([blanks.as_str(), cell]);
            } else {
                line.extend([cell.as_str(), &blanks]);
            }
        }
        line
    }

    fn draw_rule(&self, widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, width) in widths.iter().enumerate() {
            line += match self.lead(at) {
                "" => "",
                " " => "|",
                _ => "-|",
            };
            line += &"-".repeat(*width);
        }
        line
    }
}
