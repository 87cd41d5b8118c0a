//! An account, what it did and what it likes.

use serde_json::{Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        about, answer, body, count, has, integer, may, number, one_of, or_null, shared, text,
        text_of, time, truth, uuid,
    },
    shared::{ledger, seconds},
};

const ID: &str = "ba7881cb-51f2-4b7c-a3d3-8a4e0d4f8a10";
const BORN: &str = "2026-11-23T01:58:23.412808+00:00";

/// The ids of the voice list.
pub(super) fn voice() -> Value {
    one_of(tts_reader_speech::voices().iter().map(|voice| voice.id))
}

pub(super) fn engine() -> Value {
    one_of(["standard", "neural"])
}

pub(crate) fn user() -> Operation {
    let mut fields = vec![
        has("user_id", uuid()),
        has("username", text()),
        has("email", text()),
        has("first_name", or_null(text())),
        has("last_name", or_null(text())),
        has("engine", engine()),
        has("voice_id", text()),
        has("is_active", truth()),
        has("email_verified", truth()),
        has("created_at", time()),
        has("last_login", or_null(time())),
        has("remaining_chars", integer()),
        has("tier", shared("Tier")),
        has("can_use_polly", about(truth(), "Whether there is a credit to spend.")),
    ];
    fields.extend(ledger());
    Operation::by_account(Tag::Accounts, "user", "The account of the token").answers(
        answer(fields),
        json!({
            "user_id": ID, "username": "lt_user_000", "email": "lt_user_000@example.com",
            "first_name": "Load", "last_name": "Test", "engine": "standard", "voice_id": "Joanna",
            "is_active": true, "email_verified": true, "created_at": BORN,
            "last_login": "2026-11-23T01:59:11.394755+00:00", "remaining_chars": 100_000,
            "credit_balance": 100_000, "tier": "PRO", "can_use_polly": true,
            "next_expiration": "2027-02-21T01:58:23.413933+00:00", "days_until_expiration": 89,
            "active_transactions": [transaction()], "total_transactions": 1,
        }),
    )
}

pub(super) fn transaction() -> Value {
    json!({
        "id": 2, "credits_purchased": 100_000, "credits_remaining": 100_000,
        "purchase_price": null, "tier_at_purchase": null,
        "purchased_at": "2026-11-23T01:58:23.413933+00:00",
        "expires_at": "2027-02-21T01:58:23.413933+00:00", "days_until_expiration": 89,
        "status": "ACTIVE", "stripe_payment_id": null,
        "created_at": "2026-11-23T01:58:23.414514+00:00",
    })
}

pub(crate) fn delete_user() -> Operation {
    Operation::by_account(Tag::Accounts, "delete_user", "Delete the account and everything of it")
        .about(
            "Asks for the password again: a token that somebody found must not be enough. Where \
                test accounts are allowed (--dev) the body may be left out.",
        )
        .may_take(
            &body([has("password", text_of(1, 128))]),
            &json!({ "password": "TestPassword123!" }),
        )
        .gives_other(204, "It is gone, and its subscription ended.", None)
        .refuses(403, "The password is wrong.", "Wrong password")
        .refuses(
            404,
            "It has a subscription, and payments are not configured: nothing is deleted.",
            "Payments are not configured on this server.",
        )
        .fails(
            "The payment service does not end its subscription: nothing is deleted.",
            "Failed to end the subscription",
        )
        .busy("The payment service is overloaded or away.", "The payment service")
        .throttled("Too many wrong passwords.", "Too many wrong passwords for this account")
        .busy("Too many passwords are being checked.", "Signing in")
}

pub(crate) fn analytics() -> Operation {
    let totals = answer([
        has("total_chars_synthesized", count()),
        has("total_chars_extracted", count()),
        has("total_usage_events", count()),
        has("total_lifetime_spend", about(count(), "Cents.")),
        has("purchase_count", count()),
        has("member_since", time()),
        has("last_active_at", or_null(time())),
        has("tier", one_of(["free", "light", "premium", "pro"])),
    ]);
    Operation::by_account(Tag::Accounts, "analytics", "What the account did in all").answers(
        totals,
        json!({
            "total_chars_synthesized": 65, "total_chars_extracted": 11133,
            "total_usage_events": 9, "total_lifetime_spend": 0, "purchase_count": 0,
            "member_since": BORN, "last_active_at": null, "tier": "pro",
        }),
    )
}

pub(crate) fn usage() -> Operation {
    let usage = answer([
        has("user_id", uuid()),
        has("username", text()),
        has("total_chars", count()),
        has("used_chars", count()),
        has("remaining_chars", integer()),
        has("usage_percentage", number()),
        has("engine", engine()),
        has("voice_id", text()),
        has("is_active", truth()),
        has("last_login", or_null(time())),
        has("created_at", time()),
        has("enterprise_features", truth()),
        has("total_extractions_today", count()),
        has("avg_extraction_time", seconds()),
        has("textract_available", truth()),
        has("highlighting_success_rate", about(number(), "Share of today's syntheses with marks.")),
        has("speech_marks_generated", about(count(), "Today.")),
        has("service_type", text()),
        has("api_version", text()),
        has("last_updated", time()),
    ]);
    Operation::by_account(Tag::Accounts, "usage", "What the account did today").answers(
        usage,
        json!({
            "user_id": ID, "username": "lt_user_000", "total_chars": 100_000, "used_chars": 180,
            "remaining_chars": 99_820, "usage_percentage": 0.18, "engine": "standard",
            "voice_id": "Joanna", "is_active": true,
            "last_login": "2026-11-23T01:59:11.394755+00:00", "created_at": BORN,
            "enterprise_features": true, "total_extractions_today": 3,
            "avg_extraction_time": 0.42, "textract_available": false,
            "highlighting_success_rate": 1.0, "speech_marks_generated": 40,
            "service_type": "TTS Reader with Enhanced Highlighting", "api_version": "2.0",
            "last_updated": "2026-11-23T02:00:00.000001+00:00",
        }),
    )
}

pub(crate) fn preferences() -> Operation {
    let liked = answer([
        has("voice_id", text()),
        has("engine", engine()),
        has("remaining_chars", integer()),
        has("user_id", uuid()),
        has("username", text()),
        has("tts_optimized", truth()),
    ]);
    Operation::by_account(Tag::Accounts, "preferences", "The voice and engine that are liked")
        .answers(
            liked,
            json!({
                "voice_id": "Joanna", "engine": "standard", "remaining_chars": 100_000,
                "user_id": ID, "username": "lt_user_000", "tts_optimized": true,
            }),
        )
}

pub(crate) fn set_preferences() -> Operation {
    let fields = body([may("voice_id", or_null(voice())), may("engine", or_null(engine()))]);
    let liked = answer([has("voice_id", text()), has("engine", engine()), has("message", text())]);
    Operation::by_account(Tag::Accounts, "set_preferences", "Like another voice or engine")
        .about("What is left out stays as it is.")
        .takes(&fields, &json!({ "voice_id": "Matthew", "engine": "neural" }))
        .answers(
            liked,
            json!({
                "voice_id": "Matthew", "engine": "neural",
                "message": "TTS preferences updated successfully",
            }),
        )
        .refuses(400, "The voice is blank.", "Voice ID cannot be empty")
        .refuses(
            400,
            "There is no such voice.",
            "there is no voice `Johanna`; did you mean `Joanna`? The voice list has all ids",
        )
}
