//! Metrics as Prometheus reads them: the text of OpenMetrics.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, LabelSetEncoder, MetricEncoder, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::{Registry, Unit};

use super::{BOUNDS, Family, MetricKind, MetricUnit, Metrics, Times, Value};

/// The content type of [`prometheus`].
pub const PROMETHEUS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The text, with `katydid_` before every name.
pub fn prometheus(metrics: &Arc<Metrics>) -> String {
    let mut registry = Registry::with_prefix("katydid");
    registry.register_collector(Box::new(Writer(Arc::clone(metrics))));
    let mut out = String::new();
    text::encode(&mut out, &registry).expect("memory takes everything");
    out
}

#[derive(Debug)]
struct Writer(Arc<Metrics>);

impl Collector for Writer {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let metrics = &self.0;
        let about = &metrics.about;
        let seed = about.seed.to_string();
        let labels = [
            ("suite", about.suite.as_str()),
            ("scenario", &about.scenario),
            ("host", &about.host),
            ("seed", &seed),
            ("version", &about.version),
            ("machine", &about.machine),
        ];
        let help = "What runs";
        encoder
            .encode_descriptor("run", help, None, MetricType::Info)?
            .encode_info(&Labels(&labels))?;
        encoder
            .encode_descriptor(
                "started",
                "When the statistics began, as seconds of the epoch",
                Some(&Unit::Seconds),
                MetricType::Gauge,
            )?
            .encode_gauge(&epoch(metrics.since))?;
        metrics.families.iter().try_for_each(|family| one(family, &mut encoder))
    }
}

fn one(family: &Family, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
    let unit = match family.unit {
        MetricUnit::None => None,
        MetricUnit::Seconds => Some(Unit::Seconds),
        MetricUnit::Bytes => Some(Unit::Bytes),
        MetricUnit::Ratio => Some(Unit::Ratios),
    };
    let kind = match family.kind {
        MetricKind::Counter => MetricType::Counter,
        MetricKind::Gauge => MetricType::Gauge,
        MetricKind::Histogram => MetricType::Histogram,
    };
    let mut metric = encoder.encode_descriptor(family.name, family.help, unit.as_ref(), kind)?;
    for point in &family.points {
        let labels: Vec<(&str, &str)> =
            point.labels.iter().map(|(name, value)| (*name, &**value)).collect();
        if labels.is_empty() {
            value(&mut metric, family.kind, &point.value)?;
        } else {
            let labels = Labels(&labels);
            value(&mut metric.encode_family(&labels)?, family.kind, &point.value)?;
        }
    }
    Ok(())
}

fn value(
    metric: &mut MetricEncoder<'_>,
    kind: MetricKind,
    value: &Value,
) -> Result<(), fmt::Error> {
    const NONE: Option<&Exemplar<Labels<'static>, u64>> = None;
    match (value, kind) {
        (Value::Times(times), _) => {
            let none: Option<&HashMap<usize, Exemplar<Labels<'static>, f64>>> = None;
            metric.encode_histogram(times.sum.as_secs_f64(), times.count, &buckets(times), none)
        }
        (Value::Count(count), MetricKind::Counter) => metric.encode_counter(count, NONE),
        (Value::Count(count), _) => metric.encode_gauge(count),
        (Value::Number(number), MetricKind::Counter) => metric.encode_counter(number, NONE),
        (Value::Number(number), _) => metric.encode_gauge(number),
    }
}

/// Bounds in seconds, the last one infinite, with their counts.
fn buckets(times: &Times) -> Vec<(f64, u64)> {
    let bounds = BOUNDS.iter().map(Duration::as_secs_f64).chain([f64::INFINITY]);
    bounds.zip(times.buckets.iter().copied()).collect()
}

fn epoch(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[derive(Debug)]
struct Labels<'a>(&'a [(&'a str, &'a str)]);

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        use prometheus_client::encoding::EncodeLabel as _;
        self.0.iter().try_for_each(|label| label.encode(encoder.encode_label()))
    }
}
