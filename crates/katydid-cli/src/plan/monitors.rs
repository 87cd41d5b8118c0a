//! The tables `[monitor.NAME]`: what is watched beside the load.

use std::path::PathBuf;
use std::time::Duration;

use katydid_core::{
    Expectation, MonitorRule, Monitored, Unit, is_loopback, or_nearest, parse_span,
};
use katydid_monitor::{Selector, Source, What, Which};
use regex::bytes::Regex;
use url::Url;

use super::error::PlanError;
use super::keys::{Key, MONITOR, WATCHED};
use super::postgres::{PlannedPostgres, postgres};
use super::table::{Entry, entries};
use crate::settings::check_url;

/// What makes a line of a log an error, if the plan does not say.
const ERRORS: &str = r"\b(ERROR|CRITICAL|FATAL)\b";
/// Between two looks at this machine …
const NEAR: Duration = Duration::from_secs(1);
/// … over the network …
const FAR: Duration = Duration::from_secs(5);
/// … and at what a command prints.
const COMMAND: Duration = Duration::from_secs(10);
/// What a look may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Closer looks than these cost more than they tell.
const CLOSEST: Duration = Duration::from_millis(100);

/// A monitor as the plan has it.
#[derive(Clone, Debug)]
pub(crate) struct PlannedMonitor {
    pub(crate) name: String,
    what: Planned,
    every: Option<Duration>,
    timeout: Option<Duration>,
    /// That it cannot be watched is no reason for a warning.
    pub(crate) optional: bool,
    rules: Vec<MonitorRule>,
}

/// What is watched, before the host of the run is known.
#[derive(Clone, Debug)]
enum Planned {
    Known(What),
    Prometheus(Address, Vec<Selector>),
    Postgres(PlannedPostgres),
    Health(Address),
    /// The embedded backend has its own folder.
    Log(PathBuf, Regex),
}

/// Where an endpoint is.
#[derive(Clone, Debug)]
enum Address {
    Whole(Url),
    /// On the host of the run.
    Path(String),
}

/// What the run is about, for monitors that follow it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunPlace<'a> {
    /// The host.
    pub(crate) host: Option<&'a str>,
    /// The folder with the files of the embedded backend.
    pub(crate) folder: Option<&'a std::path::Path>,
    /// The value of a variable of the environment.
    pub(crate) env: fn(&str) -> Option<String>,
}

impl PlannedMonitor {
    /// What must hold of it.
    pub(crate) fn expectations(&self) -> impl Iterator<Item = Expectation> {
        self.rules.iter().cloned().map(Expectation::Monitor)
    }

    /// What is wrong with how it is written, though it works.
    pub(crate) fn warning(&self) -> Option<String> {
        match &self.what {
            Planned::Postgres(database) => database.warning(),
            _ => None,
        }
    }

    /// What is to be watched in a run.
    ///
    /// # Errors
    /// What the run lacks for it.
    pub(crate) fn source(&self, run: RunPlace<'_>) -> Result<Source, String> {
        let what = match &self.what {
            Planned::Known(what) => what.clone(),
            Planned::Prometheus(address, series) => {
                What::Prometheus { url: address.of(run)?, series: series.clone() }
            }
            Planned::Postgres(database) => What::Postgres(database.url(run.env)?),
            Planned::Health(address) => What::Health(address.of(run)?),
            Planned::Log(path, errors) => {
                let path = run.folder.map_or_else(|| path.clone(), |folder| folder.join(path));
                What::Log { path, errors: errors.clone() }
            }
        };
        let (every, timeout) = match &what {
            What::Command(_) => (COMMAND, COMMAND),
            What::Prometheus { url, .. } | What::Health(url) => {
                (if is_loopback(url.as_str()) { NEAR } else { FAR }, TIMEOUT)
            }
            What::Postgres(url) => (if url.is_near() { NEAR } else { FAR }, TIMEOUT),
            _ => (NEAR, TIMEOUT),
        };
        Ok(Source {
            name: self.name.clone(),
            what,
            every: self.every.unwrap_or(every),
            timeout: self.timeout.unwrap_or(timeout),
        })
    }
}

impl Address {
    fn of(&self, run: RunPlace<'_>) -> Result<Url, String> {
        match self {
            Self::Whole(url) => Ok(url.clone()),
            Self::Path(path) => {
                let host =
                    run.host.ok_or("this run has no single host; write the whole address")?;
                let host = Url::parse(host).map_err(|fault| fault.to_string())?;
                host.join(path).map_err(|fault| fault.to_string())
            }
        }
    }
}

/// Reads the tables.
pub(super) fn monitors(table: &Entry<'_>) -> Result<Vec<PlannedMonitor>, PlanError> {
    let each = entries(table.source, "monitor", table.table()?);
    if let Some(one_more) = each.get(Monitored::MOST) {
        return Err(one_more.wrong(format!("a plan has at most {} monitors", Monitored::MOST)));
    }
    each.iter().map(monitor).collect()
}

fn monitor(table: &Entry<'_>) -> Result<PlannedMonitor, PlanError> {
    let within = format!("monitor.{}", table.name());
    let parts = entries(table.source, &within, table.table()?);
    let known: Vec<&str> = WATCHED.iter().chain(&MONITOR).map(|key| key.name).collect();
    if let Some(unknown) = parts.iter().find(|part| !known.contains(&part.name())) {
        return Err(unknown.unknown(&known));
    }
    let part = |name: &str| parts.iter().find(|part| part.name() == name);
    let words = WATCHED.map(|Key { name, .. }| name).join(", ");
    let mut watched = parts.iter().filter(|part| WATCHED.iter().any(|key| key.name == part.name()));
    let Some(what) = watched.next() else {
        return Err(table.wrong(format!("it does not say what is watched; add one of {words}")));
    };
    if let Some(second) = watched.next() {
        let (one, other) = (what.name(), second.name());
        return Err(
            second.wrong(format!("`{one}` and `{other}` are two monitors; write two tables"))
        );
    }
    for (name, of) in [("series", "prometheus"), ("errors", "log"), ("password-env", "postgres")] {
        if let Some(astray) = part(name).filter(|_| what.name() != of) {
            return Err(
                astray.wrong(format!("`{name}` belongs to `{of}`, not to `{}`", what.name()))
            );
        }
    }
    let planned = match what.name() {
        "postgres" => Planned::Postgres(postgres(what, part("password-env"))?),
        _ => planned(what, part("series"), part("errors"))?,
    };
    let mut rules = Vec::new();
    for item in part("rules").map(Entry::texts).transpose()?.unwrap_or_default() {
        let rule = MonitorRule::parse(table.name(), item.text)
            .map_err(|fault| item.wrong(fault.to_string()))?;
        if let Some(known) = planned.series()
            && !known.iter().any(|name| name == rule.series())
        {
            let nearest = or_nearest(rule.series(), known.iter().map(String::as_str));
            return Err(item.wrong(format!("it has no series `{}`; {nearest}", rule.series())));
        }
        if let (Planned::Postgres(_), name @ ("connections" | "connections_database")) =
            (&planned, rule.series())
            && !rule.fits(Unit::Count)
        {
            let text = format!("`{name}` is a number; a share of what there is has `{name}_used`");
            return Err(item.wrong(text));
        }
        rules.push(rule);
    }
    Ok(PlannedMonitor {
        name: table.name().to_owned(),
        what: planned,
        every: part("every").map(time).transpose()?,
        timeout: part("timeout").map(time).transpose()?,
        optional: part("optional").map(Entry::switch).transpose()?.unwrap_or_default(),
        rules,
    })
}

fn planned(
    what: &Entry<'_>,
    series: Option<&Entry<'_>>,
    errors: Option<&Entry<'_>>,
) -> Result<Planned, PlanError> {
    let path = || what.text().map(PathBuf::from);
    Ok(match what.name() {
        "machine" if what.switch()? => Planned::Known(What::Machine(PathBuf::from("."))),
        "machine" => return Err(what.wrong_value("leave the table out, or write machine = true")),
        "pid" => Planned::Known(What::Process(Which::Pid(what.count()?))),
        "port" => {
            let port = u16::try_from(what.count()?);
            let port = port.map_err(|_| what.wrong_value("a port is at most 65535"))?;
            Planned::Known(What::Process(Which::Port(port)))
        }
        "process" => Planned::Known(What::Process(Which::Name(what.text()?.to_owned()))),
        "cgroup" => Planned::Known(What::Cgroup(path()?)),
        "health" => Planned::Health(address(what)?),
        "prometheus" => {
            let Some(series) = series else {
                let text = "it lacks `series`: which of them, series = [\"http_requests_total\"]";
                return Err(what.wrong(text));
            };
            let selector = |item: super::table::Item<'_>| {
                item.text.parse().map_err(|f| item.wrong(format!("{f}")))
            };
            let series = series.texts()?.into_iter().map(selector).collect::<Result<_, _>>()?;
            Planned::Prometheus(address(what)?, series)
        }
        "log" => {
            let text = errors.map(Entry::text).transpose()?.unwrap_or(ERRORS);
            let regex = Regex::new(text).map_err(|fault| {
                let fault = fault.to_string();
                let last = fault.lines().last().unwrap_or_default().trim();
                errors.unwrap_or(what).wrong_value(format!("`{text}` is no pattern: {last}"))
            })?;
            Planned::Log(path()?, regex)
        }
        _ => {
            let words = what.texts()?.into_iter().map(|item| item.text.to_owned()).collect();
            Planned::Known(What::Command(words))
        }
    })
}

impl Planned {
    /// The names of its series, where they are known before the run.
    fn series(&self) -> Option<Vec<String>> {
        let nowhere = || Url::parse("http://localhost").expect("it is an address");
        match self {
            Self::Known(what) => what.series(),
            Self::Prometheus(_, series) => {
                What::Prometheus { url: nowhere(), series: series.clone() }.series()
            }
            Self::Postgres(database) => What::Postgres(database.bare()).series(),
            Self::Health(_) => What::Health(nowhere()).series(),
            Self::Log(path, errors) => {
                What::Log { path: path.clone(), errors: errors.clone() }.series()
            }
        }
    }
}

/// A whole address, or a path of the run's host.
fn address(part: &Entry<'_>) -> Result<Address, PlanError> {
    let text = part.text()?;
    if text.starts_with('/') {
        return Ok(Address::Path(text.to_owned()));
    }
    let url = check_url(text).map_err(|fault| part.wrong_value(fault.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(part.wrong_value("an address here has no user and no password"));
    }
    Ok(Address::Whole(url))
}

fn time(part: &Entry<'_>) -> Result<Duration, PlanError> {
    let span = parse_span(part.text()?).map_err(|fault| part.wrong_value(fault.to_string()))?;
    if span < CLOSEST {
        return Err(part.wrong_value(format!("`{}` is at least 100ms", part.name())));
    }
    Ok(span)
}
