//! A run from outside: threads up, dispatcher, threads down.

use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use katydid_core::{RunEvent, Snapshot, StopReason};
use tokio::sync::mpsc::unbounded_channel;

use super::conduct::conduct;
use super::message::Messages;
use super::threads::Thread;
use crate::class::Class;
use crate::run::control::Control;
use crate::run::executor::{self, Assignment};
use crate::run::floor;
use crate::run::plan::plan;
use crate::run::settings::{RunError, RunSettings};
use crate::run::vitals::Watch;
use crate::shared::Shared;

/// In a run of this length the machine may become another; its floor is measured after it too.
const LONG: Duration = Duration::from_secs(5);

/// A finished run.
#[derive(Debug)]
pub struct RunOutcome {
    /// Everything measured.
    pub snapshot: Snapshot,
    /// Why it ended.
    pub reason: StopReason,
    /// When it began, by the calendar.
    pub started: SystemTime,
}

/// Runs `classes` to the end and tells `observe` what happens; blocks meanwhile, so it has no place
/// inside an async runtime.
///
/// # Errors
/// When the run cannot start; nothing was sent then.
pub fn run(
    classes: &[Class],
    shared: Shared,
    settings: &RunSettings,
    control: &Control,
    observe: &mut dyn FnMut(RunEvent<'_>),
) -> Result<RunOutcome, RunError> {
    let plan = plan(classes, shared, settings)?;
    let floor = || settings.calibrate.then(floor::measure).flatten();
    let before = floor();
    let mut clock = tokio::runtime::Builder::new_current_thread();
    let clock = clock.enable_time().build().map_err(RunError::Thread)?;
    let (messages, mailbox) = unbounded_channel();
    let started = start_threads(&plan, &messages)?;
    let (handles, threads): (Vec<_>, Vec<_>) = started.into_iter().unzip();
    control.attach(&messages, classes, settings.arrivals.is_some());
    let began = SystemTime::now();
    let watch = Watch::begin();
    let run = conduct(classes, settings, control, threads, mailbox, watch, observe);
    let mut ended = clock.block_on(run);
    for (handle, answers) in handles.into_iter().zip(ended.answering) {
        if answers {
            // A panic in it has been counted where it happened.
            let _ = handle.join();
        }
    }
    let generator = &mut ended.snapshot.generator;
    generator.floor = before;
    if ended.snapshot.elapsed >= LONG {
        generator.floor_after = floor();
    }
    Ok(RunOutcome { started: began, reason: ended.reason, snapshot: ended.snapshot })
}

fn start_threads(
    plan: &Assignment,
    messages: &Messages,
) -> Result<Vec<(JoinHandle<()>, Thread)>, RunError> {
    (0..plan.threads)
        .map(|thread| {
            let (orders, received) = unbounded_channel();
            let assignment = Assignment { thread, ..plan.clone() };
            let to = messages.clone();
            let handle = std::thread::Builder::new()
                .name(format!("executor-{thread}"))
                .spawn(move || executor::main(&assignment, received, &to))
                .map_err(RunError::Thread)?;
            Ok((handle, Thread::new(orders)))
        })
        .collect()
}
