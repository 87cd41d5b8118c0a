//! The rows of the tables: what they can be filtered by, and how they fared over time.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use katydid_core::{History, Row, RowKey, RowKind, Scope, Snapshot, Verdict};
use serde::Serialize;

use super::{foreign, millis, seconds};

/// Rows of the tables; more are added up.
pub(in crate::html) const MOST_ROWS: usize = 250;
/// Names that have a line over time, and its points.
const MOST_LINES: usize = 40;
const MOST_POINTS: usize = 100;

/// A row of the tables.
#[derive(Debug, Serialize)]
pub(super) struct NameRow {
    /// Numbers of [`filters`] that it belongs to.
    of: Vec<usize>,
}

/// A name over time: a number for each point.
#[derive(Debug, Serialize)]
pub(super) struct NameLine {
    name: String,
    requests: Vec<u64>,
    failed: Vec<u64>,
    p50: Vec<f64>,
    p95: Vec<f64>,
    p99: Vec<f64>,
    max: Vec<f64>,
}

/// Something that the rows can be filtered by.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::html) struct Filter {
    /// `Tag`, `User class`, `Class of the plan`.
    pub(in crate::html) group: &'static str,
    pub(in crate::html) name: String,
    accepts: Accepts,
}

#[derive(Clone, Debug, PartialEq)]
enum Accepts {
    Tag(Arc<str>),
    /// Tags of the tasks of a user class.
    Tasks(BTreeSet<Arc<[Arc<str>]>>),
    Scope(Scope),
}

impl Filter {
    fn accepts(&self, tags: &Arc<[Arc<str>]>) -> bool {
        match &self.accepts {
            Accepts::Tag(tag) => tags.contains(tag),
            Accepts::Tasks(tasks) => tasks.contains(tags),
            Accepts::Scope(scope) => scope.accepts_tags(tags) == Some(true),
        }
    }
}

/// Tags of the requests, user classes, and the classes that the plan's targets are about.
pub(in crate::html) fn filters(snapshot: &Snapshot, verdict: &Verdict) -> Vec<Filter> {
    let tags: BTreeSet<&Arc<str>> = snapshot.rows().flat_map(|row| row.key.tags.iter()).collect();
    let mut filters: Vec<Filter> = Vec::new();
    let mut add = |group, name: &str, accepts| {
        let filter = Filter { group, name: foreign(name), accepts };
        if !filters.contains(&filter) {
            filters.push(filter);
        }
    };
    for tag in tags {
        add("Tag", tag, Accepts::Tag(Arc::clone(tag)));
    }
    for (class, _) in &snapshot.users {
        let tasks = snapshot.tasks().iter().filter(|task| task.info.class == *class);
        let tags = tasks.map(|task| Arc::clone(&task.info.tags)).collect();
        add("User class", class, Accepts::Tasks(tags));
    }
    for result in &verdict.targets {
        if let Scope::Class(class) = result.target.scope() {
            add("Class of the plan", class.name(), Accepts::Scope(result.target.scope().clone()));
        }
    }
    filters
}

/// What each row of the tables belongs to.
pub(super) fn name_rows(snapshot: &Snapshot, verdict: &Verdict) -> Vec<NameRow> {
    let filters = filters(snapshot, verdict);
    let shown = snapshot.busiest_rows(MOST_ROWS);
    let of = |row: &Row| {
        // Rows of one name may differ in tags.
        let parts: Vec<&Row> = snapshot.rows().filter(|part| same(&part.key, &row.key)).collect();
        let fits = |filter: &Filter| parts.iter().any(|part| filter.accepts(&part.key.tags));
        (0..filters.len()).filter(|index| fits(&filters[*index])).collect()
    };
    shown.iter().map(|row| NameRow { of: of(row) }).collect()
}

/// The points, and the busiest names over them, in the order of names.
pub(super) fn name_lines(snapshot: &Snapshot) -> (Vec<f64>, Vec<NameLine>) {
    let history = snapshot.history();
    let (points, ranges) = stretches(history);
    let rows = snapshot.busiest_rows(MOST_LINES);
    let rows = rows.iter().take(MOST_LINES).filter(|row| row.requests() > 0);
    (points, rows.map(|row| line(history, &row.key, &ranges)).collect())
}

/// How the requests of one method and name fared over time, as JSON for `showName`: counts and
/// percentiles, in at most 100 points. `None` when there are none.
pub fn name_series(snapshot: &Snapshot, method: &str, name: &str) -> Option<String> {
    #[derive(Serialize)]
    struct Series {
        at: Vec<f64>,
        #[serde(flatten)]
        line: NameLine,
    }
    let history = snapshot.history();
    let key = history
        .rows()
        .iter()
        .find(|key| key.kind == RowKind::Request && &*key.method == method && &*key.name == name)?;
    let (at, ranges) = stretches(history);
    let series = Series { at, line: line(history, key, &ranges) };
    Some(serde_json::to_string(&series).expect("numbers and texts alone"))
}

/// At most 100 stretches of a history: where they begin (and the last one ends), and their steps.
fn stretches(history: &History) -> (Vec<f64>, Vec<Range<usize>>) {
    let count = history.steps().len();
    let each = count.div_ceil(MOST_POINTS).max(1);
    let ranges: Vec<Range<usize>> =
        (0..count).step_by(each).map(|from| from..(from + each).min(count)).collect();
    let begin = history.steps().first().map(|step| seconds(step.from));
    let ends = ranges.iter().map(|range| seconds(history.steps()[range.end - 1].until));
    (begin.into_iter().chain(ends).collect(), ranges)
}

fn line(history: &History, key: &RowKey, ranges: &[Range<usize>]) -> NameLine {
    let name = foreign(format!("{} {}", key.method, key.name).trim_start());
    let (requests, failed) = (Vec::new(), Vec::new());
    let [p50, p95, p99, max] = [const { Vec::new() }; 4];
    let mut line = NameLine { name, requests, failed, p50, p95, p99, max };
    for range in ranges {
        let wanted = |other: &RowKey| other.kind == RowKind::Request && same(other, key);
        let part = history.part(range.clone(), wanted);
        let times = part.response();
        let at = |quantile| times.quantile(quantile).map_or(0.0, millis);
        line.requests.push(part.requests());
        line.failed.push(part.failures());
        line.p50.push(at(0.5));
        line.p95.push(at(0.95));
        line.p99.push(at(0.99));
        line.max.push(at(1.0));
    }
    line
}

fn same(one: &RowKey, other: &RowKey) -> bool {
    one.name == other.name && one.method == other.method
}
