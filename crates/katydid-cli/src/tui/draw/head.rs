//! The head of a frame: what runs, how far it is, its load, its times, its curves.

use std::time::Duration;

use katydid_core::{Row, RunState, counted, format_span};
use katydid_report::text;
use katydid_web::Run;
use ratatui_core::style::{Color, Stylize as _};
use ratatui_core::text::{Line, Span};

use super::super::trends::{Column, Trends};
use super::words::{coloured, curve, cut, left, millis, per_second, percent, right};

/// Columns of a curve's name and number.
const NAME: usize = 12;
const NUMBER: usize = 8;
/// Columns of what is said of its time.
const TIME: usize = 10;

pub(super) fn lines(
    (run, of_search): (&Run, bool),
    all: &Row,
    trends: &Trends,
    (width, height): (usize, usize),
) -> Vec<Line<'static>> {
    let mut lines = vec![title(run, of_search, width), load(run, all), times(all)];
    // By the window alone: curves that grew and shrank with what else is said would be read wrongly.
    let each = match height {
        ..32 => 1,
        32..40 => 2,
        _ => 3,
    };
    lines.extend(curves(all, trends, width, each));
    lines
}

/// `shop-load smoke  http://127.0.0.1:5000        RUNNING  1m1s of 2m, 59s left`.
fn title(run: &Run, of_search: bool, width: usize) -> Line<'static> {
    let header = &run.header;
    let (word, colour) = match run.state {
        RunState::Stopping => ("STOPPING", Some(Color::Yellow)),
        _ if run.paused => ("PAUSED", Some(Color::Yellow)),
        RunState::Spawning => ("SPAWNING", None),
        RunState::Running => ("RUNNING", None),
        // It is being saved, or the target rests.
        RunState::Stopped if of_search => ("PROBE ENDED", None),
        RunState::Stopped => ("STOPPED", None),
        _ => ("READY", None),
    };
    let state = Span::from(word).bold();
    let state = colour.map_or(state.clone(), |colour| state.fg(colour).reversed());
    let time = time(run, of_search);
    let mut name = header.suite.clone();
    // The label of a probe says which one it is.
    let what = header.scenario.iter().chain(&header.label);
    for what in what.take(if of_search { 2 } else { 1 }) {
        name += &format!(" {what}");
    }
    let taken = word.len() + 2 + text::width(&time);
    let room = width.saturating_sub(taken + 2);
    let name = cut(&name, room.min(if of_search { 60 } else { 40 }));
    let host = left(&header.host, room.saturating_sub(text::width(&name) + 2));
    Line::from(vec![
        Span::from(name).bold(),
        Span::from(format!("  {host}  ")),
        state,
        Span::from(format!("  {time}")),
    ])
}

/// How long it runs, of how long, and what is left; a probe ends as soon as it has shown enough.
fn time(run: &Run, of_search: bool) -> String {
    let whole = |time: Duration| Duration::from_secs(time.as_secs());
    let elapsed = whole(run.snapshot.elapsed);
    // Where a schedule ends the run, its last phase does.
    let last = || run.header.phases.last().and_then(|phase| phase.until);
    match run.header.load.run_time.or_else(last).map(whole) {
        None => format_span(elapsed),
        Some(end) if of_search => {
            format!("{}, at most {}", format_span(elapsed), format_span(end))
        }
        Some(end) => {
            let left = match end.saturating_sub(elapsed) {
                Duration::ZERO => String::new(),
                left => format!(", {} left", format_span(left)),
            };
            format!("{} of {}{left}", format_span(elapsed), format_span(end))
        }
    }
}

/// Users or arrivals, requests, failures.
fn load(run: &Run, all: &Row) -> Line<'static> {
    let snapshot = &*run.snapshot;
    let users = match (snapshot.arrivals(), run.arrival_rate) {
        (Some(starts), rate) => {
            let due = rate.map_or_else(String::new, |rate| format!(" {}/s due", per_second(rate)));
            let dropped = match starts.dropped {
                0 => String::new(),
                dropped => format!(", {dropped} dropped"),
            };
            format!("Starts{due}, {} under way{dropped}", starts.under_way())
        }
        (None, Some(rate)) => format!("Starts {}/s due", per_second(rate)),
        (None, None) => format!("Users {}/{}", snapshot.user_count(), run.target_users),
    };
    let (requests, failures) = (all.requests(), all.failures());
    let failed = format!("{failures} failed ({})", percent(failures, requests));
    Line::from(vec![
        Span::from(users).bold(),
        Span::from(format!("   {}   ", counted(requests, "request"))),
        if failures > 0 { coloured(failed, Color::Red).bold() } else { Span::from(failed) },
    ])
}

/// Of the whole run.
fn times(all: &Row) -> Line<'static> {
    let times = all.response();
    let at = |quantile| millis(times.quantile(quantile));
    Line::from(format!(
        "Times in ms   p50 {}   p95 {}   p99 {}   max {}",
        at(0.5),
        at(0.95),
        at(0.99),
        millis(times.max())
    ))
}

/// The number of the last ten seconds, and the whole run as a curve of so many lines.
fn curves(all: &Row, trends: &Trends, width: usize, lines: usize) -> Vec<Line<'static>> {
    let (columns, each) = trends.in_columns(width.saturating_sub(NAME + NUMBER + 2 + TIME));
    let (rate, failing) = all.current_rates();
    let p95 = all.current_response().quantile(0.95);
    let drawn = |name: &str, now: String, of: fn(Column) -> f64, colour| {
        let parts = curve(columns.iter().map(|column| of(*column)), lines);
        let line = |(at, part): (usize, String)| {
            // Name and number stand at the foot of the curve.
            let is_last = at + 1 == lines;
            let (name, now) = if is_last { (name, now.as_str()) } else { ("", "") };
            let mut spans = vec![
                Span::from(left(name, NAME)),
                Span::from(right(now, NUMBER)).bold(),
                Span::from("  "),
                coloured(part, colour),
            ];
            if is_last && each > Duration::from_secs(1) {
                spans.push(Span::from(format!(" {} each", format_span(each))).dim());
            }
            Line::from(spans)
        };
        parts.into_iter().enumerate().map(line).collect::<Vec<_>>()
    };
    [
        drawn("Requests/s", per_second(rate), Column::rate, Color::Cyan),
        drawn("Failures/s", per_second(failing), Column::failing, Color::Red),
        drawn("p95 now, ms", millis(p95), |column| column.p95.as_secs_f64(), Color::Yellow),
    ]
    .concat()
}
