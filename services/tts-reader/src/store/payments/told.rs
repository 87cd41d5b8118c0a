//! What events tell: what they ask for, and what became of them.

use crate::domain::{Tier, UserId};

/// An event as its sender signed it.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// Seconds since 1970, when it happened.
    pub(crate) created: i64,
}

/// What an event asks for.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Credit(Credited),
    /// So much of a payment went back so far.
    Refund {
        payment: String,
        paid: i64,
        refunded: i64,
    },
    Dispute(Disputed),
    Subscription(Subscription),
    /// Nothing now; another delivery may ask for more.
    Refuse(&'static str),
    /// Nothing, and never will.
    Ignore(Verdict),
}

/// Credits that were paid.
#[derive(Debug, Clone)]
pub(crate) struct Credited {
    pub(crate) user: UserId,
    pub(crate) payment: String,
    pub(crate) session: String,
    pub(crate) customer: Option<String>,
    pub(crate) credits: i64,
    pub(crate) cents: i64,
}

/// What is told about a dispute.
#[derive(Debug, Clone)]
pub(crate) struct Disputed {
    pub(crate) id: String,
    pub(crate) payment: String,
    /// So much of the payment.
    pub(crate) cents: i64,
    pub(crate) status: String,
    /// The bank has taken the money, for now or for good.
    pub(crate) away: bool,
    /// It is decided.
    pub(crate) closed: bool,
    /// Of several events in one second the one with the higher rank is the later.
    pub(crate) rank: i64,
}

/// What is told about a subscription.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) user: Option<UserId>,
    pub(crate) customer: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) tier: Option<Tier>,
    pub(crate) status: String,
    /// Whether its tier is the account's now.
    pub(crate) active: bool,
    pub(crate) ended: bool,
    /// Of several events in one second the one with the higher rank is the later.
    pub(crate) rank: i64,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    Credited,
    /// Its refund, or a dispute about it, had come before it.
    CreditedAndRefunded,
    /// Another event told of the same payment.
    CreditedBefore,
    Refunded,
    /// Its purchase is not known, not yet, or no account's any more.
    RefundNoted,
    /// Credits are held back until it is decided.
    Disputed,
    DisputeClosed,
    /// The bank only asks; or its purchase is not known, not yet, or no account's any more.
    DisputeNoted,
    Subscribed,
    SubscriptionChanged,
    SubscriptionEnded,
    /// Something newer is known.
    Older,
    UnknownUser,
    /// This very event was handled before.
    Duplicate,
    /// Of a kind that asks for nothing.
    Ignored,
    /// It cannot be handled now.
    Refused,
}

impl Verdict {
    /// As tables and metrics show it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::CreditedAndRefunded => "credited, and refunded before",
            Self::CreditedBefore => "credited before",
            Self::Refunded => "refunded",
            Self::RefundNoted => "refund noted",
            Self::Disputed => "disputed",
            Self::DisputeClosed => "dispute closed",
            Self::DisputeNoted => "dispute noted",
            Self::Subscribed => "subscribed",
            Self::SubscriptionChanged => "subscription changed",
            Self::SubscriptionEnded => "subscription ended",
            Self::Older => "older than what is known",
            Self::UnknownUser => "unknown user",
            Self::Duplicate => "duplicate",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
        }
    }
}
