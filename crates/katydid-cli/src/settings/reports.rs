//! Which reports for machines are written at the end, and where.

use std::path::{Path, PathBuf};

use katydid_report::{Facts, json, junit, markdown};

use crate::args::ReportArgs;
use crate::error::CliError;

/// What makes the text of a report.
pub(crate) type Maker = fn(&Facts<'_>) -> Vec<u8>;

/// Reports for machines, in the order in which they are written: the summary is last, because it
/// names the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportFiles {
    junit: Option<PathBuf>,
    md: Option<PathBuf>,
    summary: Option<PathBuf>,
}

impl ReportFiles {
    /// Decides what `args` mean.
    ///
    /// # Errors
    /// Two reports in one file.
    pub(crate) fn resolve(args: &ReportArgs, html: Option<&PathBuf>) -> Result<Self, CliError> {
        let ReportArgs { junit, md, summary_json } = args.clone();
        let named = [("html", html), ("junit", junit.as_ref()), ("md", md.as_ref())];
        let named = named.into_iter().chain([("summary-json", summary_json.as_ref())]);
        let named: Vec<_> = named.filter_map(|(long, path)| Some((long, path?))).collect();
        for (at, (long, path)) in named.iter().enumerate() {
            if let Some((other, _)) = named[..at].iter().find(|(_, other)| other == path) {
                return Err(CliError::Usage(format!(
                    "--{other} and --{long} name one file, {}; give each its own",
                    path.display()
                )));
            }
        }
        Ok(Self { junit, md, summary: summary_json })
    }

    /// Each wanted report with what makes it.
    pub(crate) fn table(&self) -> impl Iterator<Item = (&Path, Maker)> {
        let known: [(&Option<PathBuf>, Maker); 3] =
            [(&self.junit, junit), (&self.md, markdown), (&self.summary, json::summary)];
        known.into_iter().filter_map(|(path, make)| Some((path.as_deref()?, make)))
    }
}
