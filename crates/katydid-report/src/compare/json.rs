//! A comparison for machines.

use katydid_core::Metric;
use katydid_core::compare::{Difference, Line, Needed};
use serde_json::{Value, json};

use super::{Compares, Comparison, figures};

/// The comparison as JSON, version 1: times in ms, rates per second, shares from 0 to 1. A change is
/// a share of the base (0.1: 10 % more), of failures a difference of shares. docs/COMPARE.md has the
/// fields.
pub fn json(comparison: &Comparison<'_>) -> String {
    let compared = comparison.compared;
    let rules: Vec<Value> = compared
        .rules
        .iter()
        .map(|it| {
            json!({
                "rule": it.rule.to_string(),
                "word": it.word.as_str(),
                "sentence": it.sentence(),
                "difference": difference(&it.difference),
            })
        })
        .collect();
    let one_sided: Vec<Value> = compared
        .one_sided
        .iter()
        .map(|it| {
            let side = if it.is_new { "new" } else { "base" };
            json!({ "method": it.method, "name": it.name, "side": side, "requests": it.requests })
        })
        .collect();
    let told = json!({
        "version": 1,
        "conclusion": compared.sentence(),
        "different": compared.is_different(),
        "failed": compared.fails(),
        "confidence": compared.confidence,
        "run_noise": compared.run_noise,
        "base": side(comparison.base, &compared.base),
        "new": side(comparison.new, &compared.new),
        "warnings": comparison.caveats.iter().map(|it| &it.text).collect::<Vec<_>>(),
        "notes": figures::notes(compared),
        "all": line(&compared.all),
        "names": compared.names.iter().map(line).collect::<Vec<_>>(),
        "one_sided": one_sided,
        "rules": rules,
    });
    format!("{told:#}\n")
}

fn side(runs: &[Compares], facts: &katydid_core::compare::SideFacts) -> Value {
    let runs: Vec<Value> =
        runs.iter().map(|run| json!({ "run": run.label, "compared": run.cut })).collect();
    json!({
        "runs": runs,
        "requests": facts.requests,
        "failures": facts.failures,
        "seconds": facts.seconds,
    })
}

fn line(line: &Line) -> Value {
    json!({
        "method": line.method,
        "name": line.name,
        "requests": line.requests,
        "differences": line.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn difference(it: &Difference) -> Value {
    let unit = |value: f64| match it.metric {
        Metric::RequestRate | Metric::FailureRate => value,
        _ => value / 1e6,
    };
    let change = it.change.map(|change| {
        json!({
            "estimate": change.estimate,
            "low": change.low,
            "high": change.high,
            "detectable": change.detectable,
            "shown": change.is_shown(),
            "seconds_needed": needed_seconds(change.needed),
            "runs_needed": needed_runs(change.needed),
            "seconds_that_say_as_much_as_one": change.alike,
            "run_noise": change.run_noise,
        })
    });
    json!({
        "number": it.metric.to_string(),
        "base": it.base.map(unit),
        "new": it.new.map(unit),
        "change": change,
        "lacking": it.lacking,
    })
}

fn needed_seconds(needed: Option<Needed>) -> Option<f64> {
    if let Some(Needed::Seconds(seconds)) = needed { Some(seconds.ceil()) } else { None }
}

fn needed_runs(needed: Option<Needed>) -> Option<usize> {
    if let Some(Needed::Runs(runs)) = needed { Some(runs) } else { None }
}
