//! The suite prepares the data of a run.

use std::cell::RefCell;
use std::path::Path;

use katydid_core::TaskInfo;
use katydid_engine::{Class, RunSettings, Shared};

use crate::advisor::Advisor;
use crate::embedded::Backend;
use crate::error::CliError;
use crate::settings::Settings;
use crate::suite::{Enough, Preparation, Suite};

/// What a suite has prepared for a run.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// What all users share.
    pub(crate) shared: Shared,
    /// What tells whether there is enough for a number of users.
    pub(crate) enough: Option<Enough>,
}

/// The data of a run.
///
/// # Errors
/// What the suite lacks for it.
pub(crate) fn prepare(
    suite: &Suite,
    settings: &Settings,
    run: &RunSettings,
    backend: Option<&Backend>,
    folder: Option<&Path>,
    advisor: &Advisor,
) -> Result<Prepared, CliError> {
    let options = &settings.options;
    let Some(prepare) = &suite.prepare else {
        let mut prepared = Prepared::default();
        prepared.shared.insert(options.clone());
        return Ok(prepared);
    };
    let tasks: Vec<TaskInfo> = settings.classes.iter().flat_map(Class::tasks).collect();
    let host = run.host.as_deref().unwrap_or_default();
    let enough = RefCell::default();
    let preparation = Preparation {
        users: run.users,
        host: host.trim_end_matches('/'),
        accounts: settings.accounts.as_deref(),
        seed: run.seed,
        embedded: backend.map(Backend::ready),
        folder,
        run_time: run.run_time,
        options,
        tasks: &tasks,
        advisor,
        enough: &enough,
    };
    let prepared = prepare(&preparation);
    let mut shared = prepared.map_err(|fault| CliError::Prepare(fault.to_string()))?;
    shared.insert(options.clone());
    Ok(Prepared { shared, enough: enough.into_inner() })
}
