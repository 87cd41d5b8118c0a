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

#[cfg(test)]
mod tests {
    use super::credits_for;

    #[test]
    fn every_started_thousand_costs_one() {
        let cases = [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (100_000, 100)];
        for (characters, credits) in cases {
            assert_eq!(credits_for(characters), credits, "{characters} characters");
        }
    }
}
