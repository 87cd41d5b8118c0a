//! Metrics as an OpenTelemetry message (OTLP, protobuf).
//!
//! Of the official messages and not of the official SDK: the SDK wants to see each measurement, and
//! would count it again into histograms of its own. Here the histograms of the run go out as they
//! are, exact and cumulative, so that an export that is lost is made good by the next one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use super::{About, BOUNDS, Family, MetricKind, MetricUnit, Metrics, Point, Times, Value};

/// The body of a request to `/v1/metrics`; names begin with `katydid.`.
pub fn otlp(metrics: &Metrics) -> Vec<u8> {
    let window = Window { since: nanos(metrics.since), at: nanos(metrics.at) };
    let scope = InstrumentationScope {
        name: "katydid".to_owned(),
        version: metrics.about.version.clone(),
        ..InstrumentationScope::default()
    };
    let metrics_of_run = metrics.families.iter().map(|family| window.metric(family)).collect();
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource(&metrics.about)),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope),
                metrics: metrics_of_run,
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    }
    .encode_to_vec()
}

/// What an answer says was not taken: how many points, and why. `None` when all were, or when the
/// answer is no such message.
pub fn otlp_rejected(answer: &[u8]) -> Option<(i64, String)> {
    let partial = ExportMetricsServiceResponse::decode(answer).ok()?.partial_success?;
    (partial.rejected_data_points > 0)
        .then_some((partial.rejected_data_points, partial.error_message))
}

fn resource(about: &About) -> Resource {
    let seed = about.seed.to_string();
    let attributes = [
        ("service.name", "katydid"),
        ("service.version", &about.version),
        ("host.name", &about.machine),
        ("katydid.suite", &about.suite),
        ("katydid.scenario", &about.scenario),
        ("katydid.host", &about.host),
        ("katydid.seed", &seed),
    ];
    let attributes = attributes.map(|(key, value)| attribute(key, value)).to_vec();
    Resource { attributes, ..Resource::default() }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

/// Nanoseconds of the epoch between which things were counted.
#[derive(Clone, Copy)]
struct Window {
    since: u64,
    at: u64,
}

impl Window {
    fn metric(self, family: &Family) -> Metric {
        let cumulative = AggregationTemporality::Cumulative.into();
        let points = family.points.iter();
        let numbers = || points.clone().filter_map(|point| self.number(point)).collect();
        let data = match family.kind {
            MetricKind::Counter => metric::Data::Sum(Sum {
                data_points: numbers(),
                aggregation_temporality: cumulative,
                is_monotonic: true,
            }),
            MetricKind::Gauge => metric::Data::Gauge(Gauge { data_points: numbers() }),
            MetricKind::Histogram => metric::Data::Histogram(Histogram {
                data_points: points.filter_map(|point| self.times(point)).collect(),
                aggregation_temporality: cumulative,
            }),
        };
        let unit = match family.unit {
            MetricUnit::None | MetricUnit::Ratio => "1",
            MetricUnit::Seconds => "s",
            MetricUnit::Bytes => "By",
        };
        Metric {
            name: format!("katydid.{}", family.name),
            description: family.help.to_owned(),
            unit: unit.to_owned(),
            data: Some(data),
            ..Metric::default()
        }
    }

    fn number(self, point: &Point) -> Option<NumberDataPoint> {
        let value = match point.value {
            Value::Count(count) => {
                number_data_point::Value::AsInt(i64::try_from(count).unwrap_or(i64::MAX))
            }
            Value::Number(number) => number_data_point::Value::AsDouble(number),
            Value::Times(_) => return None,
        };
        Some(NumberDataPoint {
            attributes: attributes(point),
            start_time_unix_nano: self.since,
            time_unix_nano: self.at,
            value: Some(value),
            ..NumberDataPoint::default()
        })
    }

    fn times(self, point: &Point) -> Option<HistogramDataPoint> {
        let Value::Times(Times { count, sum, buckets, ends }) = &point.value else { return None };
        Some(HistogramDataPoint {
            attributes: attributes(point),
            start_time_unix_nano: self.since,
            time_unix_nano: self.at,
            count: *count,
            sum: Some(sum.as_secs_f64()),
            bucket_counts: buckets.clone(),
            explicit_bounds: BOUNDS.iter().map(Duration::as_secs_f64).collect(),
            min: ends.map(|(min, _)| min.as_secs_f64()),
            max: ends.map(|(_, max)| max.as_secs_f64()),
            ..HistogramDataPoint::default()
        })
    }
}

fn attributes(point: &Point) -> Vec<KeyValue> {
    point.labels.iter().map(|(name, value)| attribute(name, value)).collect()
}

fn nanos(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
