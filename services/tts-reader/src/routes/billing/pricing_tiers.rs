//! `GET /api/pricing-tiers`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Map, Value, json};

use crate::{app::App, domain::Tier, settings::Prices};

pub(crate) async fn pricing_tiers(State(app): State<Arc<App>>) -> Json<Value> {
    let neural = app.settings.neural_voices;
    let prices = app.settings.payments.prices();
    let keyed = |entry: &dyn Fn(Tier) -> Value| -> Map<String, Value> {
        Tier::ALL.into_iter().map(|tier| (tier.lower().to_owned(), entry(tier))).collect()
    };
    let mut comparison = keyed(&|tier| compared(tier, neural));
    comparison.remove(Tier::Light.lower());
    Json(json!({
        "tiers": keyed(&|tier| tier_card(tier, neural, prices)),
        "neural_enabled": neural,
        "features_comparison": comparison,
    }))
}

fn tier_card(tier: Tier, neural: bool, prices: Option<&Prices>) -> Value {
    let (month, year) = price(tier);
    let (monthly, yearly) = prices.map_or((None, None), |prices| prices.of(tier));
    json!({
        "name": name(tier),
        "price_monthly": month,
        "price_yearly": year,
        "monthly_cap": tier.monthly_cap(),
        "features": {
            "web_speech_api": true,
            "aws_polly_standard": tier > Tier::Free,
            "aws_polly_neural": tier == Tier::Pro && neural,
            "speech_marks": tier > Tier::Free,
            "priority_support": tier == Tier::Pro,
        },
        "stripe_price_ids": { "monthly": monthly, "yearly": yearly },
    })
}

fn compared(tier: Tier, neural: bool) -> Value {
    let cap = match tier.monthly_cap() {
        0 => "Unlimited browser speech".to_owned(),
        characters => format!("{} million characters", characters / 1_000_000),
    };
    let engine = match tier {
        Tier::Free => "Browser speech",
        Tier::Pro if neural => "Standard and neural voices",
        _ => "Standard voices",
    };
    json!({
        "name": name(tier),
        "voice_engine": engine,
        "monthly_cap": cap,
        "speech_marks": tier > Tier::Free,
        "priority_support": tier == Tier::Pro,
    })
}

/// Dollars a month and a year.
fn price(tier: Tier) -> (f64, f64) {
    match tier {
        Tier::Free => (0.0, 0.0),
        Tier::Light => (6.0, 0.0),
        Tier::Premium => (14.0, 139.99),
        Tier::Pro => (34.0, 299.99),
    }
}

fn name(tier: Tier) -> &'static str {
    match tier {
        Tier::Free => "Free",
        Tier::Light => "Light",
        Tier::Premium => "Premium",
        Tier::Pro => "Pro",
    }
}
