//! Asking Stripe about what an account claims to have there.

use reqwest::Method;
use serde_json::Value;

use super::{PayError, Stripe};
use crate::{
    domain::{Issue, IssueKind},
    store::Claims,
};

/// What Stripe says when the id is right and the key is of the other world: that says nothing about
/// the account.
const OTHER_WORLD: &str = "similar object exists";

impl Stripe {
    /// What is wrong with the claims; nothing, when all are as they should be.
    ///
    /// # Errors
    /// When Stripe cannot be asked: then nothing is said about any of them.
    pub(crate) async fn audit(&self, claims: &Claims) -> Result<Vec<Issue>, PayError> {
        let mut issues = Vec::new();
        if let Some(id) = &claims.customer
            && self.find("customers", id).await?.is_none()
        {
            let message = "Stripe knows no such customer".to_owned();
            issues.push(Issue::at_stripe(IssueKind::FakeCustomerId, id, message));
        }
        for (id, active) in &claims.subscriptions {
            let found = self.find("subscriptions", id).await?;
            issues.extend(subscription(id, *active, found.as_ref()));
        }
        for (id, cents) in &claims.payments {
            let found = self.find("payment_intents", id).await?;
            issues.extend(payment(id, *cents, found.as_ref()));
        }
        Ok(issues)
    }

    /// `None`: there is nothing by that id, or it could never be one.
    async fn find(&self, kind: &str, id: &str) -> Result<Option<Value>, PayError> {
        if super::stripe::check_id(id).is_err() {
            return Ok(None);
        }
        match self.call(Method::GET, &format!("/v1/{kind}/{id}"), "", None).await {
            Ok(found) => Ok(Some(found)),
            Err(PayError::Missing(told)) if told.contains(OTHER_WORLD) => {
                Err(PayError::Refused(told))
            }
            Err(PayError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn subscription(id: &str, active: bool, found: Option<&Value>) -> Option<Issue> {
    let Some(found) = found else {
        let message = "Stripe knows no such subscription".to_owned();
        return Some(Issue::at_stripe(IssueKind::FakeSubscriptionId, id, message));
    };
    let status = found["status"].as_str().unwrap_or("unknown");
    let runs = matches!(status, "active" | "trialing" | "past_due");
    (active && !runs).then(|| {
        let message = format!("it gives the account its tier, and is {status} at Stripe");
        Issue::at_stripe(IssueKind::InvalidSubscriptionStatus, id, message)
    })
}

fn payment(id: &str, cents: i64, found: Option<&Value>) -> Option<Issue> {
    let message = match found {
        None => "Stripe knows no such payment".to_owned(),
        Some(found) => {
            let status = found["status"].as_str().unwrap_or("unknown");
            let received = found["amount_received"].as_i64().unwrap_or(0);
            if status == "succeeded" && received >= cents {
                return None;
            }
            format!("it is {status} at Stripe with {received} of {cents} cents received")
        }
    };
    Some(Issue::at_stripe(IssueKind::UnverifiedPayment, id, message))
}
