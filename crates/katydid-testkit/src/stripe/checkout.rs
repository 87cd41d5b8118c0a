//! Opening a checkout, with the refusals that Stripe has for it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{api::Refused, books::Books};

/// A request's fields, as the form has them: `metadata[credits]` and so on.
pub(super) type Fields = BTreeMap<String, String>;

/// What may be said here; of those in brackets the part before them.
const KNOWN: [&str; 13] = [
    "mode",
    "line_items",
    "metadata",
    "payment_intent_data",
    "subscription_data",
    "client_reference_id",
    "customer",
    "customer_email",
    "customer_creation",
    "success_url",
    "cancel_url",
    "expand",
    "currency",
];

/// A checkout lives so long.
const LIFETIME: i64 = 24 * 3_600;

pub(super) fn open(books: &mut Books, fields: &Fields) -> Result<Value, Refused> {
    for name in fields.keys() {
        let base = name.split('[').next().unwrap_or_default();
        if !KNOWN.contains(&base) {
            return Err(Refused::field(name, format!("Received unknown parameter: {name}")));
        }
    }
    let text = |name: &str| fields.get(name).cloned();
    let mode = needed(fields, "mode")?;
    needed(fields, "success_url")?;
    if !["payment", "subscription"].contains(&mode) {
        return Err(Refused::field("mode", format!("Invalid mode: {mode}")));
    }
    check_customer(books, fields, mode)?;
    let (amount, price) = match mode {
        "payment" => (Some(amount(fields)?), None),
        _ => (None, Some(needed(fields, "line_items[0][price]")?.to_owned())),
    };
    let id = books.id("cs_test");
    let created = books.second();
    Ok(books.keep(json!({
        "id": id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "cancel_url": text("cancel_url"),
        "client_reference_id": text("client_reference_id"),
        "created": created,
        "currency": "usd",
        "customer": text("customer"),
        "customer_email": text("customer_email"),
        // Not Stripe's: what the subscription will be made of.
        "double": { "price": price, "subscription_metadata": part(fields, "subscription_data[metadata]") },
        "expires_at": created + LIFETIME,
        "livemode": false,
        "metadata": part(fields, "metadata"),
        "mode": mode,
        "payment_intent": null,
        "payment_status": "unpaid",
        "status": "open",
        "subscription": null,
        "success_url": text("success_url"),
        "url": format!("{}/c/pay/{id}", books.base),
    })))
}

fn check_customer(books: &Books, fields: &Fields, mode: &str) -> Result<(), Refused> {
    let has = |name: &str| fields.contains_key(name);
    if has("customer") && has("customer_email") {
        let text = "You may only specify one of these parameters: customer, customer_email.";
        return Err(Refused::field("customer", text.to_owned()));
    }
    if has("customer_creation") && (has("customer") || mode != "payment") {
        let text = "`customer_creation` can only be used in `payment` mode and without `customer`.";
        return Err(Refused::field("customer_creation", text.to_owned()));
    }
    match fields.get("customer") {
        Some(id) if books.get(id).is_none() => {
            Err(Refused::field("customer", format!("No such customer: '{id}'")))
        }
        _ => Ok(()),
    }
}

fn amount(fields: &Fields) -> Result<i64, Refused> {
    let number = |name: &str| -> Result<i64, Refused> {
        let text = needed(fields, name)?;
        let parsed = text.parse().ok().filter(|number| *number > 0);
        parsed.ok_or_else(|| Refused::field(name, format!("Invalid integer: {text}")))
    };
    if needed(fields, "line_items[0][price_data][currency]")? != "usd" {
        let text = "The double takes usd only.".to_owned();
        return Err(Refused::field("line_items[0][price_data][currency]", text));
    }
    let cents = number("line_items[0][price_data][unit_amount]")?;
    needed(fields, "line_items[0][price_data][product_data][name]")?;
    Ok(cents * number("line_items[0][quantity]")?)
}

fn needed<'f>(fields: &'f Fields, name: &str) -> Result<&'f str, Refused> {
    let found = fields.get(name).map(String::as_str).filter(|text| !text.is_empty());
    found.ok_or_else(|| Refused::field(name, format!("Missing required param: {name}.")))
}

/// `metadata[a]=1` as `{"a": "1"}`.
fn part(fields: &Fields, base: &str) -> Value {
    let inner = |name: &str| -> Option<String> {
        let rest = name.strip_prefix(base)?.strip_prefix('[')?.strip_suffix(']')?;
        Some(rest.to_owned())
    };
    let pairs = fields.iter().filter_map(|(name, value)| Some((inner(name)?, json!(value))));
    Value::Object(pairs.collect::<Map<_, _>>())
}
