//! What administrators see.

use serde_json::json;

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        answer, count, has, integer, list, or_null, otherwise, shared, text, time, truth, uuid,
        within,
    },
};

const ID: &str = "ba7881cb-51f2-4b7c-a3d3-8a4e0d4f8a10";
const THEN: &str = "2026-11-23T01:58:23.412808+00:00";

pub(crate) fn users() -> Operation {
    let user = answer([
        has("user_id", uuid()),
        has("username", text()),
        has("email", text()),
        has("is_active", truth()),
        has("email_verified", truth()),
        has("tier", shared("Tier")),
        has("stripe_customer_id", or_null(text())),
        has("created_at", time()),
        has("last_login", or_null(time())),
        has("credit_balance", count()),
    ]);
    page("admin_users", "Accounts by name", "after", "The last name of the page before.").answers(
        answer([has("users", list(user))]),
        json!({ "users": [{
            "user_id": ID, "username": "lt_user_000", "email": "lt_user_000@example.com",
            "is_active": true, "email_verified": true, "tier": "PRO", "stripe_customer_id": null,
            "created_at": THEN, "last_login": null, "credit_balance": 100_000,
        }] }),
    )
}

pub(crate) fn credits() -> Operation {
    let entry = answer([
        has("id", integer()),
        has("credits_purchased", count()),
        has("credits_remaining", count()),
        has("credits_refunded", count()),
        has("credits_written_off", count()),
        has("purchase_price", or_null(count())),
        has("tier_at_purchase", or_null(text())),
        has("purchased_at", time()),
        has("expires_at", time()),
        has("status", text()),
        has("stripe_payment_id", or_null(text())),
        has("stripe_session_id", or_null(text())),
    ]);
    let ledger = answer([
        has("user_id", uuid()),
        has("username", text()),
        has("tier", shared("Tier")),
        has("transactions", list(entry)),
    ]);
    page(
        "admin_credits",
        "Everything in an account's ledger",
        "after",
        "The last id of the page before.",
    )
    .path("username", &text(), "Whose ledger.")
    .answers(
        ledger,
        json!({
            "user_id": ID, "username": "lt_user_000", "tier": "PRO",
            "transactions": [{
                "id": 2, "credits_purchased": 2_000, "credits_remaining": 1_500,
                "credits_refunded": 0, "credits_written_off": 0, "purchase_price": 2_400,
                "tier_at_purchase": "premium", "purchased_at": THEN,
                "expires_at": "2027-02-21T01:58:23.412808+00:00", "status": "ACTIVE",
                "stripe_payment_id": "pi_1", "stripe_session_id": "cs_1",
            }],
        }),
    )
    .refuses(404, "There is no such account.", "User not found")
}

pub(crate) fn payment_events() -> Operation {
    let event = answer([
        has("id", text()),
        has("kind", text()),
        has("verdict", text()),
        has("handled", truth()),
        has("deliveries", count()),
        has("created_at", time()),
        has("received_at", time()),
        has("last_at", time()),
    ]);
    page(
        "admin_payment_events",
        "What Stripe told and what became of it, the newest first",
        "before",
        "The last id of the page before.",
    )
    .answers(
        answer([has("events", list(event))]),
        json!({ "events": [{
            "id": "evt_1", "kind": "checkout.session.completed", "verdict": "credited",
            "handled": true, "deliveries": 1, "created_at": THEN, "received_at": THEN,
            "last_at": THEN,
        }] }),
    )
}

/// A list, page by page.
fn page(id: &'static str, summary: &'static str, by: &str, about: &str) -> Operation {
    Operation::by_administrator(Tag::Administration, id, summary)
        .optional_query(by, &text(), about)
        .optional_query("limit", &otherwise(within(1, 1_000), 100), "Entries of a page.")
        .refuses(422, "A parameter is unknown or wrong.", "`limit` is from 1 to 1000")
}
