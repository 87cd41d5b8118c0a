//! What a run can conclude: on what its numbers rest. The model is said beside it.

use std::time::Duration;

use katydid_core::{Latency, Snapshot, Watched, counted};

use crate::number::{bytes, fine, millis};

/// Facts that belong beside every verdict: what is said, and in which words.
pub(crate) fn conclusion(snapshot: &Snapshot) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Load", load(snapshot))];
    facts.push(("Window", window(snapshot)));
    facts.push(("Samples", samples(snapshot.requests(), snapshot.cut_requests)));
    facts.extend(snapshot.watched.iter().map(|process| ("Watched", watched(process, snapshot))));
    facts.extend(held(snapshot).map(|text| ("Held", text)));
    let generator = &snapshot.generator;
    let floor =
        generator.floor.as_ref().and_then(|before| floor(before, generator.floor_after.as_ref()));
    facts.extend(floor.map(|text| ("Floor", text)));
    facts
}

fn load(snapshot: &Snapshot) -> String {
    if let Some(arrivals) = snapshot.arrivals() {
        let (planned, started) = (arrivals.planned, arrivals.started);
        return format!("{started} of {planned} planned starts began");
    }
    let (most, planned) = (snapshot.peak_users, snapshot.peak_planned_users);
    let text = if most == 0 {
        // They are counted with every tick.
        "users were not counted: the run was over within its first second".to_owned()
    } else if most >= planned {
        format!("{} at most, as planned", counted(most, "user"))
    } else {
        let were = if planned == 1 { "was" } else { "were" };
        format!("{} at most, {planned} {were} planned", counted(most, "user"))
    };
    text + &missing(snapshot).unwrap_or_default()
}

/// What of the planned load was there on average, where over 1 % of it was not. A peak says nothing of
/// users whose tasks end them, one after the other.
fn missing(snapshot: &Snapshot) -> Option<String> {
    let (mut ran, mut planned, mut seconds) = (0.0, 0.0, 0.0);
    for step in snapshot.history().steps().iter().filter(|step| step.planned_users > 0) {
        let length = step.length().as_secs_f64();
        // More are there while those that were removed finish.
        ran += f64::from(step.users.min(step.planned_users)) * length;
        planned += f64::from(step.planned_users) * length;
        seconds += length;
    }
    (ran < 0.99 * planned).then(|| {
        let (ran, planned) = (ran / seconds, planned / seconds);
        format!(
            "; on average {ran:.1} of {planned:.1} were there: the others had ended, or began late"
        )
    })
}

/// What a rate cap has done to the load, and whether anybody has measured it.
fn held(snapshot: &Snapshot) -> Option<String> {
    let held = snapshot.held;
    let (count, seconds) = (held.requests, held.total.as_secs_f64());
    let meaning = match snapshot.arrivals() {
        Some(_) => "they stayed due, so this time is part of their response times",
        None => "their users came later, which is part of no response time",
    };
    (count > 0).then(|| {
        let requests = counted(count, "request");
        format!("{requests} held back by the rate cap, {seconds:.1} s in all; {meaning}")
    })
}

fn window(snapshot: &Snapshot) -> String {
    let seconds = snapshot.measured().as_secs_f64();
    let since = snapshot.since.as_secs_f64();
    let mut text = if snapshot.since.is_zero() {
        format!("{seconds:.1} s from the start on, the ramp included")
    } else {
        format!("{seconds:.1} s; the first {since:.1} s were left out (reset of the statistics)")
    };
    if !snapshot.paused.is_zero() {
        let paused = snapshot.paused.as_secs_f64();
        text += &format!("; the run was paused by hand for {paused:.1} s of it");
    }
    if snapshot.after_end > 0 {
        let were = if snapshot.after_end == 1 { "was" } else { "were" };
        text += &format!(
            "; {} {were} begun after the end of the run, all at one time, by users who \
             finished (on_stop)",
            counted(snapshot.after_end, "request")
        );
    }
    text
}

/// Numbers as the rules of targets have them: 100 for a p99, ten times as many to be firm. And what
/// is in no number.
fn samples(requests: u64, cut: u64) -> String {
    let (beyond, all) = (requests / 100, counted(requests, "request"));
    let text = match requests {
        0 => "none".to_owned(),
        1..100 => format!("{all}; a p99 needs 100, here it is the maximum"),
        100..1_000 => {
            format!("{all}, {beyond} beyond p99: few, 1000 would make it firm")
        }
        _ => format!("{all}, {beyond} beyond p99"),
    };
    match cut {
        0 => text,
        _ => format!("{text}; {} cut off by the end, in no number", counted(cut, "request")),
    }
}

/// CPU, memory and the rest of a watched process. Its memory is what no file backs, as drift
/// judges it.
fn watched(process: &Watched, snapshot: &Snapshot) -> String {
    let Watched { pid, name, cores, ended, .. } = process;
    let mut text = format!("process {pid} ({name})");
    let window = snapshot.since..snapshot.elapsed;
    if let (Some(mean), Some(most)) = (process.cpu(&window), process.most_cpu()) {
        let (mean, most) = (mean * 100.0, most.max(mean) * 100.0);
        text += &format!(": CPU {mean:.0} % of a core, {most:.0} % at most, of {cores} cores");
    }
    if let Some(((_, first), (_, last))) = process.ends() {
        let most = process.most();
        let [begin, end, peak, resident] =
            [first.anonymous, last.anonymous, most.anonymous, most.resident].map(bytes);
        text += &format!(
            "; memory {begin} at the start, {end} at the end, {peak} at most ({resident} with files)"
        );
        text += &format!("; at most {}", counted(most.threads, "thread"));
        if let Some(descriptors) = most.descriptors {
            text += &format!(", {}", counted(descriptors, "descriptor"));
        }
        if most.processes > 1 {
            text += &format!(", {} processes", most.processes);
        }
    }
    if let Some(at) = ended {
        text += &format!("; it ended in second {}", at.as_secs());
    }
    text
}

fn floor(before: &Latency, after: Option<&Latency>) -> Option<String> {
    let pair = |times: &Latency| {
        let ms = |quantile| times.quantile(quantile).map(|time: Duration| fine(millis(time)));
        Some(format!("{} ms median, {} ms p99.9", ms(0.5)?, ms(0.999)?))
    };
    let after = after.and_then(pair).map(|after| format!("; after it {after}"));
    Some(format!(
        "{} ({} to an echo in this program, before the run{}): what is near it is this \
         machine's time, not the target's",
        pair(before)?,
        counted(before.len(), "request"),
        after.unwrap_or_default()
    ))
}
