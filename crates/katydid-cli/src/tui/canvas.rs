//! What a frame costs the terminal: the bytes that make one of the last, cell by cell.
//!
//! Frames are `ratatui-core`'s buffers, and it tells their differences. What is written are the few
//! sequences that every terminal knows; a library for all terminals of all systems would be larger than
//! the view.

use std::fmt::Write as _;

use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier};

/// What stands on the screen.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    last: Buffer,
}

impl Canvas {
    /// The bytes that make `next` stand on the screen; `anew`, whatever stands there.
    pub(super) fn change_to(&mut self, next: Buffer, anew: bool) -> String {
        let mut bytes = String::new();
        if anew || self.last.area != next.area {
            bytes += "\x1b[0m\x1b[H\x1b[2J";
            self.last = Buffer::empty(next.area);
        }
        let (mut place, mut look) = (None, Look::default());
        for (x, y, cell) in self.last.diff(&next) {
            if place != Some((x, y)) {
                let _ = write!(bytes, "\x1b[{};{}H", y + 1, x + 1);
            }
            if look != Look::of(cell) {
                look = Look::of(cell);
                look.put(&mut bytes);
            }
            bytes += cell.symbol();
            // After a wide character the terminal is told again where it is.
            place = Some((x + 1, y));
        }
        if look != Look::default() {
            bytes += "\x1b[0m";
        }
        self.last = next;
        bytes
    }
}

/// A frame of this size with nothing on it.
pub(super) fn empty((width, height): (u16, u16)) -> Buffer {
    Buffer::empty(Rect::new(0, 0, width, height))
}

/// Colour and weight of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Look {
    colour: Color,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self { colour: cell.fg, modifier: cell.modifier }
    }

    fn put(self, bytes: &mut String) {
        *bytes += "\x1b[0";
        let modifiers = [
            (Modifier::BOLD, ";1"),
            (Modifier::DIM, ";2"),
            (Modifier::UNDERLINED, ";4"),
            (Modifier::REVERSED, ";7"),
        ];
        let worn = modifiers.iter().filter(|(modifier, _)| self.modifier.contains(*modifier));
        bytes.extend(worn.map(|(_, code)| *code));
        *bytes += match self.colour {
            Color::Red => ";31",
            Color::Green => ";32",
            Color::Yellow => ";33",
            Color::Cyan => ";36",
            _ => "",
        };
        *bytes += "m";
    }
}

#[cfg(test)]
mod tests {
    use ratatui_core::style::Style;

    use super::*;

    fn frame(text: &str, style: Style) -> Buffer {
        let mut buffer = empty((20, 2));
        buffer.set_string(2, 1, text, style);
        buffer
    }

    #[test]
    fn only_what_changes_is_written() {
        let mut canvas = Canvas::default();
        let first = canvas.change_to(frame("12req/s", Style::new()), false);
        assert_eq!(first, "\x1b[0m\x1b[H\x1b[2J\x1b[2;3H12req/s");
        assert_eq!(canvas.change_to(frame("12req/s", Style::new()), false), "");
        assert_eq!(canvas.change_to(frame("13req/s", Style::new()), false), "\x1b[2;4H3");
        let red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
        let bold = canvas.change_to(frame("13req/s", red), false);
        assert_eq!(bold, "\x1b[2;3H\x1b[0;1;31m13req/s\x1b[0m");
        let anew = canvas.change_to(frame("13req/s", Style::new()), true);
        assert_eq!(anew, "\x1b[0m\x1b[H\x1b[2J\x1b[2;3H13req/s");
        assert_eq!(canvas.change_to(empty((5, 5)), false), "\x1b[0m\x1b[H\x1b[2J");
    }

    #[test]
    fn after_a_wide_character_the_place_is_told() {
        let wide = Canvas::default().change_to(frame("日a", Style::new()), false);
        assert_eq!(wide, "\x1b[0m\x1b[H\x1b[2J\x1b[2;3H日\x1b[2;5Ha");
    }
}
