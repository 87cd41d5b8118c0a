//! The three sentences that a reader wants first: the worst target, the first failure, the limit.

use std::cmp::Ordering;
use std::time::Duration;

use katydid_core::{
    Diagnosis, RunWord, Snapshot, TargetResult, Verdict, VerdictWord, counted, full_pools,
};

use crate::number::ratio;
use crate::slowest::slowest;
use crate::text::shorten;

/// Columns that a foreign text may take in a sentence.
const LONGEST: usize = 160;

/// What is most important of a run, in three sentences: the target that is worst off with its
/// margin, the first failure with its time, and what limited the run. `diagnosis` is what
/// [`katydid_core::diagnose`] has found. A pool that was too small is named in the last one whatever
/// else limited the run, for it explains the rest.
///
/// The texts of failures and names are foreign; escape them for where they are shown.
pub fn headline(snapshot: &Snapshot, verdict: &Verdict, diagnosis: &[Diagnosis]) -> Vec<String> {
    vec![worst_target(verdict), first_failure(snapshot), limit(snapshot, verdict, diagnosis)]
}

fn worst_target(verdict: &Verdict) -> String {
    let targets = &verdict.targets;
    let missed = verdict.expectations.iter().find_map(|expected| expected.cause.as_ref());
    let Some(worst) = targets.iter().min_by(|one, other| worse(one, other)) else {
        let count = verdict.expectations.len();
        return match (missed, count) {
            (Some(cause), _) => format!("{}.", capital(cause)),
            (None, 0) if verdict.word == VerdictWord::Fail => {
                format!("No target was set; the run fails all the same: {}.", verdict.causes[0])
            }
            (None, 0) => {
                "No target was set, so the run passes when nothing fails, however slow it is."
                    .to_owned()
            }
            (None, 1) => "The one expectation was met; no target was set.".to_owned(),
            (None, 2) => "Both expectations were met; no target was set.".to_owned(),
            (None, _) => format!("All {count} expectations were met; no target was set."),
        };
    };
    let margin = match worst.margin_text() {
        text if text == "-" => String::new(),
        text => format!(" (margin {text})"),
    };
    let fewer = targets.iter().filter(|result| !result.met).count();
    if let Some(cause) = worst.cause() {
        let others = match fewer - 1 {
            0 => String::new(),
            others => format!("; {others} more of {} missed", counted(targets.len(), "target")),
        };
        return format!("{}{margin}{others}.", capital(&cause));
    }
    let (target, measured) = (&worst.target, worst.measured_text());
    let met = match targets.len() {
        1 => format!("The target `{target}` was met: {measured}{margin}"),
        count => {
            let all = if count == 2 { "Both".to_owned() } else { format!("All {count}") };
            format!(
                "{all} targets were met; nearest to its limit is `{target}` with \
                 {measured}{margin}"
            )
        }
    };
    missed.map_or_else(|| format!("{met}."), |cause| format!("{}.", capital(cause)))
}

/// Missed before met, then the smaller margin; without data it is worst.
fn worse(one: &TargetResult, other: &TargetResult) -> Ordering {
    let rank = |result: &TargetResult| (result.met, result.margin().unwrap_or(f64::NEG_INFINITY));
    let ((met, margin), (other_met, other_margin)) = (rank(one), rank(other));
    met.cmp(&other_met).then(margin.total_cmp(&other_margin))
}

fn first_failure(snapshot: &Snapshot) -> String {
    let (failed, requests) = (snapshot.failed(), snapshot.requests());
    let Some(share) = ratio(failed, requests) else {
        return "No request was completed, so nothing was measured.".to_owned();
    };
    let Some(first) = snapshot.failures().min_by_key(|row| row.first) else {
        return match requests {
            1 => "The one request did not fail.".to_owned(),
            _ => format!("None of the {requests} requests failed."),
        };
    };
    let (method, name, error) = (&first.method, &first.name, first.error());
    let place = format!("{method} {name}");
    format!(
        "The first failure came after {}: {}, {}; in all {failed} of {} failed ({:.2} %).",
        moment(first.first),
        shorten(place.trim_start(), LONGEST),
        shorten(error.trim_end_matches('.'), LONGEST),
        counted(requests, "request"),
        share * 100.0
    )
}

fn limit(snapshot: &Snapshot, verdict: &Verdict, diagnosis: &[Diagnosis]) -> String {
    if snapshot.requests() == 0 {
        return "Nothing was sent that a limit could be seen of.".to_owned();
    }
    let pools = full_pools(snapshot);
    let is_pool = |found: &&Diagnosis| pools.iter().any(|pool| pool.place == found.place);
    let pool = diagnosis.iter().find(is_pool).map(cause);
    let first =
        if let Some(finding) = verdict.run.findings.first().filter(|it| it.word > RunWord::Valid) {
            Some(format!("What limits what this run says: {}.", finding.text))
        } else if let Some(aborted) = &snapshot.aborted {
            Some(format!("{}.", capital(&aborted.text)))
        } else {
            let knee = verdict.knee.as_ref().filter(|knee| knee.broken().is_some());
            knee.and_then(|knee| knee.sentences().first().map(|it| format!("{}.", capital(it))))
        };
    if first.is_some() || pool.is_some() {
        return [first, pool].into_iter().flatten().collect::<Vec<_>>().join(" ");
    }
    if let Some(found) = diagnosis.first() {
        return cause(found);
    }
    match slowest(snapshot).first() {
        Some(slow) => format!("Nothing was seen that limited it; slowest is {}.", slow.sentence()),
        None => "Nothing was seen that limited it.".to_owned(),
    }
}

fn cause(found: &Diagnosis) -> String {
    let Diagnosis { place, seen, cause, .. } = found;
    format!("{}: {seen}; likely cause: {cause}.", shorten(place, LONGEST))
}

/// `8 ms`, `12.3 s`, `4 min 5 s`, `1 h 2 min`.
fn moment(time: Duration) -> String {
    let seconds = time.as_secs();
    if time < Duration::from_millis(100) {
        return format!("{} ms", time.as_millis());
    }
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0..2, _) => format!("{:.1} s", time.as_secs_f64()),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
