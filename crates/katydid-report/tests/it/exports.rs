//! Metrics for other programs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{ArrivalCounts, FailureKind, Interval, Snapshot};
use katydid_report::metrics::{About, BOUNDS, Family, MetricKind, Metrics, Value, prometheus};

use crate::run::{Run, counts, empty, eventful, started, task};

fn about() -> Arc<About> {
    Arc::new(About {
        suite: "tts-load".to_owned(),
        scenario: "smoke".to_owned(),
        host: "http://localhost:5000".to_owned(),
        seed: 42,
        version: "0.0.0".to_owned(),
        machine: "lab-7".to_owned(),
    })
}

fn metrics(snapshot: &Snapshot) -> Arc<Metrics> {
    Arc::new(Metrics::of(snapshot, &about(), started()))
}

/// A run that has a point for every metric.
fn everything() -> Snapshot {
    let mut snapshot = Run::new(&[("Shopper", 3)], &[task("Shopper", "Buying", "pay", 1.0)])
        .answers("GET", "/", &[90, 900, 240_000])
        .fails(("GET", "/"), (FailureKind::Status(503), "HTTP 503 Busy"), 2, 0)
        .transactions("buy", &[400_000], "GET /: HTTP 503 Busy")
        .task(0, counts(4, 0, 5, 1))
        .done(2);
    let mut interval = Interval::default();
    let mut starts = ArrivalCounts::default();
    (starts.planned, starts.completed) = (5, 5);
    interval.arrivals = Some(starts);
    interval.usage.at = Duration::from_secs(2);
    interval.usage.cpu = Some(Duration::from_millis(500));
    snapshot.absorb(0, &interval);
    snapshot
}

fn family<'a>(metrics: &'a Metrics, name: &str) -> &'a Family {
    metrics.families.iter().find(|family| family.name == name).expect("a metric")
}

#[test]
fn prometheus_text_of_everything() {
    insta::assert_snapshot!(prometheus(&metrics(&everything())));
}

#[test]
fn nothing_is_current_in_a_run_that_is_over() {
    let now = metrics(&everything());
    let sum = |metrics: &Metrics, name: &str| -> f64 {
        let number = |value: &Value| if let Value::Number(number) = value { *number } else { 0.0 };
        family(metrics, name).points.iter().map(|point| number(&point.value)).sum()
    };
    assert!(sum(&now, "requests_per_second") > 0.0);
    let over = Arc::new(Metrics::clone(&now).over());
    for name in ["requests_per_second", "failures_per_second"] {
        assert!(sum(&over, name).abs() < f64::EPSILON, "{name}");
        assert_eq!(family(&over, name).points.len(), family(&now, name).points.len(), "{name}");
    }
    // What is counted stays.
    let counted = |metrics: &Arc<Metrics>| {
        let text = prometheus(metrics);
        text.lines().filter(|line| line.contains("_total")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(counted(&over), counted(&now));
}

#[test]
fn numbers_are_those_of_the_snapshot() {
    let snapshot = eventful();
    let metrics = metrics(&snapshot);
    let sum = |name: &str| -> u64 {
        let count = |value: &Value| match value {
            Value::Count(count) => *count,
            Value::Times(times) => times.count,
            Value::Number(_) => 0,
        };
        family(&metrics, name).points.iter().map(|point| count(&point.value)).sum()
    };
    assert_eq!(sum("requests"), snapshot.requests());
    assert_eq!(sum("failures"), snapshot.failed());
    assert_eq!(sum("response_time"), snapshot.requests());
    assert_eq!(sum("service_time"), snapshot.requests());
    for point in &family(&metrics, "response_time").points {
        let Value::Times(times) = &point.value else { panic!("no times: {point:?}") };
        assert_eq!(times.buckets.iter().sum::<u64>(), times.count);
        assert_eq!(times.buckets.len(), BOUNDS.len() + 1);
    }
    // Nothing has happened yet, and that can be told too.
    let nothing = prometheus(&self::metrics(&empty()));
    assert!(nothing.ends_with("# EOF\n") && nothing.contains("katydid_planned_users 0\n"));
}

#[test]
fn labels_hold_any_text() {
    let wild = "a\"b\\c\nd{e}=\u{202e}é";
    let snapshot = Run::new(&[(wild, 1)], &[]).answers("GET", wild, &[1_000]).done(1);
    let text = prometheus(&metrics(&snapshot));
    assert!(text.contains("name=\"a\\\"b\\\\c\\nd{e}=\u{202e}é\"} 1\n"), "{text}");
}

/// The names that a text of Prometheus has, as queries write them.
fn names(text: &str) -> BTreeSet<String> {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let name = |line: &str| {
        let (name, kind) = line.split_once(' ').expect("a name and a kind");
        let suffix = match kind {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        format!("{name}{suffix}")
    };
    kinds.map(name).collect()
}

/// Every word of a text that is the name of a metric.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("katydid_")).map(str::to_owned).collect()
}

#[test]
fn documents_name_every_metric_and_no_other() {
    let known = names(&prometheus(&metrics(&everything())));
    let document = include_str!("../../../../docs/OUTPUTS.md");
    assert_eq!(named(document), known);
}

#[test]
fn the_dashboard_asks_for_metrics_that_exist() {
    let known = names(&prometheus(&metrics(&everything())));
    let text = include_str!("../../../../docs/grafana/katydid.json");
    let dashboard: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut asked = BTreeSet::new();
    for target in panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets")) {
        let query = target["expr"].as_str().expect("a query");
        let names = named(query);
        assert!(!names.is_empty(), "{query}");
        asked.extend(names);
    }
    for name in &asked {
        // Only histograms have buckets.
        let histogram = name.strip_suffix("_bucket");
        let seconds = histogram.is_none_or(|name| name.ends_with("_seconds"));
        assert!(known.contains(histogram.unwrap_or(name)) && seconds, "there is no {name}");
    }
    assert!(asked.len() > 12, "{asked:?}");
}

#[test]
fn every_metric_is_of_one_kind() {
    for family in &metrics(&everything()).families {
        for point in &family.points {
            let times = matches!(point.value, Value::Times(_));
            assert_eq!(times, family.kind == MetricKind::Histogram, "{}", family.name);
        }
    }
}

#[cfg(feature = "otlp")]
mod otlp {
    use katydid_report::metrics::otlp;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point};
    use prost::Message as _;

    use super::*;

    #[test]
    fn the_message_has_the_same_numbers() {
        let metrics = metrics(&everything());
        let message = ExportMetricsServiceRequest::decode(&*otlp(&metrics)).expect("a message");
        let sent = &message.resource_metrics[0].scope_metrics[0].metrics;
        assert_eq!(sent.len(), metrics.families.len());
        for (family, sent) in metrics.families.iter().zip(sent) {
            assert_eq!(sent.name, format!("katydid.{}", family.name));
            match sent.data.as_ref().expect("points") {
                Data::Sum(sum) => {
                    assert!(sum.is_monotonic && sum.aggregation_temporality == 2, "cumulative");
                    assert_eq!(sum.data_points.len(), family.points.len());
                    for (point, sent) in family.points.iter().zip(&sum.data_points) {
                        let same = match (&point.value, sent.value.as_ref().expect("a number")) {
                            (Value::Count(count), number_data_point::Value::AsInt(int)) => {
                                *int == *count as i64
                            }
                            (Value::Number(number), number_data_point::Value::AsDouble(double)) => {
                                number == double
                            }
                            _ => false,
                        };
                        assert!(same, "{point:?} {sent:?}");
                    }
                }
                Data::Histogram(histogram) => {
                    for (point, sent) in family.points.iter().zip(&histogram.data_points) {
                        let Value::Times(times) = &point.value else { panic!("{point:?}") };
                        assert_eq!(
                            (sent.count, &sent.bucket_counts),
                            (times.count, &times.buckets)
                        );
                        assert_eq!(sent.sum, Some(times.sum.as_secs_f64()));
                        assert_eq!(sent.explicit_bounds.len() + 1, sent.bucket_counts.len());
                    }
                }
                Data::Gauge(gauge) => assert_eq!(gauge.data_points.len(), family.points.len()),
                other => panic!("{other:?}"),
            }
        }
    }
}
