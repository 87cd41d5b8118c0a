//! Rules about being late, or not sending at all.

use std::time::Duration;

use super::evidence::{Evidence, Starts, Thread, Users};
use super::findings::RunWord::{Disturbed, Invalid};
use super::machine::CPU;
use super::rules::{Seen, millis, others, worst};

/// Lateness that is small whatever the response times.
pub(super) const LATE: Duration = Duration::from_millis(5);
/// Lateness relative to the p99 response time.
pub(super) const LATE_SHARE: f64 = 0.05;
/// Lateness that is large whatever the response times.
pub(super) const LATE_INVALID: Duration = Duration::from_millis(50);
/// Lateness relative to the median response time, at p90.
pub(super) const LATE_INVALID_SHARE: f64 = 0.5;
/// Looks at the clock below which nothing is proved: 5 s of a thread.
pub(super) const LOOKS: u64 = 200;
/// Share of the planned starts that never came …
pub(super) const UNSENT: f64 = 0.01;
/// … and where even p90 is not known.
pub(super) const UNSENT_INVALID: f64 = 0.1;
/// A run in which a moment's lateness is no share of the time.
pub(super) const MISSED_WINDOW: Duration = Duration::from_secs(1);
/// Share of the planned time of all users that is missing …
pub(super) const MISSED: f64 = 0.01;
/// … and where it was another load, once a ramp's few late moments are no tenth of the time.
pub(super) const MISSED_INVALID: f64 = 0.1;
pub(super) const MISSED_INVALID_WINDOW: Duration = Duration::from_secs(5);

pub(super) fn late(evidence: &Evidence) -> Seen {
    let (soft, hard) = lateness_limits(evidence);
    let proved = |thread: &Thread| thread.looks >= LOOKS && thread.late_p90 > hard;
    if let Some((name, thread)) = worst(evidence, |thread| thread.late_p90, proved) {
        let (late, hard) = (millis(thread.late_p90), millis(hard));
        let advice = advice(evidence, thread);
        let text = format!(
            "{name} late by {late} or more for a tenth of the time (limit {hard}: half of the \
             median response time, at least 50 ms), and so was everything measured there: {advice}"
        );
        return vec![(Invalid, text)];
    }
    // A thread that stood still for 1 % of the time is late at p99, which needs no second word.
    let told = |thread: &Thread| thread.stalls.total * 100 >= evidence.window;
    let seen = |thread: &Thread| thread.late_p99 > soft && !told(thread);
    let late = worst(evidence, |thread| thread.late_p99, seen).map(|(name, thread)| {
        let (late, soft) = (millis(thread.late_p99), millis(soft));
        let advice = advice(evidence, thread);
        let text = format!(
            "{name} late by {late} or more for 1 % of the time (limit {soft}: 5 % of the p99 \
             response time, at least 5 ms): {advice}"
        );
        (Disturbed, text)
    });
    late.into_iter().collect()
}

/// The lateness that is DISTURBED at p99 and that which is INVALID at p90.
fn lateness_limits(evidence: &Evidence) -> (Duration, Duration) {
    let soft = LATE.max(evidence.p99.mul_f64(LATE_SHARE));
    let hard = LATE_INVALID.max(evidence.median.mul_f64(LATE_INVALID_SHARE));
    (soft, hard)
}

/// What made a thread late, and what to do. Waiting for a CPU is the cause where a thread waited
/// longer than it worked: one that computes too long works longer.
fn advice(evidence: &Evidence, thread: &Thread) -> String {
    let (cpu, queued) = (thread.cpu.unwrap_or(0.0), thread.queued.unwrap_or(0.0));
    if thread.stalls.count > 0 {
        "it stood still".to_owned()
    } else if cpu > CPU {
        "it has more to do than a core can; use more --threads, fewer users or a second machine"
            .to_owned()
    } else if queued > cpu {
        format!(
            "it waited for a CPU {:.1} % of the time and worked {:.1} %{}; end other programs or \
             use a machine of its own",
            queued * 100.0,
            cpu * 100.0,
            others(evidence)
        )
    } else {
        "its tasks compute or block for long between two awaits; move that elsewhere or use more \
         --threads"
            .to_owned()
    }
}

/// Starts of a schedule whose user was idle: what is late there is the generator's own.
pub(super) fn late_starts(evidence: &Evidence) -> Seen {
    let (soft, hard) = lateness_limits(evidence);
    let starts = evidence.starts;
    let latest = evidence.threads.iter().max_by_key(|thread| thread.late_p99);
    let waited = latest.filter(|thread| thread.queued > thread.cpu);
    let next = waited.map_or_else(
        || "use more --threads, a lower rate or a second machine".to_owned(),
        |thread| format!("the thread that was latest says why: {}", advice(evidence, thread)),
    );
    let (word, late, share, limit) = if starts.count >= LOOKS && starts.late_p90 > hard {
        (Invalid, starts.late_p90, "a tenth", hard)
    } else if starts.late_p99 > soft {
        (Disturbed, starts.late_p99, "1 %", soft)
    } else {
        return Vec::new();
    };
    let (late, limit) = (millis(late), millis(limit));
    let text = format!(
        "{share} of the scheduled tasks began {late} or more after their time though their user was \
         free (limit {limit}); response times contain that: {next}"
    );
    vec![(word, text)]
}

/// Starts that were planned and never came: the slowest of them are in no percentile.
pub(super) fn send_rate(evidence: &Evidence) -> Seen {
    let Starts { planned, unsent, .. } = evidence.starts;
    let share = unsent as f64 / planned.max(1) as f64;
    let word = if share > UNSENT_INVALID {
        Invalid
    } else if share > UNSENT {
        Disturbed
    } else {
        return Vec::new();
    };
    let percent = share * 100.0;
    let text = format!(
        "{unsent} of {planned} planned starts ({percent:.1} %, limit 1 %) were dropped or never \
         sent, so the target had less than the planned rate and the slowest answers are in no \
         percentile: raise --max-in-flight or lower the rate"
    );
    vec![(word, text)]
}

/// Starts whose user could not start. Never more than DISTURBED: where on_start fails by a request, that is
/// the target's fault and counts as such.
pub(super) fn unbegun(evidence: &Evidence) -> Seen {
    let Starts { planned, unbegun, .. } = evidence.starts;
    let share = unbegun as f64 / planned.max(1) as f64;
    let text = || {
        format!(
            "of {planned} planned starts {unbegun} ({:.1} %, limit 1 %) came to no task, for on_start of \
             their user failed or stopped it, so the target had less than the planned load: look why",
            share * 100.0
        )
    };
    (share > UNSENT).then(|| (Disturbed, text())).into_iter().collect()
}

/// Users of the closed model who came later than planned.
pub(super) fn users(evidence: &Evidence) -> Seen {
    let Users { planned, missed } = evidence.users;
    let share = missed.as_secs_f64() / planned.as_secs_f64().max(1e-9);
    let word = if evidence.window < MISSED_WINDOW {
        return Vec::new();
    } else if share > MISSED_INVALID && evidence.window >= MISSED_INVALID_WINDOW {
        Invalid
    } else if share > MISSED {
        Disturbed
    } else {
        return Vec::new();
    };
    let text = format!(
        "users started late: {:.1} s of {:.1} s that all users together should have been there \
         are missing ({:.1} %, limit 1 %), so the target had less than the planned load: use more \
         --threads, a lower spawn rate or a second machine",
        missed.as_secs_f64(),
        planned.as_secs_f64(),
        share * 100.0
    );
    vec![(word, text)]
}
