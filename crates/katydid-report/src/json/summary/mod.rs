//! `--summary-json FILE`: everything that a run has come to, for programs.
//!
//! The structs here *are* the form: the schema is made from them, descriptions included. Times have
//! their unit in their key, counts are exact integers, what is not known is `null` and never 0.

mod load;
mod monitors;
mod rows;
mod run;
mod stages;
mod told;
mod verdict;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::Facts;
use load::{Generator, Load, Process, Task};
use monitors::Monitor;
use rows::Row;
use run::Run;
use stages::RunStage;
use told::{Diagnosis, Exception, Failure, Silenced, Warning};
use verdict::{Expectation, Target, Trust, Verdict};

/// The form of this file.
const VERSION: u32 = 1;

/// Everything that a run of a Katydid load test has come to.
#[derive(Serialize, JsonSchema)]
struct Summary<'a> {
    /// The form. Keys may be added under the same version; it changes when one goes or means
    /// something else.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    run: Run<'a>,
    verdict: Verdict<'a>,
    trust: Trust<'a>,
    targets: Vec<Target<'a>>,
    expectations: Vec<Expectation<'a>>,
    load: Load<'a>,
    /// All requests as one.
    aggregated: Row<'a>,
    /// Requests by name, then method.
    requests: Vec<Row<'a>>,
    /// Several requests under one timer; they are in no total.
    transactions: Vec<Row<'a>>,
    /// Of a run that has more than one stage, in their order.
    stages: Vec<RunStage<'a>>,
    tasks: Vec<Task<'a>>,
    /// Failure texts of requests.
    failures: Vec<Failure<'a>>,
    /// What transactions failed of.
    failed_transactions: Vec<Failure<'a>>,
    /// Errors and panics of the suite's own code.
    exceptions: Vec<Exception>,
    generator: Generator,
    /// Local processes that were watched beside the load.
    processes: Vec<Process<'a>>,
    /// What the monitors of the plan have seen.
    monitors: Vec<Monitor<'a>>,
    /// Known mistakes that this run makes.
    warnings: Vec<Warning<'a>>,
    /// Warnings that somebody did not want.
    silenced: Vec<Silenced<'a>>,
    /// What the run shows of the target.
    diagnosis: Vec<Diagnosis<'a>>,
    /// What was said while the run went on.
    said: &'a [String],
    /// Files that were written before this one.
    files: Vec<String>,
}

/// One object with everything that a run has come to, indented, with a line end.
pub fn summary(facts: &Facts<'_>) -> Vec<u8> {
    let (snapshot, verdict) = (facts.snapshot, facts.verdict);
    let measured = snapshot.measured();
    let (all, rows, transactions) =
        (snapshot.aggregated(), snapshot.rows_by_name(), snapshot.transactions());
    let (failures, failed): (Vec<_>, Vec<_>) =
        (snapshot.failures().collect(), snapshot.failed_transactions().collect());
    super::indented(&Summary {
        version: VERSION,
        run: Run::of(facts),
        verdict: Verdict::of(verdict),
        trust: Trust::of(&verdict.run),
        targets: verdict.targets.iter().map(Target::of).collect(),
        expectations: verdict.expectations.iter().map(Expectation::of).collect(),
        load: Load::of(snapshot),
        aggregated: Row::of(&all, measured),
        requests: rows.iter().map(|row| Row::of(row, measured)).collect(),
        transactions: transactions.iter().map(|row| Row::of(row, measured)).collect(),
        stages: crate::stages::stages(snapshot).iter().map(RunStage::of).collect(),
        tasks: snapshot.tasks().iter().map(Task::of).collect(),
        failures: failures.iter().map(Failure::of).collect(),
        failed_transactions: failed.iter().map(Failure::of).collect(),
        exceptions: snapshot.exceptions().map(Exception::of).collect(),
        generator: Generator::of(&snapshot.generator),
        processes: snapshot.watched.iter().map(|it| Process::of(it, snapshot)).collect(),
        monitors: snapshot.monitors.iter().map(Monitor::of).collect(),
        warnings: facts.warnings.told().map(Warning::of).collect(),
        silenced: facts.warnings.kept_back().map(Silenced::of).collect(),
        diagnosis: facts.diagnosis.iter().map(Diagnosis::of).collect(),
        said: facts.said,
        files: facts.files.iter().map(|path| path.display().to_string()).collect(),
    })
}

/// The JSON Schema of [`summary`].
pub fn summary_schema() -> Vec<u8> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema: Schema = settings.into_generator().into_root_schema_for::<Summary<'static>>();
    schema.insert("title".to_owned(), "Summary of a Katydid load test".into());
    super::indented(&schema)
}
