//! How long the stages of requests take, over all requests.

use std::time::Duration;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::timings::Stage;

/// Upper bounds in seconds: a statement takes tenths of a millisecond, a long text a minute.
const BUCKETS: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0, 60.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    stage: &'static str,
}

/// One histogram for each stage; a request counts once in each that it had.
#[derive(Debug)]
pub(crate) struct StageMetrics {
    family: Family<What, Histogram, fn() -> Histogram>,
    /// The same, found without looking.
    of: [Histogram; Stage::ALL.len()],
}

impl Default for StageMetrics {
    fn default() -> Self {
        let family: Family<What, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        // Known from the start, so that none looks like no figure.
        let of =
            Stage::ALL.map(|stage| family.get_or_create(&What { stage: stage.name() }).clone());
        Self { family, of }
    }
}

impl StageMetrics {
    pub(super) fn register(&self, r: &mut Registry) {
        r.register(
            "stage_duration_seconds",
            "Time that a request spent on a stage",
            self.family.clone(),
        );
    }

    pub(crate) fn observe(&self, stage: Stage, time: Duration) {
        self.of[stage as usize].observe(time.as_secs_f64());
    }

    /// How many requests had it.
    #[cfg(test)]
    pub(crate) fn count(&self, stage: Stage) -> u64 {
        let mut registry = Registry::default();
        self.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        let start = format!("stage_duration_seconds_count{{stage=\"{}\"}} ", stage.name());
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap().parse().unwrap()
    }
}
