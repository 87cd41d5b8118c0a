//! One statement, for whichever database there is.
//!
//! sqlx has a driver for this, `Any`. It was passed over: it knows only the types that all databases
//! share (no BOOLEAN from SQLite's 0 and 1, no options beyond a URL, which the PRAGMAs need), copies
//! every row into values of its own, and finds its drivers through a global. Here each call is one
//! `match`, and both arms are sqlx's own typed path with its cache of prepared statements.

use std::{future::Future, pin::pin, time::Duration};

use sqlx::{
    Encode, FromRow, PgConnection, Postgres, Sqlite, SqliteConnection, Type,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{StoreError, traffic::Traffic};

/// How long PostgreSQL may leave a statement without any answer. Its own limit
/// ([`STATEMENT_TIMEOUT`](super::postgres::STATEMENT_TIMEOUT)) ends slow ones before; this one is
/// for a server that hangs or a network that swallows.
const PATIENCE: Duration = Duration::from_secs(12);

/// The words of a statement. Nearly always the same for both databases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl From<&'static str> for Words {
    fn from(both: &'static str) -> Self {
        Self { sqlite: both, postgres: both }
    }
}

/// A SELECT that keeps everybody else from changing the rows of a table it finds until the
/// transaction ends. SQLite needs no words for it: its one writer is alone.
macro_rules! locking {
    ($select:literal, $table:literal) => {
        $crate::store::statement::Words {
            sqlite: $select,
            postgres: concat!($select, " FOR NO KEY UPDATE OF ", $table),
        }
    };
}
pub(super) use locking;

/// A value for a `$1` of either database.
pub(super) trait Value<'t>:
    Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}

impl<'t, T> Value<'t> for T where
    T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}

/// What a row of either database can become: a struct of columns (`from_row!`), or a tuple.
pub(super) trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// A statement on its way: bind its values in order, then execute or fetch.
#[must_use = "nothing happens until it is executed or fetched"]
pub(super) enum Statement<'c> {
    Sqlite(Query<'static, Sqlite, SqliteArguments>, &'c mut SqliteConnection),
    Postgres(Query<'static, Postgres, PgArguments>, &'c mut PgConnection, &'c Traffic),
}

impl Statement<'_> {
    pub(super) fn bind<'t>(self, value: impl Value<'t>) -> Self {
        match self {
            Self::Sqlite(query, connection) => Self::Sqlite(query.bind(value), connection),
            Self::Postgres(query, connection, traffic) => {
                Self::Postgres(query.bind(value), connection, traffic)
            }
        }
    }

    /// A list for a `$1` of PostgreSQL, which alone has such values.
    ///
    /// # Panics
    /// On SQLite: a statement with lists is written for PostgreSQL.
    pub(super) fn bind_list<'t, T>(self, values: Vec<T>) -> Self
    where
        Vec<T>: Encode<'t, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(..) => unreachable!("lists are PostgreSQL's"),
            Self::Postgres(query, connection, traffic) => {
                Self::Postgres(query.bind(values), connection, traffic)
            }
        }
    }

    /// How many rows it changed.
    pub(super) async fn execute(self) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => query.execute(connection).await?.rows_affected(),
            Self::Postgres(query, connection, traffic) => {
                within(PATIENCE, traffic, query.execute(connection)).await?.rows_affected()
            }
        })
    }

    /// Changes the account that there is for certain.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when it was deleted meanwhile.
    pub(super) async fn execute_on_account(self) -> Result<(), StoreError> {
        match self.execute().await? {
            0 => Err(StoreError::Gone),
            _ => Ok(()),
        }
    }

    pub(super) async fn fetch_optional<T: Row>(self) -> Result<Option<T>, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => {
                let row = query.fetch_optional(connection).await?;
                row.map(|row| T::from_row(&row)).transpose()?
            }
            Self::Postgres(query, connection, traffic) => {
                let row = within(PATIENCE, traffic, query.fetch_optional(connection)).await?;
                row.map(|row| T::from_row(&row)).transpose()?
            }
        })
    }

    /// The one row that there is for certain.
    pub(super) async fn fetch_one<T: Row>(self) -> Result<T, StoreError> {
        self.fetch_optional().await?.ok_or(StoreError::Sql(sqlx::Error::RowNotFound))
    }

    pub(super) async fn fetch_all<T: Row>(self) -> Result<Vec<T>, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => {
                let rows = query.fetch_all(connection).await?;
                rows.iter().map(T::from_row).collect::<Result<_, _>>()?
            }
            Self::Postgres(query, connection, traffic) => {
                let rows = within(PATIENCE, traffic, query.fetch_all(connection)).await?;
                rows.iter().map(T::from_row).collect::<Result<_, _>>()?
            }
        })
    }
}

/// Waits so long for PostgreSQL and no longer.
pub(super) async fn within<T>(
    patience: Duration,
    traffic: &Traffic,
    call: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    let mut call = pin!(call);
    if let Ok(result) = tokio::time::timeout(patience, call.as_mut()).await {
        return result.map_err(StoreError::from);
    }
    // Before `call` lets go of its connection, which must not come back into the pool unseen.
    traffic.distrust();
    Err(StoreError::Lost(format!("no answer within {} s", patience.as_secs())))
}
