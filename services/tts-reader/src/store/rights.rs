//! The tier that an account has a right to: the highest of its own, of its subscriptions', and of those
//! of purchases that can still be spent. Columns, so that it comes with whatever is read anyway.

use super::rows::from_row;
use crate::domain::Tier;

/// Of the account `u`. In the alphabet the names of tiers are in the order of their worth.
macro_rules! subscribed {
    () => {
        "(SELECT MAX(b.tier) FROM subscriptions b
          WHERE b.user_id = u.user_id AND b.active = TRUE) AS subscribed"
    };
}
pub(super) use subscribed;

/// Of the account `u`, at the instant of that parameter.
macro_rules! bought {
    ($now:literal) => {
        concat!(
            "(SELECT MAX(UPPER(t.tier_at_purchase)) FROM credit_transactions t
              WHERE t.user_id = u.user_id AND t.status = 'ACTIVE' AND t.expires_at > ",
            $now,
            " AND t.credits_remaining > 0
              AND UPPER(t.tier_at_purchase) IN ('LIGHT', 'PREMIUM', 'PRO')) AS bought"
        )
    };
}
pub(super) use bought;

/// What there is to choose from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rights {
    tier: Tier,
    subscribed: Option<Tier>,
    bought: Option<Tier>,
}

from_row!(Rights { tier, subscribed, bought });

impl Rights {
    pub(crate) fn highest(self) -> Tier {
        highest(self.tier, self.subscribed, self.bought)
    }
}

pub(crate) fn highest(own: Tier, subscribed: Option<Tier>, bought: Option<Tier>) -> Tier {
    let other = subscribed.max(bought);
    other.map_or(own, |other| own.max(other))
}

#[cfg(test)]
mod tests {
    use super::highest;
    use crate::domain::Tier;

    #[test]
    fn tiers_are_in_the_order_of_the_alphabet() {
        assert!(Tier::ALL.windows(2).all(|two| two[0].upper() < two[1].upper()));
        assert!(Tier::ALL.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn the_highest_counts() {
        let (free, light, pro) = (Tier::Free, Some(Tier::Light), Some(Tier::Pro));
        assert_eq!(highest(free, None, None), free);
        assert_eq!(highest(free, light, pro), Tier::Pro);
        assert_eq!(highest(Tier::Premium, light, None), Tier::Premium);
    }
}
