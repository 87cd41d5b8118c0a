//! Figures of credits, as this process moved them since it started. The ledger is the truth; these
//! say how fast it changes.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// What happened to credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// Paid for.
    Bought,
    /// Added without payment, for tests.
    Granted,
    /// Set aside for a piece of work.
    Reserved,
    /// Of those reserved: the work was done.
    Spent,
    /// Of those reserved: the work failed.
    GivenBack,
}

impl Moved {
    const ALL: [Self; 5] =
        [Self::Bought, Self::Granted, Self::Reserved, Self::Spent, Self::GivenBack];

    fn word(self) -> &'static str {
        match self {
            Self::Bought => "bought",
            Self::Granted => "granted",
            Self::Reserved => "reserved",
            Self::Spent => "spent",
            Self::GivenBack => "given_back",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    what: &'static str,
}

#[derive(Debug, Default)]
pub(super) struct CreditMetrics(Family<What, Counter>);

impl CreditMetrics {
    pub(super) fn register(&self, r: &mut Registry) {
        r.register("credits", "Credits by what happened to them", self.0.clone());
        // Known from the start, so that none looks like no figure.
        for moved in Moved::ALL {
            self.count(moved, 0);
        }
    }

    pub(super) fn count(&self, moved: Moved, credits: i64) {
        let credits = u64::try_from(credits).unwrap_or(0);
        self.0.get_or_create(&What { what: moved.word() }).inc_by(credits);
    }
}
