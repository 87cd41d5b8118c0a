//! Prices, balances, and buying.

use serde_json::{Map, Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        about, answer, body, count, has, lenient, list, may, number, one_of, or_null, shared, text,
        text_of, truth, uuid,
    },
    shared::ledger,
};

const OFF: &str = "Payments are not configured on this server.";

pub(crate) fn pricing_tiers() -> Operation {
    let card = answer([
        has("name", text()),
        has("price_monthly", number()),
        has("price_yearly", number()),
        has("monthly_cap", count()),
        has("features", answer(FEATURES.map(|name| has(name, truth())))),
        has(
            "stripe_price_ids",
            answer([has("monthly", or_null(text())), has("yearly", or_null(text()))]),
        ),
    ]);
    let compared = answer([
        has("name", text()),
        has("voice_engine", text()),
        has("monthly_cap", text()),
        has("speech_marks", truth()),
        has("priority_support", truth()),
    ]);
    let all = ["free", "light", "premium", "pro"];
    let beside = ["free", "premium", "pro"];
    let tiers = answer([
        has("tiers", answer(all.map(|tier| has(tier, card.clone())))),
        has("neural_enabled", truth()),
        has("features_comparison", answer(beside.map(|tier| has(tier, compared.clone())))),
    ]);
    Operation::fixed(Tag::Buying, "pricing_tiers", "What the tiers are and cost").answers(
        tiers,
        json!({
            "tiers": keyed(&all, &card_example()),
            "neural_enabled": false,
            "features_comparison": keyed(&beside, &json!({
                "name": "Premium", "voice_engine": "Standard voices",
                "monthly_cap": "2 million characters", "speech_marks": true,
                "priority_support": false,
            })),
        }),
    )
}

const FEATURES: [&str; 5] = [
    "web_speech_api",
    "aws_polly_standard",
    "aws_polly_neural",
    "speech_marks",
    "priority_support",
];

fn card_example() -> Value {
    json!({
        "name": "Premium", "price_monthly": 14.0, "price_yearly": 139.99,
        "monthly_cap": 2_000_000,
        "features": {
            "web_speech_api": true, "aws_polly_standard": true, "aws_polly_neural": false,
            "speech_marks": true, "priority_support": false,
        },
        "stripe_price_ids": { "monthly": null, "yearly": null },
    })
}

/// The same for each.
fn keyed(names: &[&str], value: &Value) -> Value {
    names.iter().map(|&name| (name.to_owned(), value.clone())).collect::<Map<_, _>>().into()
}

pub(crate) fn credit_packages() -> Operation {
    let package = answer([
        has("credits", count()),
        has("tier", one_of(["free", "light", "premium", "pro"])),
        has("price", about(number(), "Dollars.")),
        has("characters", count()),
        has("rate", about(number(), "Dollars a credit.")),
        has("description", text()),
    ]);
    let slider = answer([
        has("min", count()),
        has("max", count()),
        has("light_threshold", count()),
        has("premium_threshold", count()),
        has("pro_threshold", count()),
        has("light_rate", number()),
        has("premium_rate", number()),
        has("pro_rate", number()),
        has("characters_per_credit", count()),
    ]);
    Operation::fixed(Tag::Buying, "credit_packages", "Credits that are sold together").answers(
        answer([has("packages", list(package)), has("slider_config", slider)]),
        json!({
            "packages": [{
                "credits": 500, "tier": "light", "price": 6.0, "characters": 500_000,
                "rate": 0.012, "description": "500 credits: 500000 characters of speech",
            }],
            "slider_config": {
                "min": 500, "max": 50_000, "light_threshold": 500, "premium_threshold": 2_000,
                "pro_threshold": 10_000, "light_rate": 0.012, "premium_rate": 0.012,
                "pro_rate": 0.012, "characters_per_credit": 1_000,
            },
        }),
    )
}

pub(crate) fn credit_balance() -> Operation {
    let mut fields = vec![
        has("user_id", uuid()),
        has("username", text()),
        has("tier", shared("Tier")),
        has("can_use_polly", truth()),
        has("is_active", truth()),
        has("email_verified", truth()),
    ];
    fields.extend(ledger());
    Operation::by_account(Tag::Buying, "credit_balance", "The credits of the account").answers(
        answer(fields),
        json!({
            "user_id": "ba7881cb-51f2-4b7c-a3d3-8a4e0d4f8a10", "username": "lt_user_000",
            "credit_balance": 100_000, "tier": "PRO", "can_use_polly": true, "is_active": true,
            "email_verified": true, "next_expiration": "2027-02-21T01:58:23.413933+00:00",
            "days_until_expiration": 89,
            "active_transactions": [super::accounts::transaction()], "total_transactions": 1,
        }),
    )
}

pub(crate) fn buy_credits() -> Operation {
    const FEWEST_TO_MOST: &str = "[5-9][0-9]{2}|[1-9][0-9]{3}|[1-4][0-9]{4}|50000";
    let credits = about(lenient(500, 50_000, FEWEST_TO_MOST), "$0.012 each.");
    opens("buy_credits", "Buy credits")
        .takes(&body([has("credits", credits)]), &json!({ "credits": 2_000 }))
        .refuses(
            403,
            "The address is not verified.",
            "Email verification required before purchasing credits. Please verify your email first.",
        )
        .fails("Stripe refuses.", "Failed to create credit checkout session")
}

pub(crate) fn subscribe() -> Operation {
    let price =
        about(or_null(text_of(1, 255)), "Of GET /api/pricing-tiers; else Premium by the month.");
    opens("subscribe", "Subscribe to a tier")
        .takes(&body([may("price_id", price)]), &json!({ "price_id": "price_premium_monthly" }))
        .refuses(
            400,
            "That price is not for sale.",
            "This price_id is not for sale; see /api/pricing-tiers.",
        )
        .refuses(
            403,
            "The address is not verified.",
            "Email verification required before subscribing. Please verify your email first.",
        )
        .fails("Stripe refuses.", "Failed to create checkout session")
}

fn opens(id: &'static str, summary: &'static str) -> Operation {
    without_stripe(Operation::by_account(Tag::Buying, id, summary).keyed())
        .answers(shared("Checkout"), checkout())
}

fn checkout() -> Value {
    json!({ "url": "https://checkout.stripe.com/c/pay/cs_test_a1B2" })
}

/// What asking Stripe can end with.
fn without_stripe(told: Operation) -> Operation {
    told.refuses(404, "Payments are off.", OFF)
        .busy("The payment service is overloaded or away.", "The payment service")
}

pub(crate) fn portal() -> Operation {
    let told =
        Operation::by_account(Tag::Buying, "portal", "See what was bought, end a subscription");
    without_stripe(told)
        .answers(
            shared("Checkout"),
            json!({ "url": "https://billing.stripe.com/p/session/test_a1B2" }),
        )
        .refuses(
            400,
            "Nothing was bought yet.",
            "No billing history found. Please make a purchase first.",
        )
        .refuses(400, "Stripe refuses.", "Failed to create billing portal session")
}

pub(crate) fn webhook() -> Operation {
    let told = Operation::open(Tag::Buying, "stripe_webhook", "What Stripe tells")
        .about(
            "An event of Stripe, byte for byte, opened by its signature. Every event changes \
                something once, whatever the order; anything but 200 makes Stripe tell it again.",
        )
        .optional_header("Stripe-Signature", &text(), "t=…,v1=… over the body. Without it: 400.")
        .takes_bytes(&json!({ "type": "object" }))
        .answers(answer([has("status", one_of(["success"]))]), json!({ "status": "success" }))
        .refuses(400, "The signature does not hold, or the event is none.", "Invalid signature")
        .refuses(400, "The event cannot be believed.", "Payment not completed");
    without_stripe(told)
}
