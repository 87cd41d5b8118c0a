//! Reading Stripe's events: what is genuine, and which change it asks for.

use serde::Deserialize;
use serde_json::Value;

use super::{Paid, Stripe, signature};
use crate::{
    domain::{PURCHASE, Tier, Timestamp, pays_for},
    settings::{Prices, Secret},
    store::{Change, Credited, Disputed, Event, Store, StoreError, Subscription, Verdict},
};

/// Of these a bought subscription must be. Of one that was canceled nothing more will come, so it is
/// taken in as well and not asked for again.
const TAKEN_IN: [&str; 3] = ["active", "trialing", "canceled"];

/// Checks and reads events with one secret.
#[derive(Debug)]
pub(crate) struct Events {
    secret: Secret,
}

/// Why a delivery is not read, in the words of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Invalid payload")]
    Payload,
    #[error("Invalid signature")]
    Signature,
}

impl Refusal {
    /// For the metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Payload => "invalid payload",
            Self::Signature => "invalid signature",
        }
    }
}

/// An event with what it is about.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) event: Event,
    object: Value,
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    r#type: String,
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

impl Events {
    pub(super) fn new(secret: Secret) -> Self {
        Self { secret }
    }

    /// The event in a body that Stripe signed.
    pub(crate) fn read(
        &self,
        header: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Told, Refusal> {
        let header = header.ok_or(Refusal::Signature)?;
        if !signature::holds(header, body, self.secret.bytes(), now.unix_seconds()) {
            return Err(Refusal::Signature);
        }
        let it: Envelope = serde_json::from_slice(body).map_err(|_| Refusal::Payload)?;
        if it.id.is_empty() || it.id.len() > 255 || !it.data.object.is_object() {
            return Err(Refusal::Payload);
        }
        let event = Event { id: it.id, kind: it.r#type, created: it.created };
        Ok(Told { event, object: it.data.object })
    }
}

impl Told {
    /// The change that the event asks for. A checkout is asked for anew: what its event tells may be
    /// over.
    pub(crate) async fn change(
        &self,
        stripe: &Stripe,
        store: &Store,
        prices: &Prices,
    ) -> Result<Change, StoreError> {
        match self.event.kind.as_str() {
            "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
                let id = text(&self.object, "id").unwrap_or_default();
                match stripe.session(&id).await {
                    Ok(paid) => paid.change(store, prices).await,
                    Err(error) => {
                        tracing::warn!(%error, session = id, "cannot verify a checkout");
                        Ok(Change::Refuse("Failed to verify checkout session with Stripe"))
                    }
                }
            }
            "charge.refunded" => Ok(refund(&self.object)),
            "charge.dispute.created" => Ok(dispute(&self.object, 0)),
            "charge.dispute.updated" | "charge.dispute.funds_withdrawn" => {
                Ok(dispute(&self.object, 1))
            }
            "charge.dispute.closed" => Ok(dispute(&self.object, 2)),
            "charge.dispute.funds_reinstated" => Ok(dispute(&self.object, 3)),
            "customer.subscription.created"
            | "customer.subscription.updated"
            | "customer.subscription.deleted" => {
                let rank = match self.event.kind.as_str() {
                    "customer.subscription.created" => 0,
                    "customer.subscription.updated" => 1,
                    _ => 2,
                };
                let mut told = subscription(&self.object, prices, store, rank).await?;
                if rank == 2 {
                    (told.active, told.ended) = (false, true);
                }
                Ok(Change::Subscription(told))
            }
            _ => Ok(Change::Ignore(Verdict::Ignored)),
        }
    }
}

impl Paid {
    async fn change(&self, store: &Store, prices: &Prices) -> Result<Change, StoreError> {
        let session = &self.0;
        let is_credits = session["metadata"]["purchase_type"] == "credits";
        let settled = match text(session, "payment_status").as_deref() {
            Some("paid") => true,
            // A subscription may begin with a trial.
            Some("no_payment_required") => !is_credits,
            _ => false,
        };
        if !settled {
            return Ok(Change::Refuse("Payment not completed"));
        }
        let id = text(&session["metadata"], "user_id");
        // Checkouts of the original service have the name alone.
        let name =
            text(session, "client_reference_id").or_else(|| text(&session["metadata"], "username"));
        let Some(user) = store.buyer(id.as_deref(), name.as_deref()).await? else {
            return Ok(Change::Ignore(Verdict::UnknownUser));
        };
        if is_credits {
            return Ok(credits(session, user));
        }
        let it = &session["subscription"];
        if !text(it, "status").is_some_and(|status| TAKEN_IN.contains(&status.as_str())) {
            return Ok(Change::Refuse("Subscription verification failed"));
        }
        let mut told = subscription(it, prices, store, 1).await?;
        told.user = Some(user);
        let bought = text(&session["metadata"], "tier").and_then(|tier| tier.parse().ok());
        told.tier = told.tier.or(bought);
        told.customer = told.customer.or_else(|| id_of(&session["customer"]));
        Ok(Change::Subscription(told))
    }
}

fn credits(session: &Value, user: crate::domain::UserId) -> Change {
    let intent = &session["payment_intent"];
    let (Some(payment), Some("succeeded")) = (text(intent, "id"), intent["status"].as_str()) else {
        return Change::Refuse("Payment verification failed - credits not allocated");
    };
    let credits = number(&session["metadata"]["credits"]).filter(|it| PURCHASE.contains(it));
    let cents = session["amount_total"].as_i64().unwrap_or(0);
    match credits {
        Some(credits) if pays_for(cents, credits) && session["currency"] == "usd" => {
            Change::Credit(Credited {
                user,
                payment,
                session: text(session, "id").unwrap_or_default(),
                customer: id_of(&session["customer"]),
                credits,
                cents,
            })
        }
        _ => Change::Refuse("Price verification failed - credits not allocated"),
    }
}

fn refund(charge: &Value) -> Change {
    let (Some(payment), Some(paid), Some(refunded)) = (
        id_of(&charge["payment_intent"]),
        charge["amount"].as_i64(),
        charge["amount_refunded"].as_i64(),
    ) else {
        return Change::Ignore(Verdict::Ignored);
    };
    if paid < 0 || refunded <= 0 {
        return Change::Ignore(Verdict::Ignored);
    }
    Change::Refund { payment, paid, refunded }
}

fn dispute(it: &Value, rank: i64) -> Change {
    let (Some(id), Some(payment), Some(status), Some(cents @ 0..)) =
        (text(it, "id"), id_of(&it["payment_intent"]), text(it, "status"), it["amount"].as_i64())
    else {
        return Change::Ignore(Verdict::Ignored);
    };
    // As long as the bank only asks (`warning_…`), the money is here.
    let away = !status.starts_with("warning_") && !matches!(status.as_str(), "won" | "prevented");
    let closed = matches!(status.as_str(), "won" | "lost" | "prevented" | "warning_closed");
    Change::Dispute(Disputed { id, payment, cents, status, away, closed, rank })
}

async fn subscription(
    it: &Value,
    prices: &Prices,
    store: &Store,
    rank: i64,
) -> Result<Subscription, StoreError> {
    let price = text(&it["items"]["data"][0]["price"], "id");
    let sold = price.as_deref().and_then(|price| prices.tier(price));
    let noted = text(&it["metadata"], "tier").and_then(|tier| tier.parse::<Tier>().ok());
    let status = text(it, "status").unwrap_or_else(|| "unknown".to_owned());
    let id = text(&it["metadata"], "user_id");
    Ok(Subscription {
        id: text(it, "id").unwrap_or_default(),
        user: store.buyer(id.as_deref(), None).await?,
        customer: id_of(&it["customer"]),
        price,
        tier: sold.or(noted),
        // Somebody whose card failed keeps what he has while Stripe tries again.
        active: matches!(status.as_str(), "active" | "trialing" | "past_due"),
        ended: matches!(status.as_str(), "canceled" | "incomplete_expired"),
        status,
        rank,
    })
}

fn text(object: &Value, name: &str) -> Option<String> {
    object[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An object's id, whether it stands there itself or its id alone.
fn id_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| text(value, "id"))
}

/// Metadata are texts.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
