//! Drift in words.

use std::time::Duration;

use super::rule::{DriftLimit, DriftMetric, DriftRule};
use super::slope::Slope;
use super::window::Window;
use crate::format_span;

/// `p95 grew by 42 ms/h (95 % interval 31 to 55)`, `no drift can be shown (-3 to +5 ms/h)`; percent
/// are of the mean, which is told: `(-0.8 to +1.2 %/h of 312 ms)`.
pub(super) fn slope(rule: &DriftRule, slope: &Slope) -> String {
    let (size, unit) = unit(rule, slope);
    let digits = digits(slope.half_width() / size);
    let [at, low, high] = [slope.per_hour, slope.low, slope.high].map(|end| end / size);
    let unit =
        if unit == "%" { format!("%/h of {}", level(rule, slope)) } else { format!("{unit}/h") };
    let metric = rule.metric;
    if slope.low > 0.0 {
        format!(
            "{metric} grew by {at:.digits$} {unit} (95 % interval {low:.digits$} to {high:.digits$})"
        )
    } else if slope.high < 0.0 {
        let (at, low, high) = (-at, -high, -low);
        format!(
            "{metric} fell by {at:.digits$} {unit} (95 % interval {low:.digits$} to {high:.digits$})"
        )
    } else {
        format!("no drift can be shown ({low:+.digits$} to {high:+.digits$} {unit})")
    }
}

/// The mean of the blocks: `312 ms`.
fn level(rule: &DriftRule, slope: &Slope) -> String {
    let (size, unit) = absolute(rule.metric, slope.level);
    let mean = slope.level / size;
    let digits = digits(mean.abs() / 10.0);
    format!("{mean:.digits$} {unit}")
}

/// What is judged, and what was left out.
pub(super) fn window(window: &Window) -> String {
    let of = window.phase.as_ref().map_or("the run".to_owned(), |phase| format!("`{phase}`"));
    let seconds = |time: Duration| format_span(Duration::from_secs(time.as_secs()));
    format!(
        "judged from {} to {}; the first quarter of {of} ({}) was left out, and what came before",
        seconds(window.from),
        seconds(window.until),
        seconds(window.from.saturating_sub(window.begin)),
    )
}

/// A length of run, not more exact than it can be known: `7 min`, `3.5 h`.
pub(super) fn minutes(time: Duration) -> String {
    let minutes = (time.as_secs_f64() / 60.0).ceil();
    if minutes < 120.0 { format!("{minutes} min") } else { format!("{:.1} h", minutes / 60.0) }
}

/// The unit in which the rule's limit is written.
fn unit(rule: &DriftRule, slope: &Slope) -> (f64, &'static str) {
    match rule.limit {
        DriftLimit::Share(_) if slope.level > 0.0 => (slope.level / 100.0, "%"),
        _ => absolute(rule.metric, slope.per_hour.abs().max(slope.half_width())),
    }
}

/// A unit in which `value` reads well.
fn absolute(metric: DriftMetric, value: f64) -> (f64, &'static str) {
    match metric {
        DriftMetric::ResponseTime(_) if value >= 10e9 => (1e9, "s"),
        DriftMetric::ResponseTime(_) => (1e6, "ms"),
        DriftMetric::FailureRate => (0.01, "pt"),
        DriftMetric::Memory if value >= 10e9 => (1e9, "GB"),
        DriftMetric::Memory if value >= 10e3 => (1e6, "MB"),
        DriftMetric::Memory => (1e3, "kB"),
    }
}

/// Decimals that show two digits of something of this size, three at most.
fn digits(size: f64) -> usize {
    match size {
        0.0..0.1 => 3,
        0.1..1.0 => 2,
        1.0..10.0 => 1,
        _ => 0,
    }
}
