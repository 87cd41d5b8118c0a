//! Whether a run can make the samples that its targets need, as far as waits and weights tell.

use std::time::Duration;

use katydid_core::{
    Expectation, RunPhase, Scope, Stages, Target, TaskInfo, counted, format_span, share_out,
};
use katydid_engine::{Class, RunSettings};

/// Targets that cannot be met because the run is too small for them, each as a sentence.
pub(crate) fn out_of_reach(
    classes: &[Class],
    load: (&Stages, &[RunPhase]),
    targets: &[Target],
) -> Vec<String> {
    let told = |target: &Target, expected: f64| {
        let needed = target.needed();
        let samples = counted(needed, "sample");
        (expected < needed as f64).then(|| {
            format!(
                "target `{target}` needs {samples} and is missed without; this load makes \
                 about {expected:.0} (waits and weights, one request per task): run longer or with \
                 more users"
            )
        })
    };
    each(classes, load, targets, told)
}

/// Rules on drift for which a run of these phases is too short, each as a sentence.
pub(crate) fn too_short(
    classes: &[Class],
    (stages, phases): (&Stages, &[RunPhase]),
    expectations: &[Expectation],
) -> Vec<String> {
    let length = stages.length();
    let told = |expectation: &Expectation| {
        let Expectation::Drift(rule) = expectation else { return None };
        let requests = expected(classes, (stages, stages.user_seconds()), rule.scope());
        let rate = requests.map(|requests| requests / length.as_secs_f64());
        let needed = rule.too_short(phases, length, rate)?;
        let minutes = needed.as_secs().div_ceil(60);
        Some(format!(
            "`{rule}` needs a run of at least {minutes} min and is missed without; this one takes {}",
            format_span(length)
        ))
    };
    expectations.iter().filter_map(told).collect()
}

/// Targets that would be met on few samples.
pub(crate) fn unfirm(
    classes: &[Class],
    load: (&Stages, &[RunPhase]),
    targets: &[Target],
) -> Vec<String> {
    let told = |target: &Target, expected: f64| {
        let few = expected >= target.needed() as f64 && expected < target.firm() as f64;
        few.then(|| {
            let firm = target.firm();
            format!("target `{target}` has about {expected:.0} samples, and is firm from {firm}")
        })
    };
    each(classes, load, targets, told)
}

fn each(
    classes: &[Class],
    (stages, phases): (&Stages, &[RunPhase]),
    targets: &[Target],
    told: impl Fn(&Target, f64) -> Option<String>,
) -> Vec<String> {
    let about = |target: &Target| {
        let seconds = user_seconds(stages, phases, target)?;
        told(target, expected(classes, (stages, seconds), target.scope())?)
    };
    targets.iter().filter_map(about).collect()
}

/// The time that all users spend in what a target is about, in seconds; `None` for a phase that the
/// run has not.
fn user_seconds(stages: &Stages, phases: &[RunPhase], target: &Target) -> Option<f64> {
    let Some(name) = target.phase() else { return Some(stages.user_seconds()) };
    let phase = phases.iter().find(|phase| phase.name == name)?;
    let until = phase.until.unwrap_or(Duration::MAX);
    Some(stages.user_seconds_until(until) - stages.user_seconds_until(phase.from))
}

/// How often tasks that are `counted` will run, if the target answers at once: at most, as answers
/// take time. `None` where waits are not known, or where only code decides how often they run.
pub(crate) fn executions(
    classes: &[Class],
    run: &RunSettings,
    stages: Option<&Stages>,
    counted: &dyn Fn(&TaskInfo) -> bool,
) -> Option<f64> {
    let share = |class: &Class| {
        let tasks = class.tasks();
        let shares = tasks.iter().filter(|task| counted(task)).map(|task| task.expected_share);
        shares.sum::<Option<f64>>()
    };
    let Some(arrivals) = &run.arrivals else {
        let stages = stages?;
        return by_users(classes, (stages, stages.user_seconds()), share);
    };
    let starts = arrivals.rate.planned(run.end()?);
    let weights: f64 = classes.iter().map(|class| f64::from(class.shares().0)).sum();
    let part = |class: &Class| Some(share(class)? * f64::from(class.shares().0) / weights);
    Some(starts * classes.iter().map(part).sum::<Option<f64>>()?)
}

/// Requests in a scope while users spend so many seconds in all, if each task makes one and the
/// target answers at once. `None` where the waits of a class are not known or it does not wait. Of a
/// name all requests count, as nobody knows which task sends them.
fn expected(classes: &[Class], load: (&Stages, f64), scope: &Scope) -> Option<f64> {
    by_users(classes, load, |class| Some(share(class, scope)))
}

/// Executions in the closed model of the tasks that are a share of each class, while users spend so
/// many seconds in all.
fn by_users(
    classes: &[Class],
    (stages, user_seconds): (&Stages, f64),
    share: impl Fn(&Class) -> Option<f64>,
) -> Option<f64> {
    let most = stages.stages().iter().map(|timed| timed.stage.users).max()?;
    let shares: Vec<(u32, u32)> = classes.iter().map(Class::shares).collect();
    let dealt = share_out(&shares, most);
    let mut total = 0.0;
    for (index, class) in classes.iter().enumerate() {
        let users = dealt.iter().filter(|class| **class == index).count();
        if users == 0 {
            continue;
        }
        let wait = class.mean_wait().filter(|wait| !wait.is_zero())?.as_secs_f64();
        let tasks = user_seconds * users as f64 / dealt.len() as f64 / wait;
        total += tasks * share(class)?;
    }
    Some(total)
}

/// The share of a class's tasks that are in a scope.
fn share(class: &Class, scope: &Scope) -> f64 {
    let tasks = class.tasks();
    let within = tasks.iter().filter(|task| !task.silent);
    let within = within.filter(|task| scope.accepts_tags(&task.tags).unwrap_or(true));
    // Where only the code decides how often a task runs, it may be always.
    within.map(|task| task.expected_share.unwrap_or(1.0)).sum::<f64>().min(1.0)
}
