//! One run of a suite, from checked settings to its exit code.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use katydid_core::{RunEvent, diagnose};
use katydid_engine::Hooks;
use katydid_report::csv::HistoryRows;
use katydid_store::Ending;

use crate::advisor::Advisor;
use crate::args::LogLevel;
use crate::capacity::Searcher;
use crate::console::Console;
use crate::embedded::{Backend, Order};
use crate::error::CliError;
use crate::export::Exports;
use crate::files::{FailureFile, LastFiles, Place, RUNS, Reports};
use crate::hooks::Calls;
use crate::limits::Needs;
use crate::live::{Live, Onlookers};
use crate::outcome::{End, ending_of};
use crate::preflight::{self, Findings, Wanted};
use crate::preparing::prepare;
use crate::printer::Printer;
use crate::saving::Saving;
use crate::settings::{Settings, check_url};
use crate::signals::Watch;
use crate::suite::Suite;
use crate::watching::Watching;
use crate::{guards, heading, limits, plan, request_line, selection};

/// Users that somebody may add by keys, whom the embedded backend must know.
const MOST_BY_KEYS: u32 = 1_000;

/// Runs the suite as `settings` say; `live` is the page beside it.
///
/// # Errors
/// Nothing was sent, for the reason told.
pub(crate) fn run(
    suite: &Suite,
    mut settings: Settings,
    watch: &Watch,
    console: &Console,
    live: Option<&Live>,
) -> Result<u8, CliError> {
    limits::make_room_for(&settings)?;
    if settings.run.shape.is_some() && settings.stages.is_none() {
        settings.run.most_users = limits::most(settings.run.threads);
    }
    // A port that is taken is told before anything is made or started.
    let kept = live.and_then(|live| live.kept().prometheus.clone());
    let exports = Exports::open(&settings.output.exports, kept, console)?;
    if let Some(live) = live {
        live.kept().prometheus = exports.endpoint();
    }
    let (place, place_made) = place(&settings, console);
    let by_hand = live.is_some() || watch.has_keys();
    let backend = start_backend(&mut settings, place.backend_log(), by_hand, console, live)?;
    describe(&settings, console);
    let advisor = Advisor::new(&settings.silences, console);
    advisor.before(&settings);
    let before = preflight::look(suite, &settings, backend.as_ref(), &advisor, console)?;
    let end = before.end(settings.preflight);
    if !matches!(end, Ok(None)) {
        place.discard();
    }
    if let Some(code) = end? {
        return Ok(code);
    }
    before.subtract(&mut settings.run)?;
    let failures = FailureFile::start(settings.failure_log.as_ref(), console)?;
    settings.run.failure_log = failures.as_ref().map(FailureFile::log);
    if let Some(ladder) = settings.search {
        let (settings, place) = (&settings, (place, place_made));
        let watching = Watching::choose(settings, backend.as_ref(), console)?;
        let search = Searcher {
            suite,
            settings,
            ladder,
            watch,
            console,
            advisor,
            backend,
            watching,
            place,
            live,
        };
        let found = search.run();
        if let Some(failures) = failures {
            failures
                .finish(console)
                .1
                .map_err(|fault| CliError::Output { what: "the log of failures", fault })?;
        }
        return found;
    }
    let place = (place, place_made);
    let stage = Stage { suite, settings, watch, console, advisor, backend, place, before, live };
    stage.run(exports, failures)
}

/// Everything that one run needs.
struct Stage<'a> {
    suite: &'a Suite,
    settings: Settings,
    watch: &'a Watch,
    console: &'a Console,
    advisor: Advisor,
    backend: Option<Backend>,
    /// Where the files go, and whether that could be arranged.
    place: (Place, bool),
    before: Findings,
    /// Who looks on from the live page.
    live: Option<&'a Live>,
}

impl Stage<'_> {
    /// Makes the load and reports it.
    fn run(self, mut exports: Exports, failures: Option<FailureFile>) -> Result<u8, CliError> {
        let Self { suite, mut settings, watch, console, advisor, backend, place, before, live } =
            self;
        let (place, place_made) = place;
        let mut watching = Watching::choose(&settings, backend.as_ref(), console)?;
        settings.run.hooks = hooks(suite, &settings, console);
        let mut calls = Calls::init(suite, &settings.run, console);
        let (run, folder) = (&settings.run, place.folder.as_deref());
        let prepared = prepare(suite, &settings, run, backend.as_ref(), folder, &advisor)?;
        watch.room.begin(Needs::of(suite, run, backend.as_ref(), prepared.enough));
        calls.test_start(&prepared.shared);
        let files = LastFiles::new(&settings.output, run, &place);
        files.probe(console);
        exports.describe(&suite.name, &settings);
        let output = &settings.output;
        let header = Arc::new(heading::of_suite(suite, &settings));
        let asked = (live, output.tui.as_deref());
        let mut onlookers = Onlookers::begin(asked, (&header, &place), watch, console);
        let quiet = output.only_summary || (onlookers.any() && !output.print_stats);
        let mut printer = Printer::new(console, quiet);
        let (prefix, rows) = (place.prefix.as_deref(), history_rows(&settings));
        let mut reports = Reports::new(prefix, rows, place_made, console);
        let mut saving = Saving::begin(&place, &header, console);
        let mut observe = |event: RunEvent<'_>| {
            printer.event(&event);
            reports.event(&event);
            advisor.event(&event);
            watching.event(&event);
            watching.save(&mut saving);
            saving.event(&event);
            exports.event(&event);
            onlookers.event(&event, &watching);
            pass_on(&event, &mut calls, backend.as_ref(), console);
        };
        watch.run_begins();
        watch.keys_begin(console);
        let (classes, shared) = (&settings.classes, prepared.shared);
        let ended = katydid_engine::run(classes, shared, run, &watch.control, &mut observe);
        onlookers.leave_terminal();
        let mut ended = ended?;
        watching.end(&mut ended.snapshot);
        calls.test_stop(ended.reason, &ended.snapshot);
        let (snapshot, reason) = (&ended.snapshot, ended.reason);
        exports.end(snapshot, console);
        let ending = Ending {
            advice: advisor.end(snapshot),
            diagnosis: diagnose(snapshot, &suite.advice),
            cost: guards::spent(suite, settings.max_cost, reason, snapshot, before.spent),
            ..ending_of(&ended)
        };
        // As in Locust: who wants the statistics as a file does not want them as tables.
        let shows_tables = settings.output.json_file.is_none();
        let goes_on = live.is_some_and(Live::goes_on);
        let (head, place, files) = (&*header, &place, &files);
        let end =
            End { header: head, snapshot, ending, shows_tables, goes_on, place, files, console };
        let failures = failures.map(|failures| failures.finish(console));
        let closed = end.close((reports, failures), calls, saving);
        let code = closed.verdict.exit_code;
        onlookers.over(ended.snapshot, closed);
        exports.linger(watch, console);
        Ok(code)
    }
}

/// Tells the suite that its users have started, and once that the embedded backend has died.
fn pass_on(
    event: &RunEvent<'_>,
    calls: &mut Calls<'_>,
    backend: Option<&Backend>,
    console: &Console,
) {
    match (event, backend) {
        (RunEvent::AllUsersStarted { users }, _) => calls.spawning_complete(users),
        (RunEvent::Tick(_), Some(backend)) => {
            backend.death().inspect(|death| console.warning(death));
        }
        _ => {}
    }
}

fn history_rows(settings: &Settings) -> HistoryRows {
    let every_name = settings.output.csv_full_history;
    if every_name { HistoryRows::EveryName } else { HistoryRows::Aggregated }
}

/// Where the files go, and whether that could be arranged.
fn place(settings: &Settings, console: &Console) -> (Place, bool) {
    let output = &settings.output;
    let named = |place: Place| match (&output.csv, &settings.scenario) {
        (None, Some(_)) => place.with_statistics(),
        (prefix, _) => Place { prefix: prefix.clone(), ..place },
    };
    if settings.preflight == Wanted::Only {
        return (Place::default(), true);
    }
    // Who names the files of a search wants no folder beside them.
    let elsewhere = settings.search.is_some() && output.csv.is_some();
    if output.no_save || elsewhere {
        return (Place { prefix: output.csv.clone(), folder: None }, true);
    }
    let scenario = settings.scenario.as_ref().map_or("run", |scenario| &scenario.name);
    let (place, made) = place_of(scenario, console);
    (named(place), made)
}

/// A folder for a run of this name among those kept, and whether that could be arranged.
pub(crate) fn place_of(name: &str, console: &Console) -> (Place, bool) {
    match Place::folder(Path::new(RUNS), name, Timestamp::now()) {
        Ok(place) => (place, true),
        Err(fault) => {
            console.warning(&format!(
                "no reports, {RUNS} cannot be written: {fault}; the run goes on"
            ));
            (Place::default(), false)
        }
    }
}

/// Starts the suite's own backend, if it is wanted, and makes it the host. That of the run before
/// serves the next one of a session, too, as long as it lives and knows enough users; its `log` is
/// where it was then.
pub(crate) fn start_backend(
    settings: &mut Settings,
    log: Option<PathBuf>,
    by_hand: bool,
    console: &Console,
    live: Option<&Live>,
) -> Result<Option<Backend>, CliError> {
    if !settings.embedded {
        return Ok(None);
    }
    let users = settings.run.users;
    let kept = live.and_then(|live| live.kept_backend(users, console));
    let backend = if let Some(backend) = kept {
        backend
    } else {
        let accounts = users.saturating_add(if by_hand { MOST_BY_KEYS } else { 0 });
        // A session may go on for ever.
        let run_time = settings.run.run_time.filter(|_| live.is_none());
        console.info("Starting the embedded backend");
        let backend = Backend::start(&Order { users: accounts, run_time, log })?;
        console.info(&format!("Embedded backend answers at {}", backend.ready().url));
        for note in &backend.ready().notes {
            console.info(note);
        }
        if let Some(live) = live {
            live.kept().backend = Some(backend.clone());
        }
        backend
    };
    settings.run.host = Some(check_url(&backend.ready().url)?.as_str().to_owned());
    Ok(Some(backend))
}

/// The suite's hooks of requests and errors, and the log's.
pub(crate) fn hooks(suite: &Suite, settings: &Settings, console: &Console) -> Hooks {
    let hooks = suite.hooks.engine.clone();
    match settings.output.loglevel {
        LogLevel::Debug => hooks.and(&request_line::hooks(console, &settings.run.mask)),
        _ => hooks,
    }
}

/// What would be needed to run the same again.
fn describe(settings: &Settings, console: &Console) {
    for note in &settings.sources.notes {
        console.info(note);
    }
    for warning in &settings.sources.warnings {
        console.warning(warning);
    }
    let run = &settings.run;
    console.info(&format!("Threads: {}, seed: {}", run.threads, run.seed));
    let stages = settings.stages.as_ref();
    if let Some(stages) = stages {
        console.info(&format!("Stages: {stages}"));
    }
    for warning in reach(settings) {
        console.warning(&warning);
    }
    if run.shape.is_some() && stages.is_none() {
        for option in ["users", "spawn-rate"] {
            if settings.sources.of(option).is_some() {
                let name = settings.sources.name(option);
                console.warning(&format!(
                    "{name} has no effect: the suite has a shape that decides the number of users"
                ));
            }
        }
    } else if run.arrivals.is_none()
        && let Some(left_out) = selection::left_out(&settings.classes, run.users)
    {
        console.warning(&left_out);
    }
    for class in &settings.classes {
        let tasks: Vec<String> = class.tasks().iter().map(|task| task.task.to_string()).collect();
        console.debug(&format!("{} runs {}", class.name(), tasks.join(", ")));
    }
    console.debug(&format!("HTTP: {:?}, verified: {}", run.http.timeout, run.http.verify_tls));
}

/// Targets that the load is too small for.
fn reach(settings: &Settings) -> Vec<String> {
    settings.load_stages().map_or_else(Vec::new, |stages| {
        let (classes, phases) = (&settings.classes, settings.run.phases());
        let load = (&stages, &phases[..]);
        let mut told = plan::out_of_reach(classes, load, settings.targets());
        told.extend(plan::too_short(classes, load, settings.expectations()));
        told
    })
}
