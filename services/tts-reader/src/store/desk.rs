//! The desk that every authenticated request passes where services share a database: it counts the
//! request and finds its account, for all who wait in one statement.

use std::{collections::HashMap, sync::Arc};

use sqlx::{ColumnIndex, Decode, FromRow, Type};

use super::{
    Account, Count, Key, Store, StoreError,
    counts::{Tally, count, stretch},
    crowd::Crowd,
    retry::again,
    rights::subscribed,
    sessions::account,
};
use crate::domain::UserId;

/// A request without a good session is counted, too.
const COUNTED_ACCOUNTS: &str = concat!(
    "WITH asked AS (
         SELECT * FROM unnest($3::bytea[], $4::text[], $5::text[])
             WITH ORDINALITY AS list (key, session, owner, place)
     ), counted AS (",
    count!(),
    ") SELECT counted.passes, counted.total, counted.oldest, counted.seen, ",
    account!(),
    " FROM asked JOIN counted ON counted.key = asked.key
      LEFT JOIN (sessions s JOIN users u ON u.user_id = s.user_id AND u.is_active = TRUE)
      ON s.id = asked.session AND s.user_id = asked.owner
      ORDER BY asked.place"
);

/// Counts requests under one limit.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    store: Store,
    limit: u32,
    crowd: Arc<Crowd<Request, Counted>>,
}

/// A request, by what its token says.
#[derive(Debug, Clone)]
struct Request {
    /// Under which it is counted.
    key: Key,
    session: String,
    user: UserId,
}

/// A request that was counted, and whose it is: the active account of a session that nobody ended.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) count: Count,
    pub(crate) account: Option<Account>,
}

impl Desk {
    /// For a store that is shared.
    pub(crate) fn new(store: &Store, limit: u32) -> Self {
        Self { store: store.clone(), limit, crowd: Arc::default() }
    }

    /// Counts a request under the key, and finds its account.
    ///
    /// A statement whose connection broke is made again and may so be counted twice: the limit is then
    /// reached early, never passed.
    pub(crate) async fn pass(
        &self,
        key: Key,
        session: &str,
        user: &UserId,
    ) -> Result<Counted, StoreError> {
        let (store, limit) = (self.store.clone(), self.limit);
        let request = Request { key, session: session.to_owned(), user: user.clone() };
        let work = move |requests| counted(store.clone(), limit, requests);
        self.crowd.ask(request, work).await
    }
}

/// One row of the answer.
struct Row {
    tally: Tally,
    account: Option<Account>,
}

async fn counted(
    store: Store,
    limit: u32,
    requests: Vec<Request>,
) -> Result<Vec<Counted>, StoreError> {
    let (requests, store) = (&requests, &store);
    let rows: Vec<Row> = again(|| async move {
        let mut connection = store.read().await?;
        let counting = connection.sql(COUNTED_ACCOUNTS);
        let counting = counting.bind(stretch(limit)).bind(i64::from(limit));
        let counting = counting.bind_list(list(requests, |it| it.key.to_vec()));
        let counting = counting.bind_list(list(requests, |it| it.session.clone()));
        counting.bind_list(list(requests, |it| it.user.as_str().to_owned())).fetch_all().await
    })
    .await?;
    // In the order in which they came, several of one key among them.
    let mut nth: HashMap<Key, i64> = HashMap::new();
    let each = rows.into_iter().zip(requests).map(|(row, request)| {
        let nth = nth.entry(request.key).or_default();
        let count = row.tally.of(*nth);
        *nth += 1;
        Counted { count, account: row.account }
    });
    Ok(each.collect())
}

fn list<T>(requests: &[Request], of: impl Fn(&Request) -> T) -> Vec<T> {
    requests.iter().map(of).collect()
}

impl<'r, R> FromRow<'r, R> for Row
where
    R: sqlx::Row,
    Tally: FromRow<'r, R>,
    Account: FromRow<'r, R>,
    &'r str: ColumnIndex<R>,
    UserId: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        // Without an account all its columns are NULL.
        let found: Option<UserId> = row.try_get("user_id")?;
        let account = found.map(|_| Account::from_row(row)).transpose()?;
        Ok(Self { tally: Tally::from_row(row)?, account })
    }
}
