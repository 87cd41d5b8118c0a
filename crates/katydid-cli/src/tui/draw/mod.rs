//! One frame: what a view looks like on a terminal of any size.
//!
//! Everything is lines of text. From top to bottom: what runs and how far (`head.rs`), the probes of a
//! search (`search.rs`), the requests by name (`requests.rs`), the verdict of now (`judged.rs`), what
//! happened last (`events.rs`), the keys (`foot.rs`). Sections that do not fit say what they leave out.

mod events;
mod foot;
mod head;
mod judged;
mod requests;
mod search;
mod words;

use katydid_core::Row;
use katydid_web::{Run, Search, Stage, View};
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::Color;
use ratatui_core::text::Line;
use ratatui_core::widgets::Widget as _;

use super::trends::Trends;

/// Everything that is drawn.
pub(super) struct Scene<'a> {
    pub(super) view: &'a View,
    /// All requests of the run of the view.
    pub(super) all: Option<&'a Row>,
    pub(super) trends: &'a Trends,
    /// A line of the log that is new.
    pub(super) news: Option<&'a str>,
    /// Enter opens the live page.
    pub(super) has_page: bool,
    pub(super) colour: bool,
}

/// Draws a scene.
pub(super) fn draw(frame: &mut Buffer, scene: &Scene<'_>) {
    let area = frame.area;
    let lines = lines(scene, usize::from(area.width), usize::from(area.height));
    for (row, line) in (area.top()..area.bottom()).zip(lines) {
        line.render(Rect { y: row, height: 1, ..area }, frame);
    }
    if !scene.colour {
        for cell in &mut frame.content {
            (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
        }
    }
}

/// The lines of a frame.
fn lines(scene: &Scene<'_>, width: usize, height: usize) -> Vec<Line<'static>> {
    let (Some(run), Some(all), Stage::On) = (&scene.view.run, scene.all, scene.view.stage) else {
        return vec![Line::from("The run is being prepared …")];
    };
    let foot = foot::lines(scene, run, width);
    let search = scene.view.search.as_deref();
    let mut lines = head::lines((run, search.is_some()), all, scene.trends, (width, height));
    let mut room = height.saturating_sub(lines.len() + foot.len());
    if let Some(search) = search {
        let of_search = search::lines(search, width, probes(search, room));
        room -= of_search.len();
        lines.extend(of_search);
    }
    lines.extend(middle(run, width, room));
    let above = height.saturating_sub(foot.len());
    lines.resize(above, Line::default());
    lines.extend(foot);
    lines
}

/// Lines for the probes of a search: a third of the room, and never so few that only the title has one.
fn probes(search: &Search, room: usize) -> usize {
    search::height(search).min((room / 3).max(2)).min(room)
}

/// The sections between head and foot. Each gets its share of the room first, then what others leave:
/// the verdict, then events, then requests.
fn middle(run: &Run, width: usize, room: usize) -> Vec<Line<'static>> {
    let judged = judged::Judged::of(run);
    let events = events::Events::of(run);
    let table = requests::Requests::of(run);
    // Half of it is for requests; verdict and events have two lines even on a low terminal.
    let share = (room / 4).max(room.min(6) / 3);
    let wanted = [judged.height(), events.height(), table.height()];
    let mut given = [share, share, room - 2 * share];
    for (given, wanted) in given.iter_mut().zip(wanted) {
        *given = wanted.min(*given);
    }
    let mut left = room - given.iter().sum::<usize>();
    for (given, wanted) in given.iter_mut().zip(wanted) {
        let more = left.min(wanted - *given);
        *given += more;
        left -= more;
    }
    let mut lines = table.lines(width, given[2]);
    lines.extend(judged.lines(width, given[0]));
    lines.extend(events.lines(width, given[1]));
    lines
}
