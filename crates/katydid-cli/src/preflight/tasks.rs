//! Every task once: what was sent and what came back.

use katydid_core::{Advice, counted, known_cause};
use katydid_engine::{RehearsedRequest, RehearsedStep};

use super::check::Check;
use super::ms;
use crate::request_line::masked;

/// The checks of a rehearsal: one for each task, and one for each hook that sent something.
pub(super) fn checks(steps: &[RehearsedStep], advice: &[Advice]) -> Vec<Check> {
    // A hook that had nothing to send is no news.
    let told = |step: &&RehearsedStep| {
        !step.requests.is_empty() || !step.silent || step.failure().is_some()
    };
    steps.iter().filter(told).map(|step| check(step, advice)).collect()
}

fn check(step: &RehearsedStep, advice: &[Advice]) -> Check {
    let count = step.requests.len();
    let plural = if count == 1 { "" } else { "s" };
    let who = format!("{} {}", step.class, step.name);
    let seen = format!("{who}: {count} request{plural}, {}", ms(step.took));
    let mut check = match step.failure() {
        Some(why) => Check::failed("task", format!("{who}: {why}"), next_step(step, advice)),
        None if count == 0 && !step.silent => Check::suspicious(
            "task",
            format!("{who} sent no request"),
            "a task that sends nothing makes a run INVALID; look at its code, or say that it \
             sends_nothing",
        ),
        None => Check::passed("task", seen),
    };
    check.details = step.requests.iter().map(line).collect();
    check
}

/// What the suite, or anybody, knows of the first failure.
fn next_step(step: &RehearsedStep, advice: &[Advice]) -> String {
    let failed = step.requests.iter().find(|request| request.failure.is_some());
    let known = failed.and_then(|failed| {
        let path = url::Url::parse(&failed.url).ok()?.path().to_owned();
        known_cause(failed.status?, &path, failed.failure.as_deref()?, advice)
    });
    match known {
        Some((cause, next)) => format!("{cause}; {next}"),
        None if failed.is_some() => {
            "look at the request and at the target's log; --no-preflight loads all the same".into()
        }
        None => "look at the code of the suite; --no-preflight loads all the same".to_owned(),
    }
}

/// Method, address, status, bytes, time, and why it failed.
fn line(request: &RehearsedRequest) -> String {
    let status = request.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let RehearsedRequest { method, bytes, .. } = request;
    let (url, time) = (masked(&request.url), ms(request.time));
    let mut line = format!("{method} {url} {status}, {}, {time}", counted(*bytes, "byte"));
    if request.redirects > 0 {
        line += &format!(", {}", counted(request.redirects, "redirect"));
    }
    if let Some(why) = &request.failure {
        line += &format!(": {why}");
    }
    line
}
