//! Rules about standing still.

use std::time::Duration;

use super::evidence::Evidence;
use super::findings::RunWord::{self, Disturbed, Invalid};
use super::rules::{Seen, named};
use crate::{Stalls, counted};

/// Standing still that is worth a word, in all.
pub(super) const STILL: Duration = Duration::from_millis(500);
/// Standing still: INVALID from this long in all …
pub(super) const STILL_INVALID: Duration = Duration::from_secs(2);
/// … and this share of the time.
pub(super) const STILL_SHARE: f64 = 0.1;

pub(super) fn lost_thread(evidence: &Evidence) -> Seen {
    let lost = named(evidence).filter(|(_, thread)| thread.lost);
    let text = |(name, _)| {
        let text = format!(
            "{name} did not answer at the end and what it measured last is lost: a task blocks it \
             (a blocking call, an endless loop) or it could not start; see the warnings"
        );
        (Invalid, text)
    };
    lost.map(text).collect()
}

pub(super) fn process_still(evidence: &Evidence) -> Seen {
    let still = evidence.process;
    let Some(word) = weigh_stall(still, evidence) else { return Vec::new() };
    let text = format!(
        "the whole program {}: it was stopped by a signal, or the machine gave it no time; run it \
         again undisturbed",
        stood_still(still)
    );
    vec![(word, text)]
}

/// Somebody paused the load: what was measured is true, and not of the load that was planned.
pub(super) fn paused(evidence: &Evidence) -> Seen {
    let paused = evidence.paused.as_secs_f64();
    let text = || {
        format!(
            "the run was paused by hand for {paused:.1} s: nothing was begun meanwhile, and rates over \
             the whole run have that time in them; run it again without a pause for a verdict on the \
             planned load"
        )
    };
    (!evidence.paused.is_zero()).then(|| (Disturbed, text())).into_iter().collect()
}

/// Somebody changed the load, or what counts: what was measured is true, and not of what was planned.
pub(super) fn steered(evidence: &Evidence) -> Seen {
    let steered = evidence.steered;
    let text = || {
        format!(
            "the load was changed by hand, or the statistics begun anew, {}: the events say when and \
             how; run it again untouched for a verdict on the planned load",
            counted(steered, "time")
        )
    };
    (steered > 0).then(|| (Disturbed, text())).into_iter().collect()
}

/// The plan, or the function that decides about the load, asked for what cannot be.
pub(super) fn unmet(evidence: &Evidence) -> Seen {
    let told = |text: &String| {
        (Disturbed, format!("the target had another load than was planned: {text}"))
    };
    evidence.unmet.iter().map(told).collect()
}

/// A thread that stood still while the program did not.
pub(super) fn thread_still(evidence: &Evidence) -> Seen {
    let mut seen = Vec::new();
    for (name, thread) in named(evidence) {
        let alone = thread.stalls.total.saturating_sub(evidence.process.total);
        let still = Stalls { total: alone, ..thread.stalls };
        let Some(word) = weigh_stall(still, evidence) else { continue };
        let queued = evidence.window.mul_f64(thread.queued.unwrap_or(0.0));
        let why = if queued * 2 > alone {
            format!(
                "it waited {:.1} s for a CPU: other programs use this machine; end them or use a \
                 machine of its own",
                queued.as_secs_f64()
            )
        } else {
            "a task blocks it (a blocking call, a long calculation); make it async or give it a \
             thread of its own"
                .to_owned()
        };
        seen.push((word, format!("{name} {}: {why}", stood_still(still))));
    }
    seen
}

fn weigh_stall(still: Stalls, evidence: &Evidence) -> Option<RunWord> {
    let share = still.total.as_secs_f64() / evidence.window.as_secs_f64().max(1e-9);
    if still.count == 0 || still.total < STILL {
        None
    } else if still.total > STILL_INVALID && share > STILL_SHARE {
        Some(Invalid)
    } else {
        Some(Disturbed)
    }
}

fn stood_still(still: Stalls) -> String {
    let (longest, ended) = (still.longest.as_secs_f64(), still.ended.as_secs_f64());
    let often = match still.count {
        1 => String::new(),
        count => format!(", the longest of {count} times"),
    };
    format!("stood still for {longest:.2} s until second {ended:.1}{often} (limit 0.5 s)")
}
