//! The list of saved runs.

use std::collections::HashMap;

use katydid_store::{Found, Header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::shown::{epoch, seconds};

/// Saved runs, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownRuns {
    runs: Vec<ShownSaved>,
}

/// A saved run in a line.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ShownSaved {
    /// The name of its folder.
    name: String,
    /// A time of day.
    started: Option<f64>,
    suite: Option<String>,
    scenario: Option<String>,
    /// What somebody calls it.
    label: Option<String>,
    host: Option<String>,
    load: Option<String>,
    /// Seconds; this and what follows is `null` for a run that was broken off.
    length: Option<f64>,
    requests: Option<u64>,
    failures: Option<u64>,
    /// `VALID`, `DISTURBED` or `INVALID`.
    run: Option<String>,
    /// `PASS`, `FAIL` or `INVALID`.
    verdict: Option<String>,
    exit_code: Option<u8>,
    /// It has its end.
    whole: bool,
    /// Why nothing is known of it, as a sentence.
    fault: Option<String>,
}

/// What is known of runs that were listed, with the length of their files then: a file that grows
/// is looked at again.
#[derive(Default)]
pub(super) struct Known(HashMap<String, (u64, ShownSaved)>);

impl Known {
    pub(super) fn list(&mut self, all: &[Found]) -> ShownRuns {
        self.0.retain(|name, _| all.iter().any(|run| run.name == *name));
        let mut runs = Vec::new();
        for found in all.iter().rev() {
            let bytes = std::fs::metadata(found.file()).map_or(0, |file| file.len());
            let known = self.0.get(&found.name).filter(|(then, _)| *then == bytes);
            let line = known.map_or_else(|| line(found), |(_, line)| line.clone());
            self.0.insert(found.name.clone(), (bytes, line.clone()));
            runs.push(line);
        }
        ShownRuns { runs }
    }
}

fn line(found: &Found) -> ShownSaved {
    let (header, end) = match found.ends() {
        Ok((header, end)) => (Some(header), end.ok()),
        Err(fault) => {
            return ShownSaved { fault: Some(fault.to_string()), ..headed(found, None) };
        }
    };
    let line = headed(found, header);
    let Some(ending) = end else { return line };
    let result = ending.result;
    ShownSaved {
        started: Some(epoch(ending.started)),
        length: Some(seconds(result.elapsed)),
        requests: Some(result.requests),
        failures: Some(result.failed),
        run: Some(result.run),
        verdict: Some(result.verdict),
        exit_code: Some(result.exit_code),
        whole: true,
        ..line
    }
}

/// What is known from the beginning of the file.
fn headed(found: &Found, header: Option<Header>) -> ShownSaved {
    let header = header.as_ref();
    ShownSaved {
        name: found.name.clone(),
        started: header.map(|it| epoch(it.started)),
        suite: header.map(|it| it.suite.clone()),
        scenario: header.and_then(|it| it.scenario.clone()),
        label: header.and_then(|it| it.label.clone()),
        host: header.map(|it| it.host.clone()),
        load: header.map(|it| it.load.text.clone()),
        length: None,
        requests: None,
        failures: None,
        run: None,
        verdict: None,
        exit_code: None,
        whole: false,
        fault: None,
    }
}
