//! How much load there was, and how those fared who made it.

use std::collections::BTreeMap;

use katydid_core as core;
use katydid_core::Snapshot;
use schemars::JsonSchema;
use serde::Serialize;

use super::rows::Times;

/// How much load there was.
#[derive(Serialize, JsonSchema)]
pub(super) struct Load<'a> {
    /// The most users that ran at one time.
    peak_users: u32,
    /// The most users that were planned at one time.
    peak_planned_users: u32,
    /// Users of each class at the end.
    users: BTreeMap<&'a str, u32>,
    /// Requests begun. Each has ended, was cut or was still open at the end.
    sent_requests: u64,
    /// Requests given up because the run ended or their user was removed.
    cut_requests: u64,
    /// Requests still under way at the very end.
    open_requests: u64,
    cut_transactions: u64,
    /// Fates of the planned starts of the open model; null in the closed one.
    arrivals: Option<Arrivals>,
    /// How long after their schedule tasks began, of those that have one.
    lateness: Times,
    /// The same of those alone whose user was idle: lateness of the generator's making.
    own_lateness: Times,
    /// Requests that a rate cap has held back.
    held_requests: u64,
    held_s: f64,
    /// What requests have cost, in the suite's units.
    spent: u64,
    /// The target that ended the run.
    aborted: Option<&'a str>,
}

/// Starts by their fate. Each planned one is in exactly one of completed, failed, `timed_out`,
/// dropped, unsent and cut.
#[derive(Serialize, JsonSchema)]
struct Arrivals {
    planned: u64,
    /// Given to a user.
    started: u64,
    /// Of these: had to wait for a user.
    queued: u64,
    completed: u64,
    failed: u64,
    timed_out: u64,
    dropped: u64,
    unsent: u64,
    cut: u64,
}

/// A task of the suite.
#[derive(Serialize, JsonSchema)]
pub(super) struct Task<'a> {
    class: &'a str,
    /// Empty for a task of the class itself.
    flow: &'a str,
    task: &'a str,
    executions: u64,
    cut: u64,
    requests: u64,
    exceptions: u64,
    /// The share of its class's executions that the weights promise, 0 to 1; null where the code
    /// of the tasks decides.
    expected_share: Option<f64>,
}

/// The threads and the machine that made the load.
#[derive(Serialize, JsonSchema)]
pub(super) struct Generator {
    threads: Vec<Thread>,
    /// The share of all CPU time that other programs used, 0 to 1.
    other_programs_cpu_share: Option<f64>,
    /// The share of all CPU time that the host of this virtual machine gave to others, 0 to 1.
    steal_share: Option<f64>,
    /// Response times of an echo in this program, taken before the run.
    floor: Option<Times>,
    /// The same after a run of some length.
    floor_after: Option<Times>,
}

/// An executor thread.
#[derive(Serialize, JsonSchema)]
struct Thread {
    /// CPU time used, as a share of one core.
    cpu_share: Option<f64>,
    /// Time spent waiting for a CPU, as a share of all time.
    queued_share: Option<f64>,
    /// How late its loop looked at the clock, every 25 ms.
    lateness: Times,
    /// It did not answer at the end: what it measured last is missing.
    lost: bool,
}

/// A local process that was watched beside the load, its descendants included.
#[derive(Serialize, JsonSchema)]
pub(super) struct Process<'a> {
    pid: u32,
    name: &'a str,
    /// As a share of one core, over the time measured.
    mean_cpu_share: Option<f64>,
    peak_cpu_share: Option<f64>,
    /// Memory that no file backs.
    first_memory_bytes: Option<u64>,
    last_memory_bytes: Option<u64>,
    peak_memory_bytes: u64,
    peak_resident_bytes: u64,
    peak_threads: u32,
    peak_descriptors: Option<u32>,
    /// It ended during the run: since its start.
    ended_s: Option<f64>,
}

impl<'a> Load<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let lateness = snapshot.lateness();
        Self {
            peak_users: snapshot.peak_users,
            peak_planned_users: snapshot.peak_planned_users,
            users: snapshot.users.iter().map(|(class, users)| (&**class, *users)).collect(),
            sent_requests: snapshot.sent_requests,
            cut_requests: snapshot.cut_requests,
            open_requests: snapshot.open_requests(),
            cut_transactions: snapshot.cut_transactions,
            arrivals: snapshot.arrivals().map(Arrivals::of),
            lateness: Times::of(&lateness.all),
            own_lateness: Times::of(&lateness.own),
            held_requests: snapshot.held.requests,
            held_s: snapshot.held.total.as_secs_f64(),
            spent: snapshot.spent,
            aborted: snapshot.aborted.as_ref().map(|aborted| aborted.text.as_str()),
        }
    }
}

impl Arrivals {
    fn of(counts: &core::ArrivalCounts) -> Self {
        Self {
            planned: counts.planned,
            started: counts.started,
            queued: counts.queued,
            completed: counts.completed,
            failed: counts.failed,
            timed_out: counts.timed_out,
            dropped: counts.dropped,
            unsent: counts.unsent,
            cut: counts.cut,
        }
    }
}

impl<'a> Task<'a> {
    pub(super) fn of(row: &'a core::TaskRow) -> Self {
        let (info, counts) = (&row.info, row.counts);
        Self {
            class: &info.class,
            flow: &info.flow,
            task: &info.task,
            executions: counts.executions,
            cut: counts.cut,
            requests: counts.requests,
            exceptions: counts.exceptions,
            expected_share: info.expected_share,
        }
    }
}

impl Generator {
    pub(super) fn of(generator: &core::Generator) -> Self {
        let thread = |thread: &core::GeneratorThread| Thread {
            cpu_share: thread.cpu_share(),
            queued_share: thread.queued_share(),
            lateness: Times::of(&thread.beats.late),
            lost: thread.lost,
        };
        Self {
            threads: generator.threads.iter().map(thread).collect(),
            other_programs_cpu_share: generator.machine.others,
            steal_share: generator.machine.steal,
            floor: generator.floor.as_ref().map(Times::of),
            floor_after: generator.floor_after.as_ref().map(Times::of),
        }
    }
}

impl<'a> Process<'a> {
    pub(super) fn of(process: &'a core::Watched, snapshot: &Snapshot) -> Self {
        let most = process.most();
        let ends = process.ends();
        let memory = |usage: core::Usage| usage.anonymous;
        Self {
            pid: process.pid,
            name: &process.name,
            mean_cpu_share: process.cpu(&(snapshot.since..snapshot.elapsed)),
            peak_cpu_share: process.most_cpu(),
            first_memory_bytes: ends.map(|((_, first), _)| memory(first)),
            last_memory_bytes: ends.map(|(_, (_, last))| memory(last)),
            peak_memory_bytes: most.anonymous,
            peak_resident_bytes: most.resident,
            peak_threads: most.threads,
            peak_descriptors: most.descriptors,
            ended_s: process.ended.map(|at| at.as_secs_f64()),
        }
    }
}
