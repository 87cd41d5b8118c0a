//! The end of a search: the probes, what they come to, the files, the exit code.

use std::path::PathBuf;

use jiff::Timestamp;
use katydid_core::{Diagnosis, SearchOutcome, Warnings, counted, exit};
use katydid_report::{csv, json, plan, table};

use super::probe::Probed;
use super::{PROBES, Searcher};
use crate::console::width;
use crate::files::{LastFiles, Written, write_whole};
use crate::hooks::Calls;
use crate::live::Live;
use crate::outcome::reports_text;

/// A search that has ended, with all that is said of it.
pub(super) struct Ending<'a> {
    pub(super) outcome: SearchOutcome,
    pub(super) diagnosis: Vec<Diagnosis>,
    pub(super) last: Option<Probed>,
    pub(super) searcher: Searcher<'a>,
}

impl Ending<'_> {
    /// Writes the files, prints the end and returns the exit code.
    pub(super) fn close(self) -> u8 {
        let Self { outcome, diagnosis, last, searcher } = self;
        let Searcher { suite, settings, console, advisor, place, live, .. } = searcher;
        let (place, place_made) = place;
        let warnings = advisor.close();
        let mut code = outcome.exit_code(settings.strict, settings.failed_code);
        if let Some(last) = last {
            code = quitting(suite, last, code, settings.failed_code, console);
        }
        let scenario = settings.scenario.as_ref();
        let snippet = scenario.and_then(|scenario| plan::check_of(&outcome, scenario));
        let mut written = Written { whole: place_made, ..Written::default() };
        let files = LastFiles::new(&settings.output, &settings.run, &place);
        files.json(|| json::search(&outcome), &mut written, console);
        let told = Told { outcome: &outcome, diagnosis: &diagnosis, warnings: &warnings };
        for (path, bytes) in files_of(&place, &outcome, snippet.as_ref()) {
            written.note(path.clone(), write_whole(&path, &bytes), console);
        }
        let again = again(&place, suite);
        let text = || head(settings, &outcome) + &told.text(snippet.as_deref(), code) + &again;
        files.text(text, &mut written, console);
        written.paths.extend(place.backend_log().filter(|log| log.exists()));
        if !written.whole {
            code = exit::worst([code, exit::TOOL]);
        }
        let goes_on = live.is_some_and(Live::goes_on);
        let what = if goes_on { "The search is over" } else { "Shutting down" };
        console.info(&format!("{what} (exit code {code})"));
        if let Some(live) = live {
            live.found(outcome.sentence(), place.folder.clone());
        }
        console.block(&table::probes(&outcome, width()));
        console.block(&table::warnings(&warnings));
        console.block(&table::diagnosis(&diagnosis));
        if let Some(snippet) = &snippet {
            console.block(&format!("A plan that checks this load\n{snippet}"));
        }
        console.block(&again);
        console.block(&reports_text(&written));
        console.conclusion(&closing(&outcome, code), outcome.is_found());
        code
    }
}

/// Calls the suite's last hooks with the last probe; the exit code after them.
fn quitting(
    suite: &crate::suite::Suite,
    last: Probed,
    code: u8,
    failed_code: u8,
    console: &crate::console::Console,
) -> u8 {
    let Probed { mut verdict, outcome, run, shared, .. } = last;
    verdict.exit_code = code;
    let mut calls = Calls::again(suite, &run, console);
    calls.share(&shared);
    let aftermath = calls.quitting(&verdict, &outcome.snapshot);
    aftermath.mark(&mut verdict, failed_code);
    verdict.exit_code
}

fn files_of(
    place: &crate::files::Place,
    outcome: &SearchOutcome,
    snippet: Option<&String>,
) -> Vec<(PathBuf, Vec<u8>)> {
    let probes = match (&place.folder, &place.prefix) {
        (Some(folder), _) => Some(folder.join("probes.csv")),
        (None, prefix) => {
            prefix.as_ref().map(|prefix| PathBuf::from(format!("{prefix}_probes.csv")))
        }
    };
    let check = place.folder.as_ref().map(|folder| folder.join("at-capacity.toml"));
    let mut files: Vec<(PathBuf, Vec<u8>)> =
        probes.map(|path| (path, csv::probes(outcome))).into_iter().collect();
    files.extend(check.zip(snippet).map(|(path, text)| (path, text.clone().into_bytes())));
    files
}

/// How the probes can be looked at again, where they are saved.
fn again(place: &crate::files::Place, suite: &crate::suite::Suite) -> String {
    let folder = place.folder.as_ref().map(|folder| folder.join(PROBES)).filter(|it| it.is_dir());
    folder.map_or_else(String::new, |folder| {
        let (suite, folder) = (&suite.name, folder.display());
        format!("Each probe is a saved run: {suite} report {folder}/NUMBER-USERS-users --html page.html\n")
    })
}

/// The first lines of `run.txt`: what was searched, where and how.
fn head(settings: &crate::settings::Settings, outcome: &SearchOutcome) -> String {
    let run = &settings.run;
    let scenario = settings.scenario.as_ref();
    let (name, load) = scenario
        .map_or_else(Default::default, |scenario| (scenario.name.clone(), scenario.load_text()));
    format!(
        "Ended {}, lasted {:.1} s\nHost {}\nScenario {name}, {load}, users started at {:.2} per \
         second, {}, seed {}\n\n",
        Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        outcome.took.as_secs_f64(),
        run.host.as_deref().unwrap_or("of each class"),
        run.spawn_rate,
        counted(run.threads, "thread"),
        run.seed
    )
}

struct Told<'a> {
    outcome: &'a SearchOutcome,
    diagnosis: &'a [Diagnosis],
    warnings: &'a Warnings,
}

impl Told<'_> {
    /// The rest of `run.txt`.
    fn text(&self, snippet: Option<&str>, code: u8) -> String {
        let mut text = table::probes(self.outcome, None) + "\n";
        for block in [table::warnings(self.warnings), table::diagnosis(self.diagnosis)] {
            if !block.is_empty() {
                text += &format!("{block}\n");
            }
        }
        if let Some(snippet) = snippet {
            text += &format!("A plan that checks this load\n{snippet}\n");
        }
        text + &closing(self.outcome, code) + "\n"
    }
}

/// The exit code, and the conclusion as the last line.
fn closing(outcome: &SearchOutcome, code: u8) -> String {
    let disturbed = if outcome.is_disturbed() {
        "A probe counts that was disturbed each time; a quiet machine gives a surer number.\n"
    } else {
        ""
    };
    format!("{disturbed}Exit code {code}\n{}", outcome.sentence())
}
