//! Figures of extraction, copied when somebody reads.

use std::sync::atomic::Ordering;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::extraction::Figures;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    from: &'static str,
}

#[derive(Default)]
pub(super) struct ExtractionMetrics {
    in_flight: Gauge,
    refused: Counter,
    finding: Gauge,
    waiting: Gauge,
    pages: Family<SourceLabels, Counter>,
    cache_bytes: Gauge,
    cache_entries: Gauge,
}

impl ExtractionMetrics {
    pub(super) fn register(&self, r: &mut Registry) {
        let in_flight = self.in_flight.clone();
        r.register("extraction_in_flight", "Pages being read or waiting for it", in_flight);
        r.register("extraction_refused", "Refused: queue full", self.refused.clone());
        let finding = self.finding.clone();
        r.register("extraction_running", "Pages whose text is looked for on a thread", finding);
        let waiting = self.waiting.clone();
        r.register("extraction_waiting", "Pages that wait for one of those threads", waiting);
        r.register(
            "extraction_pages",
            "Answers of sites: kept and fresh, kept and unchanged as the site said, or sent anew",
            self.pages.clone(),
        );
        let bytes = self.cache_bytes.clone();
        r.register("extraction_cache_bytes", "Memory of texts that are kept", bytes);
        let entries = self.cache_entries.clone();
        r.register("extraction_cache_entries", "Pages whose text is kept", entries);
    }

    pub(super) fn copy(&self, now: &Figures) {
        let set = |counter: &Counter, value| counter.inner().store(value, Ordering::Relaxed);
        self.in_flight.set(now.in_flight as i64);
        set(&self.refused, now.refused);
        self.finding.set(now.finding.running as i64);
        self.waiting.set(now.finding.waiting as i64);
        for (from, count) in [
            ("cache", now.cache.fresh),
            ("unchanged", now.cache.renewed),
            ("site", now.cache.fetched),
        ] {
            set(&self.pages.get_or_create(&SourceLabels { from }), count);
        }
        self.cache_bytes.set(now.cache.bytes as i64);
        self.cache_entries.set(now.cache.entries as i64);
    }
}
