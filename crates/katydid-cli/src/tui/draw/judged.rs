//! The verdict as it would be if the run ended now: of the target, and of the run itself.

use katydid_core::{RunWord, TargetResult, Verdict, VerdictWord};
use katydid_report::text::width as columns_of;
use katydid_web::Run;
use ratatui_core::style::{Color, Stylize as _};
use ratatui_core::text::{Line, Span};

use super::words::{beginning, coloured, cut, left, right, rule};

/// Columns of `met`, `MISSED` and `too few`.
const WORD: usize = 8;

/// What a verdict without targets means.
const NO_TARGET: &str = "no target is set: it passes when nothing fails, however slow it is";

/// What is said of a run, the worst first.
pub(super) struct Judged<'a> {
    verdict: &'a Verdict,
    /// Nothing was measured yet.
    is_early: bool,
    points: Vec<Point<'a>>,
}

/// One thing that is said.
enum Point<'a> {
    /// A target with what was measured.
    Target(&'a TargetResult),
    /// An expectation that was met, or not.
    Expected { met: bool, text: String },
    /// What speaks against the run.
    Finding { is_invalid: bool, text: &'a str },
    /// Any other reason of the verdict.
    Cause(&'a str),
    /// Nothing else is to be said.
    Nothing,
}

impl Point<'_> {
    /// How urgently it is to be seen.
    fn rank(&self) -> u8 {
        match self {
            Self::Finding { is_invalid: true, .. } => 0,
            Self::Target(result) if !result.met => 1,
            Self::Expected { met: false, .. } => 1,
            Self::Cause(_) => 2,
            Self::Finding { .. } => 3,
            Self::Target(_) | Self::Expected { .. } | Self::Nothing => 4,
        }
    }

    fn is_bad(&self) -> bool {
        self.rank() < 4
    }
}

impl<'a> Judged<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        let (verdict, snapshot) = (&*run.verdict, &run.snapshot);
        let is_early = snapshot.requests() == 0 && snapshot.sent_requests == 0;
        let mut points = if is_early { Vec::new() } else { points(verdict) };
        points.sort_by(|one, other| one.rank().cmp(&other.rank()).then(nearer(one, other)));
        Self { verdict, is_early, points }
    }

    /// Lines that all of it would take.
    pub(super) fn height(&self) -> usize {
        1 + self.points.len()
    }

    pub(super) fn lines(&self, width: usize, room: usize) -> Vec<Line<'static>> {
        if room == 0 {
            return Vec::new();
        }
        let (shown, hidden) = self.points.split_at(self.points.len().min(room - 1));
        let mut title = self.title();
        title.extend(more(hidden));
        let mut lines = vec![rule(title, width)];
        let targets = shown.iter().filter_map(|point| match point {
            Point::Target(result) => Some(columns_of(&result.target.to_string())),
            _ => None,
        });
        // Of 60 columns half are for the targets.
        let columns = targets.max().unwrap_or_default().min(width.saturating_sub(30));
        lines.extend(shown.iter().map(|point| point.line(columns, width)));
        lines
    }

    /// `VERDICT so far: FAIL   RUN: VALID`.
    fn title(&self) -> Vec<Span<'static>> {
        if self.is_early {
            return vec![Span::from("VERDICT: nothing is measured yet")];
        }
        let (word, colour) = match self.verdict.word {
            VerdictWord::Pass => ("PASS", Color::Green),
            VerdictWord::Fail => ("FAIL", Color::Red),
            _ => ("INVALID", Color::Red),
        };
        let run = self.verdict.run.word;
        let of_run = match run {
            RunWord::Valid => Color::Green,
            RunWord::Disturbed => Color::Yellow,
            RunWord::Invalid => Color::Red,
        };
        vec![
            Span::from("VERDICT so far: "),
            coloured(word, colour).bold(),
            Span::from("  RUN: "),
            coloured(run.as_str(), of_run).bold(),
        ]
    }
}

/// What is said of points for which there is no room.
fn more(hidden: &[Point<'_>]) -> Option<Span<'static>> {
    let bad = hidden.iter().filter(|point| point.is_bad()).count();
    match (hidden.len(), bad) {
        (0, _) => None,
        (count, 0) => Some(Span::from(format!("  +{count} more, all met")).dim()),
        (count, bad) => Some(coloured(format!("  +{count} more, {bad} not met"), Color::Red)),
    }
}

fn points(verdict: &Verdict) -> Vec<Point<'_>> {
    let targets = verdict.targets.iter().map(Point::Target);
    let expected = verdict.expectations.iter().map(|it| {
        let text = it.cause.clone().unwrap_or_else(|| format!("{}  {}", it.rule, it.measured));
        Point::Expected { met: it.met, text }
    });
    let findings = verdict
        .run
        .findings
        .iter()
        .map(|it| Point::Finding { is_invalid: it.word == RunWord::Invalid, text: &it.text });
    // What is said by a point of its own is said once.
    let said = |cause: &str| {
        verdict.targets.iter().any(|it| it.cause().as_deref() == Some(cause))
            || verdict.expectations.iter().any(|it| it.cause.as_deref() == Some(cause))
            || verdict.run.findings.iter().any(|it| it.text == cause)
    };
    let causes = verdict.causes.iter().filter(|cause| !said(cause)).map(|it| Point::Cause(it));
    let none = verdict.targets.is_empty() && verdict.expectations.is_empty();
    let nothing = none.then_some(Point::Nothing);
    targets.chain(expected).chain(findings).chain(causes).chain(nothing).collect()
}

/// Of targets the one with the smaller margin comes first; without data it is worst.
fn nearer(one: &Point<'_>, other: &Point<'_>) -> std::cmp::Ordering {
    let margin = |point: &Point<'_>| match point {
        Point::Target(result) => result.margin().unwrap_or(f64::NEG_INFINITY),
        _ => f64::INFINITY,
    };
    margin(one).total_cmp(&margin(other))
}

impl Point<'_> {
    /// `MISSED  p95 < 300 ms on POST /pay    312 ms   -4%`.
    fn line(&self, columns: usize, width: usize) -> Line<'static> {
        let (word, colour, text) = match self {
            Self::Target(result) => return target(result, columns, width),
            Self::Expected { met: true, text } => ("met", Color::Green, text.as_str()),
            Self::Expected { met: false, text } => ("MISSED", Color::Red, text.as_str()),
            Self::Finding { is_invalid: true, text } => ("INVALID", Color::Red, *text),
            Self::Finding { text, .. } => ("DISTURBED", Color::Yellow, *text),
            Self::Cause(text) => ("FAIL", Color::Red, *text),
            Self::Nothing => return Line::from(Span::from(beginning(NO_TARGET, width)).dim()),
        };
        let word = left(word, WORD.max(word.len() + 1));
        let room = width.saturating_sub(word.len());
        Line::from(vec![coloured(word, colour), Span::from(beginning(text, room))])
    }
}

fn target(result: &TargetResult, columns: usize, width: usize) -> Line<'static> {
    let (word, colour) = match result.met {
        true => ("met", Color::Green),
        // It would be missed if the run ended now, for that reason alone.
        false if result.lacks_samples() => ("too few", Color::Yellow),
        false => ("MISSED", Color::Red),
    };
    // `met on few …` and `MISSED: needs …` say more than the word.
    let outcome = result.outcome_text();
    let more = if outcome == word { String::new() } else { format!("  {outcome}") };
    let numbers =
        format!(" {} {}{more}", right(&result.measured_text(), 9), right(&result.margin_text(), 9));
    let room = width.saturating_sub(WORD + columns);
    Line::from(vec![
        coloured(left(word, WORD), colour),
        Span::from(left(&result.target.to_string(), columns)),
        Span::from(cut(&numbers, room)),
    ])
}
