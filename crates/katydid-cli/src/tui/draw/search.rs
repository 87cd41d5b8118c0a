//! A search for a capacity: what is known so far, and its probes, the newest first.

use katydid_core::{Bracket, counted};
use katydid_web::Search;
use ratatui_core::style::{Color, Stylize as _};
use ratatui_core::text::{Line, Span};

use super::words::{beginning, coloured, rule};

/// Lines that all of it would take.
pub(super) fn height(search: &Search) -> usize {
    1 + search.probes.len()
}

pub(super) fn lines(search: &Search, width: usize, room: usize) -> Vec<Line<'static>> {
    if room == 0 {
        return Vec::new();
    }
    let mut lines = vec![rule(title(search.bracket), width)];
    let newest = search.probes.iter().rev().take(room - 1);
    lines.extend(newest.map(|probe| Line::from(beginning(probe, width))));
    lines
}

/// `SEARCH: 4 users held, 8 broke`.
fn title(Bracket { held, broke }: Bracket) -> Vec<Span<'static>> {
    let held_text =
        held.map(|held| coloured(format!("{} held", counted(held, "user")), Color::Green));
    let broke_text = broke.map(|broke| {
        let users = if held.is_some() { broke.to_string() } else { counted(broke, "user") };
        coloured(format!("{users} broke"), Color::Red)
    });
    let known: Vec<Span<'static>> = held_text.into_iter().chain(broke_text).collect();
    let mut title = vec![Span::from("SEARCH: ")];
    if known.is_empty() {
        title.push(Span::from("nothing is known yet"));
    }
    for (at, part) in known.into_iter().enumerate() {
        if at > 0 {
            title.push(Span::from(", "));
        }
        title.push(part.bold());
    }
    title
}
