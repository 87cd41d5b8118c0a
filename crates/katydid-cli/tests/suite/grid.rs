//! What stands on a terminal after everything that was written to it.

/// The lines of a window of this size, of the second screen if it was the last that was taken. Of
/// escape sequences it knows those that full screens are drawn with.
pub(crate) fn lines(written: &str, (columns, rows): (usize, usize)) -> Vec<String> {
    let mut grid = Grid { cells: vec![vec![' '; columns]; rows], row: 0, column: 0 };
    let mut rest = written.rsplit_once("\u{1b}[?1049h").map_or(written, |(_, rest)| rest);
    while let Some(c) = rest.chars().next() {
        match rest.strip_prefix("\u{1b}[") {
            Some(sequence) => {
                let Some(end) = sequence.find(|c: char| c.is_ascii_alphabetic()) else { break };
                grid.obey(&sequence[..end], &sequence[end..=end]);
                rest = &sequence[end + 1..];
            }
            None => {
                grid.put(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    grid.cells.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned()).collect()
}

struct Grid {
    cells: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Grid {
    fn obey(&mut self, numbers: &str, what: &str) {
        let numbers: Vec<usize> = numbers.split(';').filter_map(|it| it.parse().ok()).collect();
        match what {
            "H" => {
                let at = |index: usize| numbers.get(index).map_or(0, |number| number - 1);
                (self.row, self.column) = (at(0), at(1));
            }
            "J" => {
                self.clear_line();
                let below = self.row + 1;
                self.cells.iter_mut().skip(below).for_each(|line| line.fill(' '));
            }
            "K" => self.clear_line(),
            _ => {}
        }
    }

    fn clear_line(&mut self) {
        let column = self.column;
        if let Some(line) = self.cells.get_mut(self.row) {
            line.iter_mut().skip(column).for_each(|cell| *cell = ' ');
        }
    }

    fn put(&mut self, c: char) {
        match c {
            '\r' => self.column = 0,
            '\n' => self.row += 1,
            c => {
                if let Some(cell) =
                    self.cells.get_mut(self.row).and_then(|line| line.get_mut(self.column))
                {
                    *cell = c;
                }
                self.column += 1;
            }
        }
    }
}
