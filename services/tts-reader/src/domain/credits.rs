//! What a credit is.

use std::time::Duration;

/// Characters one credit pays for.
const CHARACTERS_PER_CREDIT: usize = 1_000;

/// How long credits may be spent after they were bought.
pub(crate) const CREDIT_LIFETIME: Duration = Duration::from_hours(90 * 24);

/// Credits for a text: one per *started* thousand characters (code points, not bytes).
pub(crate) fn credits_for(characters: usize) -> i64 {
    characters.div_ceil(CHARACTERS_PER_CREDIT) as i64
}

/// Fewest and most credits of one purchase.
pub(crate) const PURCHASE: std::ops::RangeInclusive<i64> = 500..=50_000;

/// What so many credits cost, in cents: $0.012 each, the whole rounded to a cent.
pub(crate) fn price_of(credits: i64) -> i64 {
    (credits * 12 + 5) / 10
}

/// Whether so many cents pay for so many credits; a discount of a twentieth is let pass.
pub(crate) fn pays_for(cents: i64, credits: i64) -> bool {
    i128::from(cents) * 100 >= i128::from(credits) * 12 / 10 * 95
}

#[cfg(test)]
mod tests {
    use super::{credits_for, pays_for, price_of};

    #[test]
    fn prices_are_whole_cents() {
        for (credits, cents) in
            [(500, 600), (501, 601), (503, 604), (2_000, 2_400), (50_000, 60_000)]
        {
            assert_eq!(price_of(credits), cents, "{credits} credits");
            assert!(pays_for(cents, credits));
        }
        assert!(pays_for(570, 500) && !pays_for(569, 500) && !pays_for(0, 500));
        assert!(!pays_for(i64::MIN, 500) && !pays_for(600, i64::MAX));
    }

    #[test]
    fn every_started_thousand_costs_one() {
        let cases = [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (100_000, 100)];
        for (characters, credits) in cases {
            assert_eq!(credits_for(characters), credits, "{characters} characters");
        }
    }
}
