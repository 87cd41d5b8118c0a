//! `GET /api/credit-packages`.

use axum::Json;
use serde_json::{Value, json};

use crate::domain::{PURCHASE, Tier};

/// Dollars per credit.
const RATE: f64 = 0.012;
const SIZES: [i64; 7] = [500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000];

pub(crate) async fn credit_packages() -> Json<Value> {
    let packages: Vec<Value> = SIZES.into_iter().map(package).collect();
    Json(json!({
        "packages": packages,
        "slider_config": {
            "min": PURCHASE.start(),
            "max": PURCHASE.end(),
            "light_threshold": 500,
            "premium_threshold": 2_000,
            "pro_threshold": 10_000,
            "light_rate": RATE,
            "premium_rate": RATE,
            "pro_rate": RATE,
            "characters_per_credit": 1_000,
        },
    }))
}

fn package(credits: i64) -> Value {
    let tier = Tier::of_purchase(credits);
    json!({
        "credits": credits,
        "tier": tier.lower(),
        // In whole cents first: 0.012 × 500 is not 6 in binary.
        "price": (credits * 12) as f64 / 1_000.0,
        "characters": credits * 1_000,
        "rate": RATE,
        "description": format!("{credits} credits: {} characters of speech", credits * 1_000),
    })
}
