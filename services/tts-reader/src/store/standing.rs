//! What the books say about accounts: whether what they can spend was paid, and by what.

use super::{Store, StoreError, retry::again, rows::from_row};
use crate::domain::{Issue, IssueKind, Severity, Timestamp, UserId};

/// Above this a balance without any customer at Stripe is worth a look.
const HIGH_BALANCE: i64 = 10_000;
/// Most payments of one account that are asked about, the newest.
const MOST_PAYMENTS: i64 = 20;

/// One account, as far as money goes.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) email: String,
    customer: Option<String>,
    is_test: bool,
    balance: i64,
    /// Of the balance: granted, not bought.
    unpaid: i64,
    /// Purchases that no signed event told of.
    untold: i64,
    /// Payments that signed events told of.
    pub(crate) told: i64,
    subscriptions: i64,
}

from_row!(Standing {
    user_id,
    username,
    email,
    customer,
    is_test,
    balance,
    unpaid,
    untold,
    told,
    subscriptions
});

/// What an account has at Stripe, by its own account.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    pub(crate) customer: Option<String>,
    /// Ids, and whether they give the account its tier.
    pub(crate) subscriptions: Vec<(String, bool)>,
    /// Ids, and cents.
    pub(crate) payments: Vec<(String, i64)>,
}

macro_rules! standings {
    ($which:literal) => {
        concat!(
            "SELECT u.user_id, u.username, u.email, u.stripe_customer_id AS customer,
                EXISTS (SELECT 1 FROM test_accounts m WHERE m.user_id = u.user_id) AS is_test,
                (SELECT CAST(COALESCE(SUM(t.credits_remaining), 0) AS BIGINT)
                 FROM credit_transactions t
                 WHERE t.user_id = u.user_id AND t.status = 'ACTIVE' AND t.expires_at > $1)
                    AS balance,
                (SELECT CAST(COALESCE(SUM(t.credits_remaining), 0) AS BIGINT)
                 FROM credit_transactions t
                 WHERE t.user_id = u.user_id AND t.status = 'ACTIVE' AND t.expires_at > $1
                     AND t.purchase_price IS NULL AND t.stripe_payment_id IS NULL) AS unpaid,
                (SELECT COUNT(*) FROM credit_transactions t
                 WHERE t.user_id = u.user_id
                     AND (t.purchase_price IS NOT NULL OR t.stripe_payment_id IS NOT NULL)
                     AND NOT EXISTS (SELECT 1 FROM payments p
                                     WHERE p.user_id = t.user_id AND p.transaction_id = t.id))
                    AS untold,
                (SELECT COUNT(*) FROM payments p WHERE p.user_id = u.user_id) AS told,
                (SELECT COUNT(*) FROM subscriptions s WHERE s.user_id = u.user_id) AS subscriptions
             FROM users u WHERE ",
            $which
        )
    };
}

const ONE: &str = standings!("u.username = $2");
/// Of those that have, or ever had, anything to do with money.
const SOME: &str = standings!(
    "u.username > $2
         AND (u.stripe_customer_id IS NOT NULL
             OR EXISTS (SELECT 1 FROM credit_transactions t WHERE t.user_id = u.user_id)
             OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.user_id = u.user_id))
     ORDER BY u.username LIMIT $3"
);

const SUBSCRIPTIONS: &str =
    "SELECT id, active FROM subscriptions WHERE user_id = $1 ORDER BY id LIMIT $2";

const PAYMENTS: &str = "
    SELECT stripe_payment_id, COALESCE(purchase_price, 0) FROM credit_transactions
    WHERE user_id = $1 AND stripe_payment_id IS NOT NULL ORDER BY id DESC LIMIT $2";

impl Store {
    /// Accounts that have to do with money, by name, the first after `after`.
    pub(crate) async fn standings(
        &self,
        after: &str,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        again(|| async move {
            self.read().await?.sql(SOME).bind(now).bind(after).bind(limit).fetch_all().await
        })
        .await
    }

    /// One account by its name.
    pub(crate) async fn standing(
        &self,
        username: &str,
        now: Timestamp,
    ) -> Result<Option<Standing>, StoreError> {
        again(|| async move {
            self.read().await?.sql(ONE).bind(now).bind(username).fetch_optional().await
        })
        .await
    }

    /// What can be asked about at Stripe.
    pub(crate) async fn claims(&self, of: &Standing) -> Result<Claims, StoreError> {
        again(|| async move {
            let mut reader = self.read().await?;
            let subscriptions = reader.sql(SUBSCRIPTIONS).bind(&of.user_id).bind(MOST_PAYMENTS);
            let subscriptions = subscriptions.fetch_all().await?;
            let payments = reader.sql(PAYMENTS).bind(&of.user_id).bind(MOST_PAYMENTS);
            let payments = payments.fetch_all().await?;
            Ok(Claims { customer: of.customer.clone(), subscriptions, payments })
        })
        .await
    }
}

impl Standing {
    /// Whether anything is known of it at Stripe.
    pub(crate) fn is_customer(&self) -> bool {
        self.customer.is_some() || self.told > 0 || self.subscriptions > 0
    }

    /// What looks wrong, without asking anybody. Accounts of load tests have credits that nobody
    /// paid, and that is right.
    pub(crate) fn issues(&self) -> Vec<Issue> {
        if self.is_test {
            return Vec::new();
        }
        let mut issues = Vec::new();
        if self.untold > 0 {
            issues.push(Issue::in_books(
                IssueKind::UnverifiedPayment,
                Severity::Medium,
                format!("{} purchases, of which no event of Stripe told this service", self.untold),
            ));
        }
        if self.unpaid > 0 {
            issues.push(Issue::in_books(
                IssueKind::CreditsWithoutPayment,
                Severity::High,
                format!("{} credits can be spent that nobody paid", self.unpaid),
            ));
        }
        if self.balance > HIGH_BALANCE && self.customer.is_none() {
            issues.push(Issue::in_books(
                IssueKind::HighBalanceNoCustomer,
                Severity::High,
                format!("{} credits, and no customer at Stripe", self.balance),
            ));
        }
        issues
    }
}
