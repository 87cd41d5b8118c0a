//! What administrators see.

use serde_json::{Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        answer, body, count, has, integer, list, number, one_of, or_null, otherwise, shared, text,
        text_of, time, truth, uuid, within,
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
    page("admin_users", "Accounts by name", "after", &text(), "The last name of the page before.")
        .answers(
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
        &within(i64::MIN, i64::MAX),
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
        &text(),
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

pub(crate) fn security_audit() -> Operation {
    let flagged =
        answer([has("user_id", uuid()), has("username", text()), has("issues", list(issue()))]);
    let page = page(
        "admin_security_audit",
        "Whether what accounts can spend was paid, by our own books",
        "after",
        &text(),
        "The last name of the page before (`next_after`).",
    );
    page.answers(
        answer([
            has("audit_timestamp", time()),
            has("total_users_scanned", count()),
            has("users_with_stripe_data", count()),
            has("users_with_issues", count()),
            has("flagged_users", list(flagged)),
            has("next_after", or_null(text())),
        ]),
        json!({
            "audit_timestamp": THEN, "total_users_scanned": 2, "users_with_stripe_data": 1,
            "users_with_issues": 1, "next_after": null,
            "flagged_users": [{ "user_id": ID, "username": "lt_user_000", "issues": [{
                "type": "CREDITS_WITHOUT_PAYMENT", "severity": "HIGH", "id": null,
                "confirmed": false, "message": "500 credits can be spent that nobody paid",
            }] }],
        }),
    )
}

pub(crate) fn audit_user() -> Operation {
    let operation = Operation::by_administrator(
        Tag::Administration,
        "admin_audit_user",
        "Whether what one account can spend was paid, by our books and by Stripe",
    );
    asks_stripe(operation).path("username", &text(), "Whose account.").answers(
        answer([
            has("user_id", uuid()),
            has("username", text()),
            has("issues", list(issue())),
            has("verified", truth()),
            has("asked_stripe", truth()),
        ]),
        json!({
            "user_id": ID, "username": "lt_user_000", "issues": [{
                "type": "FAKE_CUSTOMER_ID", "severity": "CRITICAL", "id": "cus_1",
                "confirmed": true, "message": "Stripe knows no such customer",
            }], "verified": false, "asked_stripe": true,
        }),
    )
}

pub(crate) fn purge_user() -> Operation {
    let operation = Operation::by_administrator(
        Tag::Administration,
        "admin_purge_user",
        "Remove an account of which Stripe says that it did not pay",
    )
    .about(
        "Asks for the administrator's password again. Who ever paid here is not removed so, nor is \
         an administrator. What is in the books stays, under a pseudonym.",
    )
    .path("username", &text(), "Whose account.")
    .takes(&body([has("password", text_of(1, 128))]), &json!({ "password": "TestPassword123!" }))
    .refuses(
        400,
        "Stripe says nothing against it, or it paid.",
        "Cannot purge - user data verified as legitimate. Use audit-user endpoint to check.",
    )
    .refuses(403, "The password is wrong.", "Wrong password")
    .throttled("Too many wrong passwords.", "Too many wrong passwords for this account")
    .busy("Too many passwords are being checked.", "Signing in")
    .fails("Stripe does not end its subscription.", "Failed to end the subscription");
    asks_stripe(operation).answers(
        answer([has("status", text()), has("username", text()), has("issues_found", count())]),
        json!({ "status": "deleted", "username": "lt_user_000", "issues_found": 1 }),
    )
}

pub(crate) fn overview() -> Operation {
    let month = answer([has("month", text()), has("revenue_cents", count())]);
    let source = answer([has("source", text()), has("count", count())]);
    let domain = answer([has("domain", text()), has("count", count()), has("pct", number())]);
    Operation::by_administrator(
        Tag::Administration,
        "admin_overview",
        "People, money and reading at a glance",
    )
    .answers(
        answer([
            has("total_users", count()),
            has("verified_users", count()),
            has("paying_users", count()),
            has("total_revenue_cents", count()),
            has("avg_revenue_per_user_cents", count()),
            has("credit_utilization_pct", number()),
            has("repeat_purchase_rate_pct", number()),
            has("signups_last_30_days", count()),
            has("purchases_last_30_days", count()),
            has("monthly_revenue", list(month)),
            has("top_utm_sources", list(source)),
            has("top_extraction_domains", list(domain)),
        ]),
        json!({
            "total_users": 5, "verified_users": 2, "paying_users": 1,
            "total_revenue_cents": 1_700, "avg_revenue_per_user_cents": 340,
            "credit_utilization_pct": 0.1, "repeat_purchase_rate_pct": 100.0,
            "signups_last_30_days": 5, "purchases_last_30_days": 2,
            "monthly_revenue": [{ "month": "2026-11", "revenue_cents": 1_700 }],
            "top_utm_sources": [{ "source": "newsletter", "count": 2 }],
            "top_extraction_domains": [{ "domain": "news.example", "count": 1, "pct": 100.0 }],
        }),
    )
}

fn issue() -> Value {
    answer([
        has(
            "type",
            one_of([
                "FAKE_CUSTOMER_ID",
                "INVALID_SUBSCRIPTION_STATUS",
                "FAKE_SUBSCRIPTION_ID",
                "UNVERIFIED_PAYMENT",
                "CREDITS_WITHOUT_PAYMENT",
                "HIGH_BALANCE_NO_CUSTOMER",
            ]),
        ),
        has("severity", one_of(["MEDIUM", "HIGH", "CRITICAL"])),
        has("id", or_null(text())),
        has("confirmed", truth()),
        has("message", text()),
    ])
}

/// What may go wrong when Stripe is asked about an account that may not be there.
fn asks_stripe(operation: Operation) -> Operation {
    operation
        .refuses(404, "There is no such account.", "User not found")
        .fails("Stripe refuses the question.", "Failed to ask Stripe")
        .busy("The payment service is overloaded or away.", "The payment service")
}

pub(crate) fn health() -> Operation {
    Operation::by_administrator(
        Tag::Administration,
        "admin_health",
        "What the service knows of itself",
    )
    .about("Asks the database and the disk now, unlike /api/health.")
    .answers(condition(), condition_example())
}

fn condition() -> Value {
    let well = || one_of(["healthy", "unhealthy"]);
    let probe = || {
        answer([
            has("status", well()),
            has("milliseconds", number()),
            has("trouble", or_null(text())),
        ])
    };
    let queue =
        || answer([has("running", count()), has("waiting", count()), has("refused", count())]);
    let pool = answer([
        has("pool", one_of(["read", "write"])),
        has("size", count()),
        has("in_use", count()),
        has("waiting", count()),
    ]);
    answer([
        has("status", well()),
        has("timestamp", time()),
        has("mode", one_of(["normal", "dev", "load-test"])),
        has("uptime_seconds", count()),
        has("probes", answer([has("database", probe()), has("storage", probe())])),
        has(
            "breakers",
            answer([has("email", text()), has("payments", text()), has("speech", text())]),
        ),
        has("speech_engine", one_of(["local", "load-test", "polly"])),
        has("database", answer([has("kind", text()), has("pools", list(pool))])),
        has(
            "queues",
            answer([
                has("speech", queue()),
                has("passwords", queue()),
                has("extraction", answer([has("in_flight", count())])),
                has("letters", answer([has("waiting", count()), has("failed", count())])),
            ]),
        ),
        has("connections", answer([has("open", count()), has("limit", count())])),
        has(
            "audit_trail",
            answer([
                has("lines_written", count()),
                has("lines_dropped", count()),
                has("tampering_detected", truth()),
            ]),
        ),
    ])
}

fn condition_example() -> Value {
    let idle = json!({ "running": 0, "waiting": 0, "refused": 0 });
    let pool = |name: &str| json!({ "pool": name, "size": 8, "in_use": 0, "waiting": 0 });
    let probed = json!({ "status": "healthy", "milliseconds": 0.214, "trouble": null });
    json!({
        "status": "healthy", "timestamp": THEN, "mode": "normal", "uptime_seconds": 86_400,
        "probes": { "database": probed, "storage": probed },
        "breakers": { "email": "healthy", "payments": "healthy", "speech": "healthy" },
        "speech_engine": "local",
        "database": { "kind": "postgresql", "pools": [pool("read"), pool("write")] },
        "queues": {
            "speech": idle, "passwords": idle, "extraction": { "in_flight": 0 },
            "letters": { "waiting": 0, "failed": 0 },
        },
        "connections": { "open": 12, "limit": 10_000 },
        "audit_trail": {
            "lines_written": 4_711, "lines_dropped": 0, "tampering_detected": false,
        },
    })
}

/// A list, page by page.
fn page(id: &'static str, summary: &'static str, by: &str, from: &Value, about: &str) -> Operation {
    Operation::by_administrator(Tag::Administration, id, summary)
        .optional_query(by, from, about)
        .optional_query("limit", &otherwise(within(1, 1_000), 100), "Entries of a page.")
        .refuses(422, "A parameter is unknown or wrong.", "`limit` is from 1 to 1000")
}
