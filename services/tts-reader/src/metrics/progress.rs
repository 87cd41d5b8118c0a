//! Figures of progress and of those who follow it.

use std::sync::atomic::Ordering;

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

use crate::progress::Figures;

#[derive(Debug, Default)]
pub(super) struct ProgressMetrics {
    kept: Gauge,
    subscribers: Gauge,
    followed: Counter,
    records: Counter,
    sent: Counter,
    slow: Counter,
    silent: Counter,
}

impl ProgressMetrics {
    pub(super) fn register(&self, r: &mut Registry) {
        r.register("progress_kept", "Requests whose progress is known", self.kept.clone());
        let subscribers = self.subscribers.clone();
        r.register("progress_subscribers", "WebSockets that follow requests", subscribers);
        let followed = self.followed.clone();
        r.register("progress_requests", "Requests that could be followed", followed);
        r.register("progress_records", "Records made", self.records.clone());
        r.register("progress_records_sent", "Records sent to subscribers", self.sent.clone());
        let slow = self.slow.clone();
        r.register("progress_slow_subscribers", "Dropped: they did not read", slow);
        let silent = self.silent.clone();
        r.register("progress_silent_subscribers", "Dropped: they did not answer", silent);
    }

    pub(super) fn copy(&self, now: Figures) {
        let set = |counter: &Counter, value| counter.inner().store(value, Ordering::Relaxed);
        self.kept.set(now.kept as i64);
        self.subscribers.set(now.subscribers as i64);
        set(&self.followed, now.followed);
        set(&self.records, now.records);
        set(&self.sent, now.sent);
        set(&self.slow, now.slow);
        set(&self.silent, now.silent);
    }
}
