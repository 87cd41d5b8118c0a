//! What is printed and stored.

use std::path::PathBuf;

use super::{ExportSettings, ReportFiles};
use crate::args::{Args, LogLevel};
use crate::error::CliError;

/// What is printed and stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Locust's")]
pub(crate) struct OutputSettings {
    /// Prefix of the CSV files.
    pub(crate) csv: Option<String>,
    /// The run leaves no folder.
    pub(crate) no_save: bool,
    /// The history has a row for each name.
    pub(crate) csv_full_history: bool,
    /// The report, a page.
    pub(crate) html: Option<PathBuf>,
    /// The statistics go to stdout as JSON.
    pub(crate) json: bool,
    /// The statistics go to this file, with `.json` behind its name.
    pub(crate) json_file: Option<String>,
    /// Reports for machines.
    pub(crate) reports: ReportFiles,
    /// Time series of other programs.
    pub(crate) exports: ExportSettings,
    /// Tables during the run, also with the live page.
    pub(crate) print_stats: bool,
    /// The run is shown on one screen of the terminal; this is what asked for it.
    pub(crate) tui: Option<String>,
    /// No tables before the end.
    pub(crate) only_summary: bool,
    /// Neither log nor tables.
    pub(crate) skip_log_setup: bool,
    /// How much is logged.
    pub(crate) loglevel: LogLevel,
    /// Where the log goes instead of stderr.
    pub(crate) logfile: Option<PathBuf>,
    /// Only say which share each task has.
    pub(crate) show_task_ratio: bool,
    /// The same as JSON.
    pub(crate) show_task_ratio_json: bool,
    /// Only name the user classes.
    pub(crate) list: bool,
    /// The list says more of each class.
    pub(crate) verbose: bool,
}

impl OutputSettings {
    /// Decides what `args` mean; nothing of it needs a host or a class.
    ///
    /// # Errors
    /// Options that want others.
    pub(crate) fn resolve(args: &Args) -> Result<Self, CliError> {
        let (output, select) = (args.output.clone(), &args.select);
        if output.csv_full_history && output.csv.is_none() {
            let option = args.sources.name("csv-full-history");
            return Err(CliError::Usage(format!("{option} needs --csv PREFIX")));
        }
        if select.verbose && !select.list {
            return Err(CliError::usage("--verbose belongs to --list; for a run it is -L DEBUG"));
        }
        Ok(Self {
            exports: ExportSettings::resolve(&args.exports, |long| args.sources.name(long))?,
            reports: ReportFiles::resolve(&args.reports, output.html.as_ref())?,
            csv: output.csv,
            no_save: output.no_save,
            csv_full_history: output.csv_full_history,
            html: output.html,
            json: output.json,
            json_file: output.json_file,
            print_stats: output.print_stats,
            tui: output.tui.then(|| args.sources.name("tui")),
            only_summary: output.only_summary,
            skip_log_setup: output.skip_log_setup,
            loglevel: output.loglevel.unwrap_or_default(),
            logfile: output.logfile,
            show_task_ratio: args.tuning.show_task_ratio,
            show_task_ratio_json: args.tuning.show_task_ratio_json,
            list: select.list,
            verbose: select.verbose,
        })
    }
}
