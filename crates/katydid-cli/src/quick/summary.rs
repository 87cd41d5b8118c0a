//! The summary of `katydid URL`, in the spirit of oha's.

use std::time::Duration;

use katydid_core::{Latency, Snapshot, counted};
use katydid_report::table;

/// Rows of the histogram.
const BARS: u32 = 10;
/// Columns of the longest bar.
const BAR_WIDTH: u64 = 32;

/// The summary as whole lines.
pub(crate) fn text(snapshot: &Snapshot, width: Option<usize>) -> String {
    let all = snapshot.aggregated();
    let times = all.response();
    let mut blocks = vec![figures(snapshot)];
    if !times.is_empty() {
        blocks.push(histogram(&times));
        blocks.push(table::percentiles(snapshot, width));
        blocks.push(table::phases(snapshot));
        blocks.push(table::failures(snapshot, width));
    }
    blocks.push(table::model(snapshot));
    let blocks: Vec<&str> = blocks.iter().map(|b| b.trim_end()).filter(|b| !b.is_empty()).collect();
    blocks.join("\n\n") + "\n"
}

fn figures(snapshot: &Snapshot) -> String {
    let all = snapshot.aggregated();
    let (requests, failed) = (all.requests(), all.failures());
    let seconds = snapshot.elapsed.as_secs_f64();
    let sending = snapshot.measured().as_secs_f64();
    let per_second = |count: u64| if sending > 0.0 { count as f64 / sending } else { 0.0 };
    let times = all.response();
    let bytes = all.bytes();
    let time = |time: Option<Duration>| time.map_or_else(|| "no data".to_owned(), millis);
    let success = if requests == 0 {
        "no data".to_owned()
    } else {
        // Cut off, so that a single failure never reads as 100 %.
        let percent = ((requests - failed) as f64 / requests as f64 * 1e4).floor() / 100.0;
        format!("{percent:.2}% ({} of {requests})", requests - failed)
    };
    let rows = [
        ("Success rate", success),
        ("Total", format!("{seconds:.2} s")),
        ("Requests/s", format!("{:.1}", per_second(requests))),
        ("Fastest", time(times.min())),
        ("Average", time(times.mean())),
        ("Slowest", time(times.max())),
        ("Bodies", format!("{} ({}/s)", size(bytes.body as f64), size(per_second(bytes.body)))),
        (
            "On the wire",
            format!("{} in, {} out", size(bytes.received as f64), size(bytes.sent as f64)),
        ),
        ("Connections", all.connections().to_string()),
        (
            "Cut at the end",
            format!("{}, counted nowhere", counted(snapshot.cut_requests, "request")),
        ),
    ];
    let shown =
        rows.iter().filter(|(name, _)| *name != "Cut at the end" || snapshot.cut_requests > 0);
    let lines: Vec<String> =
        shown.map(|(name, value)| format!("  {:<16}{value}", format!("{name}:"))).collect();
    format!("Summary:\n{}", lines.join("\n"))
}

/// Requests by response time, in bars of equal width from the fastest to the slowest.
fn histogram(times: &Latency) -> String {
    let (Some(min), Some(max)) = (times.min(), times.max()) else { return String::new() };
    let step = max.saturating_sub(min) / BARS;
    let mut below = 0;
    let mut counts: Vec<(Duration, u64)> = Vec::new();
    for bar in 1..=BARS {
        let limit = if bar == BARS { max } else { min + step * bar };
        let up_to = if bar == BARS { times.len() } else { times.count_at_most(limit) };
        counts.push((limit, up_to.saturating_sub(below)));
        below = up_to.max(below);
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let row = |(limit, count): &(Duration, u64)| {
        let bar = "■".repeat((count * BAR_WIDTH).div_ceil(most) as usize);
        format!("  {:>11} [{count}] |{bar}", millis(*limit))
    };
    let rows: Vec<String> = counts.iter().map(row).collect();
    format!("Response time histogram (requests up to each time):\n{}", rows.join("\n"))
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

fn size(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (bytes, 0);
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{value:.0} B") } else { format!("{value:.2} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_in_one_bar() {
        let mut times = Latency::default();
        (1..=1_000u64).for_each(|n| times.record(n * n * 1_000));
        let text = histogram(&times);
        let count = |line: &str| -> u64 {
            line.split(['[', ']']).nth(1).map_or(0, |count| count.parse().unwrap())
        };
        assert_eq!(text.lines().map(count).sum::<u64>(), 1_000);
        assert_eq!(text.lines().count() as u32, BARS + 1);
    }

    #[test]
    fn the_document_of_metrics_has_every_line_and_no_other() {
        let document = include_str!("../../../../docs/METRICS.md");
        let (_, part) = document.split_once("\n### katydid URL\n").expect("a part");
        let first = part.lines().filter_map(|line| line.strip_prefix("| `"));
        let cells = first.filter_map(|line| line.split(" |").next());
        let documented: Vec<&str> = cells.flat_map(|cell| cell.split('`').step_by(2)).collect();
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.cut_requests = 1;
        let text = figures(&snapshot);
        let lines = text.lines().skip(1).filter_map(|line| line.split(':').next());
        assert_eq!(documented.concat(), lines.map(str::trim).collect::<String>());
    }

    #[test]
    fn a_run_without_requests_has_no_figures_to_show() {
        let text = text(&Snapshot::new(&[], &[], 1), None);
        assert!(text.contains("no data") && !text.contains("NaN"), "{text}");
    }
}
