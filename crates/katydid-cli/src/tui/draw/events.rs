//! What happened last: marks of the run, failures and exceptions, the newest first.

use std::time::Duration;

use katydid_core::{Occasion, format_span};
use katydid_web::Run;
use ratatui_core::style::{Color, Stylize as _};
use ratatui_core::text::{Line, Span};

use super::words::{beginning, coloured, right, rule};

/// Columns of a moment.
const TIME: usize = 8;

/// What happened in a run.
pub(super) struct Events {
    title: String,
    events: Vec<Event>,
}

struct Event {
    /// When, or when last.
    at: Duration,
    colour: Option<Color>,
    text: String,
}

impl Events {
    pub(super) fn of(run: &Run) -> Self {
        let snapshot = &*run.snapshot;
        let marks = snapshot.marks().iter().map(|mark| Event {
            at: mark.at,
            colour: (mark.kind == Occasion::Warning).then_some(Color::Yellow),
            text: mark.text.clone(),
        });
        let of_monitors = snapshot.monitors.iter().flat_map(|monitor| {
            monitor.marks.iter().map(|mark| Event {
                at: mark.at,
                colour: None,
                text: format!("{}: {}", monitor.name, mark.text),
            })
        });
        let mut events: Vec<Event> = marks.chain(of_monitors).collect();
        let mut kinds = 0;
        for row in snapshot.failures().chain(snapshot.failed_transactions()) {
            let what = format!("{} {}", row.method, row.name);
            let text = format!("{}x {}: {}", row.count, what.trim(), row.error());
            events.push(Event { at: row.last, colour: Some(Color::Red), text });
            kinds += 1;
        }
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        let mut exceptions: Vec<_> = snapshot.exceptions().collect();
        exceptions.sort_by_key(|row| std::cmp::Reverse(row.count));
        // They have no moment; the most frequent stands for all.
        if let Some(row) = exceptions.first() {
            let text = format!("{}x exception in {}: {}", row.count, row.task.path(), row.message);
            let at = snapshot.elapsed;
            events.insert(0, Event { at, colour: Some(Color::Red), text });
        }
        let title = match (kinds, exceptions.len()) {
            (0, 0) => "Newest events".to_owned(),
            (1, 0) => "Newest events, 1 kind of failure".to_owned(),
            (kinds, 0) => format!("Newest events, {kinds} kinds of failures"),
            (kinds, others) => {
                format!("Newest events, kinds of failures: {kinds}, of exceptions: {others}")
            }
        };
        Self { title, events }
    }

    /// Lines that all of it would take.
    pub(super) fn height(&self) -> usize {
        if self.events.is_empty() { 0 } else { 1 + self.events.len() }
    }

    pub(super) fn lines(&self, width: usize, room: usize) -> Vec<Line<'static>> {
        if room == 0 {
            return Vec::new();
        }
        let mut lines = vec![rule(vec![Span::from(self.title.clone())], width)];
        let line = |event: &Event| {
            let at = Duration::from_secs(event.at.as_secs());
            let text = beginning(&event.text, width.saturating_sub(TIME + 2));
            Line::from(vec![
                Span::from(right(&format_span(at), TIME) + "  ").dim(),
                event.colour.map_or(Span::from(text.clone()), |colour| coloured(text, colour)),
            ])
        };
        lines.extend(self.events.iter().take(room - 1).map(line));
        lines
    }
}
