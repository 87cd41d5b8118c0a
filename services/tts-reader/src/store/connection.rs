//! A connection that is lent for one piece of work: to read, or to write all or nothing.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction, pool::PoolConnection, query, raw_sql};

use super::{
    StoreError,
    statement::{Statement, Words, within},
    traffic::Lent,
};

/// How long a COMMIT may take. Longer than any statement: giving up leaves its outcome unknown.
const COMMIT_PATIENCE: Duration = Duration::from_secs(20);

/// For single statements: on SQLite such that change nothing.
pub(super) struct Reader {
    pub(super) connection: ReaderConnection,
    /// After the connection, so that it is counted as long as it is held.
    pub(super) lent: Lent,
}

pub(super) enum ReaderConnection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub(super) fn sql(&mut self, words: impl Into<Words>) -> Statement<'_> {
        let words = words.into();
        match &mut self.connection {
            ReaderConnection::Sqlite(it) => Statement::Sqlite(query(words.sqlite), it),
            ReaderConnection::Postgres(it) => {
                Statement::Postgres(query(words.postgres), it, &self.lent.traffic)
            }
        }
    }
}

/// A transaction. Dropped without [`Writer::commit`], nothing of it has happened.
pub(super) struct Writer {
    pub(super) transaction: WriterTransaction,
    /// After the transaction, as above.
    pub(super) lent: Lent,
}

pub(super) enum WriterTransaction {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Writer {
    pub(super) fn sql(&mut self, words: impl Into<Words>) -> Statement<'_> {
        let words = words.into();
        match &mut self.transaction {
            WriterTransaction::Sqlite(it) => Statement::Sqlite(query(words.sqlite), it),
            WriterTransaction::Postgres(it) => {
                Statement::Postgres(query(words.postgres), it, &self.lent.traffic)
            }
        }
    }

    /// Runs the statements of a script, which has no values.
    pub(super) async fn script(&mut self, text: String) -> Result<(), StoreError> {
        let script = raw_sql(AssertSqlSafe(text));
        match &mut self.transaction {
            WriterTransaction::Sqlite(it) => script.execute(&mut **it).await?.rows_affected(),
            WriterTransaction::Postgres(it) => script.execute(&mut **it).await?.rows_affected(),
        };
        Ok(())
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.transaction, WriterTransaction::Postgres(_))
    }

    /// # Errors
    /// [`StoreError::Unsure`] when the connection was lost on the way: it may or may not have
    /// happened.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self.transaction {
            WriterTransaction::Sqlite(it) => Ok(it.commit().await?),
            WriterTransaction::Postgres(it) => {
                let commit = within(COMMIT_PATIENCE, &self.lent.traffic, it.commit()).await;
                commit.map_err(|error| match error {
                    StoreError::Lost(cause) => StoreError::Unsure(cause),
                    other => other,
                })
            }
        }
    }
}
