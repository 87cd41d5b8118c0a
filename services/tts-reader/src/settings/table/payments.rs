//! How Stripe is reached, and what it sells.

use super::setting::{Setting, masked, row, secret};
use crate::settings::{Prices, Settings};

pub(super) const ROWS: &[Setting] = &[
    row("STRIPE_API_BASE", "where Stripe is reached", "https://api.stripe.com", |_, env| {
        env.text("STRIPE_API_BASE").unwrap_or("https://api.stripe.com").to_owned()
    }),
    secret(row(
        "STRIPE_API_KEY",
        "takes payments by Stripe; without it there are none, or with --dev made-up ones; not used with \
         LOAD_TEST_MODE, where a live key is refused",
        "none",
        |_, env| masked(env.text("STRIPE_API_KEY").is_some(), "none"),
    )),
    row(
        "STRIPE_PRICE_ID_PREMIUM_MONTHLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.premium_monthly.as_deref()),
    ),
    row(
        "STRIPE_PRICE_ID_PREMIUM_YEARLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.premium_yearly.as_deref()),
    ),
    row(
        "STRIPE_PRICE_ID_PRO_MONTHLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.pro_monthly.as_deref()),
    ),
    row(
        "STRIPE_PRICE_ID_PRO_YEARLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.pro_yearly.as_deref()),
    ),
    secret(row(
        "STRIPE_WEBHOOK_SECRET",
        "what Stripe signs its events with, needed with a key",
        "none",
        |_, env| masked(env.text("STRIPE_WEBHOOK_SECRET").is_some(), "none"),
    )),
];

fn price(settings: &Settings, of: fn(&Prices) -> Option<&str>) -> String {
    settings.payments.prices().and_then(of).unwrap_or("not for sale").to_owned()
}
