//! Single requests, as whole as they were kept.

use std::collections::BTreeMap;

use katydid_core::{Exemplar, FailureKind, Snapshot, Why, counted};

use crate::number::{fine, millis};
use crate::stated::stated;
use crate::text::clean;

/// Most classes of failures that are shown.
const MOST: usize = 20;

/// The first failure of each class and the slowest success, each with what was sent, what came back
/// and the command that sends it again. Empty when none was kept.
pub fn exemplars(snapshot: &Snapshot) -> String {
    let mut first: BTreeMap<FailureKind, &Exemplar> = BTreeMap::new();
    let mut slowest: Option<&Exemplar> = None;
    for exemplar in snapshot.exemplars() {
        match exemplar.why {
            Why::Failed(kind) => {
                let known = first.entry(kind).or_insert(exemplar);
                if exemplar.ended < known.ended {
                    *known = exemplar;
                }
            }
            Why::Slow => {
                let longer = |known: &&Exemplar| known.response_time >= exemplar.response_time;
                slowest = slowest.filter(longer).or(Some(exemplar));
            }
        }
    }
    if first.is_empty() && slowest.is_none() {
        return String::new();
    }
    let mut text = "Exemplars: the first failure of each class, the slowest success\n".to_owned();
    for exemplar in first.values().take(MOST).chain(&slowest) {
        text += &one(exemplar);
    }
    if first.len() > MOST {
        text += &format!("  {} more\n", counted(first.len() - MOST, "class"));
    }
    text
}

/// How many were kept, for the end on the screen. Empty when none was.
pub fn exemplar_count(snapshot: &Snapshot, place: &str) -> String {
    let (failures, slow) = snapshot.exemplars().fold((0, 0), |(failures, slow), exemplar| {
        if exemplar.why == Why::Slow { (failures, slow + 1) } else { (failures + 1, slow) }
    });
    let of = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let counts = [of(failures, "failure", "failures"), of(slow, "slow request", "slow requests")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() {
        return String::new();
    }
    format!(
        "Exemplars: {} kept with request, answer and curl command; {place}",
        counts.join(" and ")
    )
}

/// Whether a text names its class itself: `HTTP 503 …`.
fn begins_with(error: &str, kind: FailureKind) -> bool {
    let class = kind.to_string();
    error.get(..class.len()).is_some_and(|head| head.eq_ignore_ascii_case(&class))
}

fn one(exemplar: &Exemplar) -> String {
    let what = match (&exemplar.why, &exemplar.error) {
        (Why::Failed(kind), Some(error)) if begins_with(error, *kind) => error.clone(),
        (Why::Failed(kind), Some(error)) => format!("{kind}: {error}"),
        (Why::Failed(kind), None) => kind.to_string(),
        (Why::Slow, _) => "slow".to_owned(),
    };
    let who = [&exemplar.class, &exemplar.flow, &exemplar.task];
    let who: Vec<&str> =
        who.into_iter().map(|part| &**part).filter(|part| !part.is_empty()).collect();
    let redirects = match exemplar.redirects {
        0 => "",
        _ => ", after redirects",
    };
    let retry = if exemplar.retry { ", a retry" } else { "" };
    let mut text = format!(
        "\n  {} {}: {}\n    second {:.3}, user {} ({}), {} ms{redirects}{retry}\n",
        clean(&exemplar.method),
        clean(&exemplar.name),
        clean(&what),
        exemplar.ended.as_secs_f64(),
        exemplar.user,
        clean(&who.join("/")),
        fine(millis(exemplar.response_time)),
    );
    let stated = stated(&exemplar.server_timing);
    if !stated.is_empty() {
        text += &format!("    Server-Timing: {}\n", clean(&stated));
    }
    for (mark, message) in [('>', &exemplar.request), ('<', &exemplar.answer)] {
        for line in message.lines() {
            text += format!("    {mark} {}", clean(line)).trim_end();
            text.push('\n');
        }
    }
    if !exemplar.curl.is_empty() {
        text += &format!("    {}\n", clean(&exemplar.curl));
    }
    text
}
