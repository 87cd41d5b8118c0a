//! What an account can spend from, for its owner to see; where services share a database, for all who ask at
//! the same moment in one statement.

use std::sync::Arc;

use super::{CreditRow, Store, StoreError, crowd::Crowd, retry::again, rows::from_row};
use crate::domain::{Timestamp, UserId};

macro_rules! columns {
    () => {
        "t.id, t.credits_purchased, t.credits_remaining, t.purchase_price, t.tier_at_purchase,
         t.purchased_at, t.expires_at, t.status, t.stripe_payment_id, t.created_at"
    };
}

/// Of one account (`$1`) at an instant (`$2`).
pub(super) const SPENDABLE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM credit_transactions t
      WHERE t.user_id = $1 AND t.status = 'ACTIVE' AND t.expires_at > $2 AND t.credits_remaining > 0
      ORDER BY t.expires_at, t.id"
);

const SPENDABLE_OF_MANY: &str = concat!(
    "SELECT asked.place, ",
    columns!(),
    " FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS asked (owner, instant, place)
      JOIN credit_transactions t ON t.user_id = asked.owner
      WHERE t.status = 'ACTIVE' AND t.expires_at > asked.instant AND t.credits_remaining > 0
      ORDER BY t.expires_at, t.id"
);

/// Those who ask at the same moment.
pub(super) type Askers = Arc<Crowd<(UserId, Timestamp), Vec<CreditRow>>>;

/// A row of whoever asked in that place, from 1.
struct Placed {
    place: i64,
    row: CreditRow,
}

from_row!(Placed { place, ..row });

impl Store {
    /// The transactions an account can spend from, the next to expire first.
    pub(crate) async fn spendable(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Vec<CreditRow>, StoreError> {
        if self.is_shared() {
            let store = self.clone();
            let work = move |asked| of_many(store.clone(), asked);
            return self.spending.ask((user.clone(), now), work).await;
        }
        again(|| async move {
            self.read().await?.sql(SPENDABLE).bind(user).bind(now).fetch_all().await
        })
        .await
    }
}

async fn of_many(
    store: Store,
    asked: Vec<(UserId, Timestamp)>,
) -> Result<Vec<Vec<CreditRow>>, StoreError> {
    let (store, asked) = (&store, &asked);
    let rows: Vec<Placed> = again(|| async move {
        let (owners, instants) = asked.iter().cloned().unzip::<_, _, Vec<_>, Vec<_>>();
        let mut connection = store.read().await?;
        let question = connection.sql(SPENDABLE_OF_MANY);
        question.bind_list(owners).bind_list(instants).fetch_all().await
    })
    .await?;
    let mut answers = vec![Vec::new(); asked.len()];
    for Placed { place, row } in rows {
        answers[place as usize - 1].push(row);
    }
    Ok(answers)
}
