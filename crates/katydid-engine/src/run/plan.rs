//! What is settled before the first thread starts: everything checked, every user given a class.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::HeaderValue;
use katydid_core::{CHECKED, counted};
use url::Url;

use super::executor::{Assignment, ClassPlan};
use super::quota::Limit;
use super::settings::{CENTURY, HttpSettings, RunError, RunSettings, Window};
use crate::class::Class;
use crate::shared::Shared;

/// Checks everything and lays out who runs what.
pub(super) fn plan(
    classes: &[Class],
    shared: Shared,
    settings: &RunSettings,
) -> Result<Assignment, RunError> {
    check_numbers(settings)?;
    let mut names = BTreeSet::new();
    let mut plans = Vec::new();
    let mut first_task = 0;
    for class in classes {
        class.check()?;
        if !names.insert(Arc::clone(class.name())) {
            return Err(RunError::DuplicateClass(class.name().to_string()));
        }
        let tasks = class.tasks().len();
        plans.push(ClassPlan {
            class: class.clone(),
            host: host(class, settings)?,
            first_task,
            tasks,
        });
        first_task += tasks as u32;
    }
    check_arrivals(classes, settings)?;
    if classes.iter().all(|class| class.shares() == (0, 0)) {
        return Err(RunError::NoClass);
    }
    let http = &settings.http;
    let tls = crate::session::client_config(http.extra_roots_pem.as_deref(), http.verify_tls)?;
    Ok(Assignment {
        thread: 0,
        threads: settings.threads,
        classes: plans.into(),
        stop_timeout: settings.patience(),
        arrivals: settings.arrivals.clone().map(|it| (it, settings.end().unwrap_or(CENTURY))),
        limited: Limit::of(settings).into_iter().map(|(limit, _)| limit).collect(),
        max_rate: settings.max_rate,
        seed: settings.seed,
        pulse: CHECKED,
        closes: matches!(settings.window, Window::Steady { .. }),
        shared: Arc::new(shared),
        http: http.clone(),
        tls,
        limits: settings.limits,
        hooks: settings.hooks.clone(),
        mask: Arc::clone(&settings.mask),
        failure_log: settings.failure_log.clone(),
    })
}

fn check_numbers(settings: &RunSettings) -> Result<(), RunError> {
    let wrong = |text: &str| Err(RunError::Number(text.to_owned()));
    if settings.shape.is_none() && settings.arrivals.is_none() {
        check_ramp(settings)?;
    }
    if settings.iterations == Some(0) {
        return wrong("0 iterations send nothing; give at least 1 (-i)");
    }
    if settings.max_requests == Some(0) || settings.max_cost == Some(0) {
        return wrong("with a limit of 0 requests or 0 cost nothing could be sent; raise it");
    }
    if let Some(cap) = settings.max_rate
        && (cap.requests as usize) < settings.threads
    {
        return Err(RunError::Number(format!(
            "{} cannot share {cap}; raise --max-rate or lower --threads",
            counted(settings.threads, "thread")
        )));
    }
    let HttpSettings { timeout, connect_timeout, .. } = settings.http;
    let run_time = settings.run_time.unwrap_or_default();
    if [run_time, settings.stop_timeout, timeout, connect_timeout].iter().any(|t| *t > CENTURY) {
        return wrong("a run time, stop timeout or timeout is beyond a century; shorten it");
    }
    if let Some(label) = &settings.http.label
        && HeaderValue::from_str(label).is_err()
    {
        return Err(RunError::Number(format!("{label:?} cannot be sent as a header")));
    }
    if settings.threads == 0 {
        return wrong("0 threads cannot run anything; give at least 1 (--threads)");
    }
    Ok(())
}

/// What an arrival rate cannot be meant with.
fn check_arrivals(classes: &[Class], settings: &RunSettings) -> Result<(), RunError> {
    let Some(arrivals) = &settings.arrivals else { return Ok(()) };
    let wrong = |text: String| Err(RunError::Arrivals(text));
    let also = [
        (settings.shape.is_some(), "a shape"),
        (settings.iterations.is_some(), "a number of iterations (-i)"),
        (settings.window != Window::Whole, "--reset-stats, which waits for all users"),
    ];
    if let Some((_, what)) = also.iter().find(|(set, _)| *set) {
        return wrong(format!("an arrival rate excludes {what}; give one of the two"));
    }
    let most = arrivals.max_in_flight;
    if (most as usize) < settings.threads {
        let threads = counted(settings.threads, "thread");
        return wrong(format!(
            "{threads} cannot share {most} in flight; raise --max-in-flight or lower \
             --threads"
        ));
    }
    if let Some(fixed) = classes.iter().find(|class| class.shares().1 > 0) {
        return wrong(format!(
            "{} has a fixed count of users, which means nothing with an arrival rate; give it a \
             weight",
            fixed.name()
        ));
    }
    Ok(())
}

/// The one ramp of a run without a shape.
fn check_ramp(settings: &RunSettings) -> Result<(), RunError> {
    let wrong = |text: &str| Err(RunError::Number(text.to_owned()));
    if settings.users == 0 {
        return wrong("0 users send nothing; give at least 1 (-u)");
    }
    if !(settings.spawn_rate.is_finite() && settings.spawn_rate > 0.0) {
        return wrong("the spawn rate must be a number of users per second above 0 (-r)");
    }
    if f64::from(settings.users) / settings.spawn_rate > CENTURY.as_secs_f64() {
        return wrong("at this spawn rate the last user would start in a century; raise it (-r)");
    }
    Ok(())
}

fn host(class: &Class, settings: &RunSettings) -> Result<Url, RunError> {
    let host = settings.host.as_deref().or(class.host());
    address(host.ok_or_else(|| RunError::NoHost(class.name().to_string()))?)
}

/// The address of a host.
pub(super) fn address(host: &str) -> Result<Url, RunError> {
    let wrong = |why: String| RunError::Host { host: host.to_owned(), why };
    let url = Url::parse(host).map_err(|error| wrong(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(format!("{} is neither http nor https", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let why = "it has a name or password in it, which would not be sent".to_owned();
        return Err(RunError::Host { host: url[url::Position::BeforeHost..].to_owned(), why });
    }
    Ok(url)
}
