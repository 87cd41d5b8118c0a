//! Pages of made-up runs for the tests in a browser: `pages FOLDER` writes `NAME.html` for each, and
//! `growing.html` with `growing.json`, the charts of a run that goes on and the messages of its feed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use katydid_core::{
    FailureKind, Look, Mark, MonitorKind, Monitored, Occasion, Outcome, Phases, Recorder,
    RecorderLimits, RunFacts, Sample, Series, Shape as _, Snapshot, Stages, Target, TaskCounts,
    TaskId, TaskInfo, Unit, Warnings, diagnose, judge,
};
use katydid_report::html::{Feed, Page, chart_script, page, styles};

/// What a run is like.
struct Kind {
    name: &'static str,
    seconds: u64,
    names: u64,
    /// Failures among 1,000 requests.
    failing: u64,
    /// Requests of a name per second.
    each: u64,
    /// The second after which the statistics begin anew.
    reset: Option<u64>,
}

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| ".".into()));
    let kind = |name, seconds, names, failing, each| Kind {
        name,
        seconds,
        names,
        failing,
        each,
        reset: None,
    };
    for kind in [
        kind("hour", 3_600, 20, 4, 3),
        kind("minute", 60, 4, 0, 20),
        kind("second", 1, 1, 0, 5),
        kind("nothing", 3, 0, 0, 0),
        kind("failing", 30, 3, 1_000, 10),
        kind("names", 10, 5_000, 20, 1),
        Kind { reset: Some(40), ..kind("anew", 120, 4, 0, 5) },
    ] {
        let path = folder.join(format!("{}.html", kind.name));
        std::fs::write(path, of(&kind))?;
    }
    growing(&folder, &kind("growing", 330, 3, 40, 8))
}

/// What a page needs on which a run goes on, and nothing else.
fn growing(folder: &Path, kind: &Kind) -> std::io::Result<()> {
    let mut feed = Feed::new();
    let mut messages = Vec::new();
    run(kind, |snapshot| messages.push(feed.advance(snapshot)));
    let messages = format!("[{}]", messages.join(","));
    let whole = feed.whole();
    std::fs::write(
        folder.join("growing.json"),
        format!("{{\"messages\":{messages},\"whole\":{whole}}}"),
    )?;
    let (script, styles) = (chart_script(), styles());
    let places = ["time", "side", "spread", "name"].map(|id| format!("<div id=\"{id}\"></div>"));
    let page = format!(
        "<!doctype html><html lang=\"en\" class=\"live\"><meta charset=\"utf-8\"><title>growing</title>\
         <style>{styles}</style><p id=\"chart-keys\">keys</p><p id=\"window\"></p>\
         <button id=\"reset\">all</button>{}<script>{script}</script></html>",
        places.concat()
    );
    std::fs::write(folder.join("growing.html"), page)
}

fn of(kind: &Kind) -> Vec<u8> {
    let snapshot = run(kind, |_| ());
    let targets = [
        Target::success_at_least(0.99),
        Target::percentile_below(0.95, Duration::from_millis(200)),
    ];
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let settings = [["users", "50", "flag"], ["password", "***", "environment PASSWORD"]];
    let settings = settings.map(|row| row.map(str::to_owned));
    page(&Page {
        suite: "made-up <run>",
        snapshot: &snapshot,
        verdict: &judge(&snapshot, &targets, &[], facts),
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_401_515),
        host: "http://localhost:8000",
        scenario: Some(kind.name),
        settings: &settings,
        diagnosis: &diagnose(&snapshot, &[]),
        advice: &Warnings::new(Vec::new()),
        warnings: &["the disk is 6 s behind".to_owned()],
        command: "load --users=50 --host='http://localhost:8000' --seed=1",
        versions: &[["Katydid".to_owned(), env!("CARGO_PKG_VERSION").to_owned()]],
    })
}

fn run(kind: &Kind, mut each_second: impl FnMut(&Snapshot)) -> Snapshot {
    let classes: [Arc<str>; 2] = ["Reader".into(), "Heavy".into()];
    let tasks = [task("Reader", "browse", "read"), task("Heavy", "speak", "tts")];
    let mut snapshot = Snapshot::new(&classes, &tasks, 1);
    let third = (kind.seconds / 3).max(1);
    let stages: Stages =
        format!("calm:20@5/s:{third}s,surge:50@9/s:{third}s,after:20@9/s:{third}s")
            .parse()
            .expect("stages");
    snapshot.plan_phases(stages.phases());
    let limits = RecorderLimits { names: 10_000, ..RecorderLimits::default() };
    let mut recorder = Recorder::new(tasks.len(), limits);
    snapshot.monitors.push(Monitored::new("database", MonitorKind::Postgres));
    snapshot.monitors[0].series.push(Series::new("connections busy", Unit::Count));
    for second in 0..kind.seconds {
        for name in 0..kind.names {
            requests(&mut recorder, kind, second, name);
        }
        for task in 0..2 {
            let executions = u64::from(4 - task);
            let requests = if kind.names > 0 { executions } else { 0 };
            let counts = TaskCounts { executions, requests, ..TaskCounts::default() };
            recorder.task(TaskId(task), counts);
        }
        let busy = if second / third == 1 { 10.0 } else { 3.0 };
        snapshot.monitors[0].series[0].note(Duration::from_secs(second), busy);
        let surge = u32::from(second / third == 1) * 30;
        let users = [15 + surge / 2, 5 + surge / 2];
        let mut interval = recorder.take((second + 1) * 1_000_000_000, &users, None);
        interval.planned_users = 20 + surge;
        snapshot.absorb(0, &interval);
        snapshot.tick(Duration::from_secs(second + 1));
        if kind.reset == Some(second + 1) {
            snapshot.reset(Duration::from_secs(second + 1));
        }
        if second == third + 2 {
            let text = "a <warning> \"quoted\"".to_owned();
            snapshot.mark(Mark { at: Duration::from_secs(second), kind: Occasion::Warning, text });
        }
        each_second(&snapshot);
    }
    for (at, kind, text) in [
        (0, Occasion::Load, "users from 0 to 20 at 5.00/s"),
        (third, Occasion::Load, "users from 20 to 50 at 9.00/s"),
        (kind.seconds, Occasion::End, "the run time is over"),
    ] {
        snapshot.mark(Mark { at: Duration::from_secs(at), kind, text: text.to_owned() });
    }
    snapshot
}

/// What one name does in a second: slower in the surge, and with a few that take long.
fn requests(recorder: &mut Recorder, kind: &Kind, second: u64, name: u64) {
    let tag = if name.is_multiple_of(2) { "read" } else { "tts" };
    let odd = "\"<b>é\u{202e}日\u{5d0}\u{5d1}\n".repeat(if kind.names > 100 { 500 } else { 0 });
    let row = recorder.row("GET", &format!("/api/things/{name}{odd}"), &Arc::from([tag.into()]));
    let surge = second / (kind.seconds / 3).max(1) == 1;
    for index in 0..kind.each {
        let random = (second * 7_919 + name * 31_337 + index * 104_729) % 1_000;
        let micros = 4_000 + name % 50 * 900 + random * random / 90 + u64::from(surge) * 60_000;
        let micros = if random == 7 { micros * 12 } else { micros };
        let due_ns = second * 1_000_000_000 + index * 1_000_000;
        let wait_ns = micros * 900;
        let sample = Sample {
            due_ns,
            sent_ns: due_ns + random * 20,
            first_byte_ns: due_ns + wait_ns,
            last_byte_ns: due_ns + micros * 1_000,
            phases: Phases { wait_ns, receive_ns: micros * 100, ..Phases::default() },
            looked_at: Look::Answer,
            ..Sample::default()
        };
        recorder.request_begins();
        recorder.request_ends();
        if random >= kind.failing {
            recorder.success(row, &sample);
            continue;
        }
        let failed = Sample { outcome: Outcome::Failure, ..sample };
        let (class, text) = match index % 3 {
            0 => (FailureKind::Status(503), "HTTP 503: queue is full"),
            1 => (FailureKind::Timeout, "no answer within 10s"),
            _ => (FailureKind::Check, "has \"no\" <audio>"),
        };
        recorder.failure(row, &failed, class, text);
    }
}

fn task(class: &str, name: &str, tag: &str) -> TaskInfo {
    let (class, task) = (class.into(), name.into());
    let tags = Arc::from([tag.into()]);
    TaskInfo { class, flow: "".into(), task, tags, expected_share: Some(1.0), silent: false }
}
