//! Figures of connections.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::connections::Places;

/// Why the service ended a connection, or did not begin it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What came is no request, or has too large a head.
    BadHead,
    /// All places were taken, and none was idle.
    Full,
    Idle,
    /// It was idle, and another needed the place.
    MadeRoom,
    SlowHead,
    /// The client did not take its answer.
    SlowReader,
}

impl Ending {
    const ALL: [Self; 6] =
        [Self::BadHead, Self::Full, Self::Idle, Self::MadeRoom, Self::SlowHead, Self::SlowReader];

    fn word(self) -> &'static str {
        match self {
            Self::BadHead => "bad_head",
            Self::Full => "full",
            Self::Idle => "idle",
            Self::MadeRoom => "made_room",
            Self::SlowHead => "slow_head",
            Self::SlowReader => "slow_reader",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    why: &'static str,
}

#[derive(Debug, Default)]
pub(super) struct ConnectionMetrics {
    accepted: Counter,
    ended: Family<Why, Counter>,
    open: Gauge,
    limit: Gauge,
}

impl ConnectionMetrics {
    pub(super) fn register(&self, r: &mut Registry) {
        r.register("connections_open", "Connections that are open", self.open.clone());
        r.register("connections_limit", "Connections that may be open", self.limit.clone());
        r.register("connections_accepted", "Connections that came", self.accepted.clone());
        let ended = self.ended.clone();
        r.register("connections_ended", "Connections that the service ended or refused", ended);
        for ending in Ending::ALL {
            // Known from the start, so that none looks like no figure.
            drop(self.ended.get_or_create(&Why { why: ending.word() }));
        }
    }

    pub(super) fn accepted(&self) {
        self.accepted.inc();
    }

    pub(super) fn ended(&self, ending: Ending) {
        self.ended.get_or_create(&Why { why: ending.word() }).inc();
    }

    pub(super) fn copy(&self, places: &Places) {
        self.open.set(places.taken() as i64);
        self.limit.set(i64::try_from(places.limit()).unwrap_or(i64::MAX));
    }
}
