//! What may be wrong with an account's claims to have paid.

use serde::Serialize;

/// The kinds that the contract names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum IssueKind {
    FakeCustomerId,
    InvalidSubscriptionStatus,
    FakeSubscriptionId,
    UnverifiedPayment,
    CreditsWithoutPayment,
    HighBalanceNoCustomer,
}

/// How much it says against the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Severity {
    Medium,
    High,
    Critical,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Issue {
    #[serde(rename = "type")]
    pub(crate) kind: IssueKind,
    pub(crate) severity: Severity,
    /// What it is about, at Stripe.
    pub(crate) id: Option<String>,
    /// Stripe itself says so; else it is what our own books look like.
    pub(crate) confirmed: bool,
    pub(crate) message: String,
}

impl Issue {
    /// Our own books look so.
    pub(crate) fn in_books(kind: IssueKind, severity: Severity, message: String) -> Self {
        Self { kind, severity, id: None, confirmed: false, message }
    }

    /// Stripe says so of an id.
    pub(crate) fn at_stripe(kind: IssueKind, id: &str, message: String) -> Self {
        let severity = Severity::Critical;
        Self { kind, severity, id: Some(id.to_owned()), confirmed: true, message }
    }
}
