//! Everything of Katydid that needs no clock, no socket and no thread: tags, weighted choice,
//! histograms, statistics, targets, verdict and the events between engine and reports.
//!
//! Not here, on purpose: tokio, I/O, argument parsing, `Instant::now`. Times are nanoseconds since
//! the start of the run and come from outside, so all of this is tested without waiting.
//!
//! Start with [`Sample`] (one request), follow it into a [`Recorder`] (one per thread) and from
//! there as an [`Interval`] into the [`Snapshot`] that reports read and [`judge`] judges.

mod advice;
mod aftermath;
mod arrivals;
mod capacity;
mod closing;
mod coincidence;
pub mod compare;
mod counted;
mod drift;
mod event;
mod exemplars;
pub mod exit;
mod expect;
mod failure;
mod faults;
mod generator;
mod grown;
mod guard;
mod histogram;
mod history;
mod interval;
mod knee;
mod mark;
pub mod mask;
mod monitored;
mod pick;
mod recent;
mod recorder;
mod row;
mod sample;
mod scenario;
mod server_timing;
mod shape;
mod snapshot;
mod span;
mod standstill;
mod suggest;
mod tags;
mod target;
mod tasks;
mod timeline;
mod trust;
mod variety;
mod verdict;
mod watched;

pub use advice::{
    Advice, Diagnosis, Planned, PlannedClass, Silence, SilenceError, Symptom, Warning, WarningName,
    Warnings, diagnose, full_pools, is_loopback, known_cause, measured_warnings, planned_warnings,
};
pub use aftermath::Aftermath;
pub use arrivals::{ArrivalCounts, ArrivalRate, Lateness, RateError, RateStage};
pub use capacity::{
    Bracket, Capacity, CapacityPlan, Ladder, Next, Probe, ProbeRecord, Search, SearchEnd,
    SearchOutcome, Shows,
};
pub use closing::Closing;
pub use coincidence::{COINCIDENCE, Coincidence, coincidences, coincidences_of};
pub use counted::counted;
pub use drift::{DriftError, DriftLimit, DriftMetric, DriftRule, Slope};
pub use event::{RunEvent, RunState, StopReason};
pub use exemplars::{Curl, Exemplar, Gallery, Rank, StatedTime, Why, masked_line, message_text};
pub use expect::{
    Degrade, DegradeError, Expectation, Expected, MonitorRule, MonitorRuleError, Recover,
    RecoverError,
};
pub use failure::{FailureKind, OTHER_FAILURES, normalise};
pub use faults::{ExceptionRow, FailureRow};
pub use generator::{Beats, Generator, GeneratorThread, Machine, Pulse, Stalls, ThreadUse};
pub use guard::{Held, RateCap, RateCapError};
pub use histogram::Latency;
pub use history::{FailureKinds, History, Part, PhaseNameError, RunPhase, Step};
pub use interval::{FailureCount, Failures, Interval, RowInterval};
pub use knee::{Knee, KneeStep, Missed};
pub use mark::{Mark, Occasion};
pub use monitored::{
    MarkKind, MonitorEvent, MonitorKind, MonitorMark, MonitorSample, Monitored, Series, SeriesStep,
    Unit,
};
pub use pick::{Dealer, Picker, share_out};
pub use recorder::{OTHER_NAMES, Recorder, RecorderLimits, RowId, RowKey, RowKind, TRANSACTION};
pub use row::{Row, TaskRow};
pub use sample::{Bytes, Look, Outcome, PhaseTotals, Phases, Sample};
pub use scenario::Scenario;
pub use server_timing::{OTHER_STAGES, ServerTiming, ServerTimings, StageTimes, server_timings};
pub use shape::{Mix, Shape, Stage, Stages, StagesError, StepsError, TimedStage};
pub use snapshot::Snapshot;
pub use span::{SpanError, format_span, parse_span};
pub use standstill::Standstill;
pub use suggest::{nearest, or_nearest};
pub use tags::TagFilter;
pub use target::{Aborted, Comparison, Metric, Scope, TagClass, Target, TargetError, TargetResult};
pub use tasks::{TaskCounts, TaskId, TaskInfo};
pub use timeline::Timeline;
pub use trust::{Finding, RunWord, Trust};
pub use verdict::{RunFacts, Verdict, VerdictWord, judge, rule_names};
pub use watched::{Usage, Watched};

/// Whether what a run checks of itself is built in: always, but where `xtask/shows/price.sh` builds
/// without it, to find what it costs (`KATYDID_UNCHECKED` set while compiling). Such a run says
/// INVALID.
pub const CHECKED: bool = option_env!("KATYDID_UNCHECKED").is_none();
