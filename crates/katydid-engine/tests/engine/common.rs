//! Runs for the tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_core::{FailureKind, FailureRow, Row, RunEvent, Snapshot, StopReason};
use katydid_engine::{
    Class, Control, RunSettings, Shared, Task, TaskError, TaskFn, TaskResult, UserClass, constant,
    run,
};
use katydid_testkit::TestServer;

/// Far beyond what a script needs; a run that lasts so long has failed.
const TOO_LONG: Duration = Duration::from_secs(40);

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) snapshot: Snapshot,
    pub(crate) reason: StopReason,
    /// Warnings, cuts and the like, as their debug text.
    pub(crate) events: Vec<String>,
    pub(crate) took: Duration,
}

pub(crate) fn settings(server: &TestServer) -> RunSettings {
    RunSettings {
        host: Some(server.url()),
        spawn_rate: 10_000.0,
        run_time: Some(TOO_LONG),
        ..RunSettings::default()
    }
}

pub(crate) fn go(classes: &[Class], shared: Shared, settings: &RunSettings) -> Ran {
    go_controlled(classes, shared, settings, &Control::new())
}

pub(crate) fn go_controlled(
    classes: &[Class],
    shared: Shared,
    settings: &RunSettings,
    control: &Control,
) -> Ran {
    let begun = Instant::now();
    let mut events = Vec::new();
    let outcome = run(classes, shared, settings, control, &mut |event| {
        if !matches!(event, RunEvent::Tick(_)) {
            events.push(format!("{event:?}"));
        }
    })
    .unwrap();
    let (snapshot, reason) = (outcome.snapshot, outcome.reason);
    Ran { snapshot, reason, events, took: begun.elapsed() }
}

/// The end of a script: its user is done, and with it the run.
pub(crate) fn done() -> TaskResult {
    Err(TaskError::StopUser)
}

/// A class of users that run `code` once; it ends with [`done`].
pub(crate) fn scripted(code: TaskFn<()>) -> UserClass<()> {
    UserClass::with_default("Scripted")
        .wait(constant(3600.0))
        .task(Task::new("script", code).tags(["tagged"]))
}

/// One user runs `code` against `server`; a failed assertion in it fails the test.
pub(crate) fn script(server: &TestServer, code: TaskFn<()>) -> Snapshot {
    script_with(&settings(server), Shared::default(), code)
}

pub(crate) fn script_with(settings: &RunSettings, shared: Shared, code: TaskFn<()>) -> Snapshot {
    let ran = go(&[scripted(code).into()], shared, settings);
    let exceptions: Vec<_> = ran.snapshot.exceptions().collect();
    assert!(exceptions.is_empty(), "{exceptions:#?}");
    assert_eq!(ran.reason, StopReason::NoUsersLeft, "the script ended early");
    ran.snapshot
}

/// A shared value for a script.
pub(crate) fn sharing<T: Send + Sync + 'static>(value: T) -> Shared {
    let mut shared = Shared::default();
    shared.insert(value);
    shared
}

/// The only failure text of a run.
pub(crate) fn only_failure(snapshot: &Snapshot) -> FailureRow {
    let rows: Vec<FailureRow> = snapshot.failures().collect();
    let [row] = &rows[..] else { panic!("not one failure text but {rows:#?}") };
    row.clone()
}

/// (class of failure, count) of a run's requests with this name.
pub(crate) fn kinds(snapshot: &Snapshot, name: &str) -> Vec<(FailureKind, u64)> {
    let rows = snapshot.failures().filter(|row| &*row.name == name);
    rows.map(|row| (row.kind, row.count)).collect()
}

/// The row of this name.
pub(crate) fn row<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Row {
    let names: Vec<Arc<str>> = snapshot.rows().map(|row| Arc::clone(&row.key.name)).collect();
    let found = snapshot.rows().find(|row| &*row.key.name == name);
    found.unwrap_or_else(|| panic!("no row {name} among {names:?}"))
}
