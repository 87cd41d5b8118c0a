//! The foot of a frame: a line of the log that is new, and the keys.

use katydid_core::RunState;
use katydid_web::Run;
use ratatui_core::style::{Color, Stylize as _};
use ratatui_core::text::{Line, Span};

use super::Scene;
use super::words::{beginning, coloured};

pub(super) fn lines(scene: &Scene<'_>, run: &Run, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> =
        scene.news.map(|line| Line::from(news(line, width))).into_iter().collect();
    lines.push(keys(run, scene.view.search.is_some(), scene.has_page));
    lines
}

/// The words of a line of the log; its level is its colour.
fn news(line: &str, width: usize) -> Span<'static> {
    let (head, words) = line.split_once("/katydid.main: ").unwrap_or(("", line));
    let words = beginning(words, width);
    match head.rsplit('/').next() {
        Some("WARNING") => coloured(words, Color::Yellow),
        Some("ERROR" | "CRITICAL") => coloured(words, Color::Red),
        _ => Span::from(words),
    }
}

/// What keys do now.
fn keys(run: &Run, of_search: bool, has_page: bool) -> Line<'static> {
    let (users, pause) = ("w W +1 +10  s S -1 -10", if run.paused { "p go on" } else { "p pause" });
    let keys = match (run.state, run.header.load.open) {
        // The end of a probe is the end of it alone.
        (RunState::Stopping, _) if !of_search => vec!["q Ctrl-C leave at once"],
        _ if of_search => vec!["q Ctrl-C stop"],
        (_, false) => vec![users, pause, "q Ctrl-C stop"],
        (_, true) => vec![pause, "q Ctrl-C stop"],
    };
    let page = has_page.then_some("Enter page");
    let keys: Vec<&str> = keys.into_iter().chain(page).collect();
    Line::from(Span::from(keys.join("  ")).dim())
}
