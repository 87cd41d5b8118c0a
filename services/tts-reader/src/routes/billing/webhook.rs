//! `POST /api/stripe_webhook`: what Stripe tells. Anything but 2xx makes Stripe tell it again.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName},
};
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::Level,
    domain::Timestamp,
    errors::ApiError,
    metrics::Moved,
    payments::{PayError, Payments},
    store::{Change, Event, Verdict},
    validation::RawBody,
};

const SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

pub(crate) async fn webhook(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Json<Value>, ApiError> {
    let (Payments::Stripe(stripe), Some(prices)) = (&app.payments, app.settings.payments.prices())
    else {
        return Err(PayError::Off.answer(""));
    };
    let now = Timestamp::now();
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let told = stripe.events().read(signature, &body, now).map_err(|refusal| {
        app.metrics.webhook(refusal.as_str());
        ApiError::bad_request(refusal.to_string())
    })?;
    if app.store.is_handled(&told.event.id, now).await? {
        app.metrics.webhook(Verdict::Duplicate.as_str());
        return Ok(success());
    }
    let change = told.change(stripe, &app.store, prices).await?;
    handle(&app, &told.event, &change).await?;
    match change {
        Change::Refuse(why) => Err(ApiError::bad_request(why)),
        _ => Ok(success()),
    }
}

/// Makes the change that an event asks for, once, and writes it down.
pub(super) async fn handle(app: &App, event: &Event, change: &Change) -> Result<Verdict, ApiError> {
    let verdict = app.store.handle(event, change, Timestamp::now()).await?;
    app.metrics.webhook(verdict.as_str());
    if let (Change::Credit(it), Verdict::Credited | Verdict::CreditedAndRefunded) =
        (change, verdict)
    {
        app.metrics.credits(Moved::Bought, it.credits);
    }
    let told = match change {
        Change::Credit(it) => {
            format!(": {} credits for {} cents to {}", it.credits, it.cents, it.user)
        }
        Change::Refund { payment, refunded, .. } => {
            format!(": {refunded} cents so far of {payment}")
        }
        Change::Dispute(it) => {
            format!(": {} about {} cents of {} is {}", it.id, it.cents, it.payment, it.status)
        }
        Change::Subscription(it) => format!(": {} is {}", it.id, it.status),
        Change::Refuse(why) => format!(": {why}"),
        Change::Ignore(_) => String::new(),
    };
    let level = if verdict == Verdict::Refused { Level::Warning } else { Level::Info };
    let line = format!("Event {} ({}) {}{told}", event.id, event.kind, verdict.as_str());
    app.audit.write(level, "app.billing", &line);
    Ok(verdict)
}

fn success() -> Json<Value> {
    Json(json!({ "status": "success" }))
}
