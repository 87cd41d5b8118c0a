//! What is known of a run before its first request, for its file and its reports.

use std::num::NonZero;
use std::time::SystemTime;

use katydid_core::{Expectation, Target, counted, exit};
use katydid_engine::{Class, RunSettings};
use katydid_store::{Header, Load, Place};

use crate::again;
use crate::args::SECRETS_OF_THE_PAGE;
use crate::settings::Settings;
use crate::suite::Suite;

/// Users per second of those who start at once; all within a microsecond.
pub(crate) const AT_ONCE: f64 = 1e12;

/// The head of a suite's run.
pub(crate) fn of_suite(suite: &Suite, settings: &Settings) -> Header {
    let words = settings.again.clone().unwrap_or_else(|| std::env::args_os().collect());
    let secrets = suite.options.iter().filter(|it| it.secret).map(|it| it.name.as_str());
    let secrets = secrets.chain(SECRETS_OF_THE_PAGE);
    Header {
        suite: suite.name.clone(),
        scenario: settings.scenario.as_ref().map(|scenario| scenario.name.clone()),
        label: settings.label.clone(),
        load: load(&settings.run, settings.stages.as_ref().map(ToString::to_string)),
        command: again::command(words, secrets, &settings.run.mask, settings.run.seed),
        settings: said(settings),
        targets: settings.targets().to_vec(),
        expectations: settings.expectations().to_vec(),
        failed_code: settings.failed_code,
        strict: settings.strict,
        ..of_run(&settings.classes, &settings.run)
    }
}

/// The head of a run without a suite.
pub(crate) fn of_run(classes: &[Class], run: &RunSettings) -> Header {
    let (targets, expectations): (Vec<Target>, Vec<Expectation>) = Default::default();
    Header {
        katydid: env!("CARGO_PKG_VERSION").to_owned(),
        suite: "katydid".to_owned(),
        scenario: None,
        label: None,
        started: SystemTime::now(),
        host: run.host.clone().unwrap_or_else(|| "of each class".to_owned()),
        load: load(run, None),
        command: again::command(std::env::args_os(), [], &run.mask, run.seed),
        place: place(),
        threads: run.threads,
        seed: run.seed,
        classes: classes.iter().map(|class| class.name().clone()).collect(),
        tasks: classes.iter().flat_map(Class::tasks).collect(),
        phases: run.phases(),
        targets,
        expectations,
        failed_code: exit::FAILED,
        strict: false,
        settings: Vec::new(),
    }
}

/// How much load a run is.
pub(crate) fn load(run: &RunSettings, stages: Option<String>) -> Load {
    let text = match (&run.arrivals, stages) {
        (Some(open), _) => {
            format!("Task starts at {}, at most {} in flight", open.rate, open.max_in_flight)
        }
        (None, Some(stages)) => format!("Stages {stages}"),
        (None, None) if run.spawn_rate >= AT_ONCE => {
            format!("{} at once", counted(run.users, "user"))
        }
        (None, None) => {
            format!("{} at {:.2} per second", counted(run.users, "user"), run.spawn_rate)
        }
    };
    Load {
        text,
        users: run.users,
        spawn_rate: run.spawn_rate,
        run_time: run.run_time,
        open: run.arrivals.is_some(),
    }
}

fn place() -> Place {
    Place {
        machine: gethostname::gethostname().to_string_lossy().into_owned(),
        system: std::env::consts::OS.to_owned(),
        processor: std::env::consts::ARCH.to_owned(),
        cores: std::thread::available_parallelism().map_or(0, NonZero::get),
    }
}

/// Every setting that says something, as it was meant in this run.
fn said(settings: &Settings) -> Vec<[String; 3]> {
    let run = &settings.run;
    let meant = |row: &[String; 3]| {
        let mut row = row.clone();
        match row[0].as_str() {
            "seed" => row[1] = run.seed.to_string(),
            "threads" => row[1] = run.threads.to_string(),
            _ => {}
        }
        row
    };
    let said = |row: &&[String; 3]| row[2] != "default" || !["-", "false"].contains(&&*row[1]);
    settings.rows.iter().filter(said).map(meant).collect()
}
