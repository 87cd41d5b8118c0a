//! Which model the load followed, and what became of every start that was planned.

use katydid_core::{ArrivalCounts, Latency, Snapshot};

use crate::number::{fine, millis, per_second};

/// The model of a run in its words. In the open model: the plan, every fate that is not 0, and by
/// how much starts were late. In the closed one: what its latency cannot say (R10), and the same of
/// tasks with a pace. Empty without requests and starts.
pub fn model(snapshot: &Snapshot) -> String {
    let mut lines = match snapshot.arrivals() {
        Some(arrivals) => open(snapshot, arrivals),
        None if snapshot.requests() == 0 => return String::new(),
        None => vec![
            "Closed model: a user sends its next request after its last answer, so the latency \
             says nothing of"
                .to_owned(),
            "  users who would have come meanwhile (an open model: --arrival-rate)".to_owned(),
        ],
    };
    let lateness = snapshot.lateness();
    lines.extend(late("task starts after their due time", &lateness.all));
    if lateness.own.len() < lateness.all.len() {
        lines.extend(late("of these, where a user was free", &lateness.own));
    }
    lines.join("\n") + "\n"
}

fn open(snapshot: &Snapshot, arrivals: &ArrivalCounts) -> Vec<String> {
    let window = snapshot.measured();
    let ArrivalCounts { planned, started, queued, .. } = *arrivals;
    let rates = (per_second(planned, window), per_second(started, window));
    let mut lines = vec![
        "Open model: tasks start by plan, whether or not earlier ones have ended".to_owned(),
        format!("  planned {planned} ({:.2}/s), started {started} ({:.2}/s)", rates.0, rates.1),
        format!("  {planned} planned = {arrivals}{}", under_way(arrivals)),
    ];
    if queued > 0 {
        lines.push(format!(
            "  {queued} had to wait for a user, because the most that may be in flight were \
             (--max-in-flight)"
        ));
    }
    lines
}

fn under_way(arrivals: &ArrivalCounts) -> String {
    match arrivals.under_way() {
        0 => String::new(),
        count => format!(", {count} under way"),
    }
}

fn late(what: &str, times: &Latency) -> Option<String> {
    let ms = |time: Option<std::time::Duration>| fine(time.map_or(0.0, millis));
    let [p50, p99] = [0.5, 0.99].map(|quantile| ms(times.quantile(quantile)));
    let max = ms(times.max());
    let line = format!("  {what}: p50 {p50} ms, p99 {p99} ms, max {max} ms");
    (!times.is_empty()).then_some(line)
}
