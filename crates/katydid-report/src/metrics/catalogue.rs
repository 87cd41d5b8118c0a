//! Every metric: its name, what it is, and where its points come from. docs/OUTPUTS.md has the same
//! table, and a test compares them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use katydid_core::{PhaseTotals, Row, Snapshot};

use super::MetricKind::{Counter, Gauge, Histogram};
use super::MetricUnit::{Bytes, None as Things, Ratio, Seconds};
use super::{About, Family, MetricKind, MetricUnit, Metrics, Point, Times, Value};

type Labels = Vec<(&'static str, Arc<str>)>;

impl Metrics {
    /// The numbers of a run that began at `started`.
    pub fn of(snapshot: &Snapshot, about: &Arc<About>, started: SystemTime) -> Self {
        let mut families = requests(snapshot);
        families.extend(transactions(snapshot));
        families.extend(tasks(snapshot));
        families.extend(load(snapshot));
        families.extend(generator(snapshot));
        families.retain(|family| !family.points.is_empty());
        Self {
            since: started + snapshot.since,
            at: started + snapshot.elapsed,
            about: Arc::clone(about),
            families,
        }
    }
}

fn family(
    (name, unit, kind): (&'static str, MetricUnit, MetricKind),
    help: &'static str,
    points: Vec<Point>,
) -> Family {
    Family { name, help, unit, kind, points }
}

/// By method and name.
fn requests(snapshot: &Snapshot) -> Vec<Family> {
    let rows = snapshot.rows_by_name();
    let each = |value: &dyn Fn(&Row) -> Value| -> Vec<Point> {
        rows.iter().map(|row| Point { labels: of_row(row), value: value(row) }).collect()
    };
    let count = |value: fn(&Row) -> u64| each(&|row| Value::Count(value(row)));
    let response = each(&|row| Value::Times(Times::of([row.succeeded(), row.failed()])));
    let service = each(&|row| Value::Times(Times::of([&row.service()])));
    let rate = each(&|row| Value::Number(row.current_rates().0));
    let failing = each(&|row| Value::Number(row.current_rates().1));
    vec![
        family(
            ("requests", Things, Counter),
            "Completed requests, failures among them",
            count(Row::requests),
        ),
        family(("failures", Things, Counter), "Failed requests by class", kinds(&rows)),
        family(
            ("response_time", Seconds, Histogram),
            "Due to last byte: what a user who came on time had to wait",
            response,
        ),
        family(
            ("service_time", Seconds, Histogram),
            "Sent to last byte: what it took once the generator had begun",
            service,
        ),
        family(("phase", Seconds, Counter), "Where the service time went", phases(&rows)),
        family(
            ("sent", Bytes, Counter),
            "Written to sockets, under TLS before encryption",
            count(|row| row.bytes().sent),
        ),
        family(
            ("received", Bytes, Counter),
            "Read from sockets, under TLS after decryption",
            count(|row| row.bytes().received),
        ),
        family(("connections", Things, Counter), "Connections opened", count(Row::connections)),
        family(
            ("requests_per_second", Things, Gauge),
            "Requests per second over the last ten seconds",
            rate,
        ),
        family(
            ("failures_per_second", Things, Gauge),
            "Failures per second over the last ten seconds",
            failing,
        ),
    ]
}

fn of_row(row: &Row) -> Labels {
    vec![("method", Arc::clone(&row.key.method)), ("name", Arc::clone(&row.key.name))]
}

fn kinds(rows: &[Cow<'_, Row>]) -> Vec<Point> {
    let of = |row: &Row| {
        let labels = of_row(row);
        let point = |(kind, count): (katydid_core::FailureKind, u64)| {
            let kind = ("kind", Arc::from(kind.to_string()));
            let labels = labels.iter().cloned().chain([kind]).collect();
            Point { labels, value: Value::Count(count) }
        };
        row.kinds().iter().map(point).collect::<Vec<_>>()
    };
    rows.iter().flat_map(|row| of(row)).collect()
}

fn phases(rows: &[Cow<'_, Row>]) -> Vec<Point> {
    let of = |row: &Row| {
        let labels = of_row(row);
        let point = |(name, ns): (&'static str, u64)| {
            let labels = labels.iter().cloned().chain([("phase", Arc::from(name))]).collect();
            Point { labels, value: Value::Number(seconds(Duration::from_nanos(ns))) }
        };
        PhaseTotals::NAMES.into_iter().zip(row.phases().sums_ns()).map(point).collect::<Vec<_>>()
    };
    rows.iter().flat_map(|row| of(row)).collect()
}

/// By name.
fn transactions(snapshot: &Snapshot) -> Vec<Family> {
    let rows = snapshot.transactions();
    let each = |value: &dyn Fn(&Row) -> Value| -> Vec<Point> {
        let labels = |row: &Row| vec![("name", Arc::clone(&row.key.name))];
        rows.iter().map(|row| Point { labels: labels(row), value: value(row) }).collect()
    };
    let times = each(&|row| Value::Times(Times::of([row.succeeded(), row.failed()])));
    let failures = each(&|row| Value::Count(row.failures()));
    vec![
        family(
            ("transaction_time", Seconds, Histogram),
            "Transactions: several requests under one timer",
            times,
        ),
        family(("transaction_failures", Things, Counter), "Failed transactions", failures),
    ]
}

/// By class, flow and task.
fn tasks(snapshot: &Snapshot) -> Vec<Family> {
    let each = |value: fn(&katydid_core::TaskCounts) -> u64| -> Vec<Point> {
        let tasks = snapshot.tasks().iter();
        let point = |row: &katydid_core::TaskRow| {
            let info = &row.info;
            let labels = [("class", &info.class), ("flow", &info.flow), ("task", &info.task)];
            let labels = labels.map(|(name, value)| (name, Arc::clone(value))).to_vec();
            Point { labels, value: Value::Count(value(&row.counts)) }
        };
        tasks.map(point).collect()
    };
    vec![
        family(
            ("task_executions", Things, Counter),
            "Executions of tasks that came to their end",
            each(|it| it.executions),
        ),
        family(
            ("task_exceptions", Things, Counter),
            "Executions that ended in an error of the suite's own code",
            each(|it| it.exceptions),
        ),
    ]
}

/// How much load there is.
fn load(snapshot: &Snapshot) -> Vec<Family> {
    let users = |(class, count): &(Arc<str>, u32)| Point {
        labels: vec![("class", Arc::clone(class))],
        value: Value::Count(u64::from(*count)),
    };
    let users = snapshot.users.iter().map(users).collect();
    let lateness = snapshot.lateness();
    let late = |set| Value::Times(Times::of([set]));
    vec![
        family(("users", Things, Gauge), "Users running now", users),
        family(
            ("planned_users", Things, Gauge),
            "Users that should run now",
            alone(Value::Count(u64::from(snapshot.planned_users))),
        ),
        family(
            ("requests_begun", Things, Counter),
            "Requests begun; each ends, is cut or is open",
            alone(Value::Count(snapshot.sent_requests)),
        ),
        family(
            ("requests_cut", Things, Counter),
            "Requests given up because the run ended or their user was removed",
            alone(Value::Count(snapshot.cut_requests)),
        ),
        family(
            ("requests_open", Things, Gauge),
            "Requests begun and not ended",
            alone(Value::Count(snapshot.open_requests())),
        ),
        family(
            ("requests_held", Things, Counter),
            "Requests that a rate cap has held back",
            alone(Value::Count(snapshot.held.requests)),
        ),
        family(
            ("starts", Things, Counter),
            "Task starts of the open model by their fate; planned is all of them",
            starts(snapshot),
        ),
        family(
            ("start_lateness", Seconds, Histogram),
            "How long after their schedule tasks began",
            alone(late(&lateness.all)),
        ),
        family(
            ("elapsed", Seconds, Gauge),
            "Time since the start of the run",
            alone(Value::Number(seconds(snapshot.elapsed))),
        ),
    ]
}

fn starts(snapshot: &Snapshot) -> Vec<Point> {
    let Some(counts) = snapshot.arrivals() else { return Vec::new() };
    let fates = [
        ("planned", counts.planned),
        ("started", counts.started),
        ("completed", counts.completed),
        ("failed", counts.failed),
        ("timed_out", counts.timed_out),
        ("dropped", counts.dropped),
        ("unsent", counts.unsent),
        ("cut", counts.cut),
    ];
    let point = |(fate, count)| Point {
        labels: vec![("fate", Arc::from(fate))],
        value: Value::Count(count),
    };
    fates.map(point).to_vec()
}

/// How those fare who make it.
fn generator(snapshot: &Snapshot) -> Vec<Family> {
    let threads = &snapshot.generator.threads;
    let beats = Times::of(threads.iter().map(|thread| &thread.beats.late));
    let cpu = threads.iter().enumerate().filter_map(|(number, thread)| {
        let labels = vec![("thread", Arc::from(number.to_string()))];
        Some(Point { labels, value: Value::Number(thread.cpu_share()?) })
    });
    vec![
        family(
            ("loop_lateness", Seconds, Histogram),
            "How late the loops of the threads looked at the clock, every 25 ms",
            alone(Value::Times(beats)),
        ),
        family(
            ("thread_cpu", Ratio, Gauge),
            "CPU time that a thread has used, as a share of one core",
            cpu.collect(),
        ),
    ]
}

fn alone(value: Value) -> Vec<Point> {
    vec![Point { labels: Vec::new(), value }]
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
