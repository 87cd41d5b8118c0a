//! The files that are written once, at the end of a run: JSON, page, reports for machines,
//! `run.txt`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use katydid_engine::RunSettings;
use katydid_report::html;

use super::whole::{probe, write_whole};
use super::{Place, Written};
use crate::console::Console;
use crate::settings::{Maker, OutputSettings, ReportFiles};

/// What is written at the end, and where.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastFiles {
    stdout: bool,
    json: Option<PathBuf>,
    html: Option<PathBuf>,
    /// Reports for machines.
    reports: Vec<(PathBuf, Maker)>,
    text: Option<PathBuf>,
}

impl LastFiles {
    /// What `output` asks for; `run` fills the places of a page's name.
    pub(crate) fn new(output: &OutputSettings, run: &RunSettings, place: &Place) -> Self {
        let named = |path: &PathBuf| match path.to_str() {
            Some(name) => {
                PathBuf::from(html::file_name(name, run.users, run.spawn_rate, run.run_time))
            }
            None => path.clone(),
        };
        Self {
            stdout: output.json,
            json: output.json_file.as_ref().map(|name| PathBuf::from(format!("{name}.json"))),
            html: output.html.as_ref().map(named),
            ..Self::of_run(&output.reports, place)
        }
    }

    /// Reports for machines, and `run.txt` where the run has a folder.
    pub(crate) fn of_run(reports: &ReportFiles, place: &Place) -> Self {
        Self {
            reports: reports.table().map(|(path, make)| (path.to_owned(), make)).collect(),
            text: place.folder.as_ref().map(|folder| folder.join("run.txt")),
            ..Self::default()
        }
    }

    /// With the page, by its name as it is.
    pub(crate) fn with_page(self, html: Option<PathBuf>) -> Self {
        Self { html, ..self }
    }

    /// Where single requests can be looked at.
    pub(crate) fn exemplars(&self) -> String {
        let files: Vec<_> = [&self.text, &self.html].into_iter().flatten().collect();
        match &files[..] {
            [] => "--html FILE shows them".to_owned(),
            files => {
                let names = files.iter().map(|path| path.display().to_string());
                format!("see {}", names.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Says before an hour of load which file could not be written after it.
    pub(crate) fn probe(&self, console: &Console) {
        let reports = self.reports.iter().map(|(path, _)| path);
        for path in [&self.json, &self.html].into_iter().flatten().chain(reports) {
            if let Err(fault) = probe(path) {
                let path = path.display();
                console.warning(&format!("report {path} cannot be written: {fault}"));
            }
        }
    }

    /// Writes the statistics.
    pub(crate) fn json(
        &self,
        make: impl Fn() -> Vec<u8>,
        written: &mut Written,
        console: &Console,
    ) {
        if self.stdout {
            // The same terminal may show both.
            console.progress(None);
            console.flush(None);
            let printed = print(&make());
            if printed.is_err() {
                written.note(PathBuf::from("(standard output)"), printed, console);
            }
        }
        if let Some(path) = &self.json {
            written.note(path.clone(), write_whole(path, &make()), console);
        }
    }

    /// Writes the page.
    pub(crate) fn html(
        &self,
        make: impl Fn() -> Vec<u8>,
        written: &mut Written,
        console: &Console,
    ) {
        if let Some(path) = &self.html {
            written.note(path.clone(), write_whole(path, &make()), console);
        }
    }

    /// Writes the reports for machines, each by what makes it.
    pub(crate) fn reports(
        &self,
        make: impl Fn(Maker, &Written) -> Vec<u8>,
        written: &mut Written,
        console: &Console,
    ) {
        for (path, maker) in &self.reports {
            let text = make(*maker, written);
            written.note(path.clone(), write_whole(path, &text), console);
        }
    }

    /// Writes `run.txt`.
    pub(crate) fn text(&self, make: impl Fn() -> String, written: &mut Written, console: &Console) {
        if let Some(path) = &self.text {
            written.note(path.clone(), write_whole(path, make().as_bytes()), console);
        }
    }
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // A reader that has gone (`| head -1`) is no fault.
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
