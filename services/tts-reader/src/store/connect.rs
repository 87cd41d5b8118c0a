//! Opening the database and handing out connections.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{StoreError, schema};

/// How long a request waits for a connection before it is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a writer waits for another *process* (`tts-reader accounts`) to end its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The database of one service.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    readers: SqlitePool,
    /// Holds one connection: the queue for it is the queue of writers.
    writer: SqlitePool,
    waits: Arc<AtomicU64>,
}

/// What `/metrics` tells about the connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolFigures {
    /// Connections the pool may open, the writer included.
    pub(crate) limit: u32,
    pub(crate) open: u32,
    pub(crate) idle: usize,
    /// Times a request found no free connection and had to queue, since start.
    pub(crate) waits: u64,
}

impl Store {
    /// Opens (and creates, and migrates) the database file.
    ///
    /// # Errors
    /// When the file cannot be opened or written, or is of a newer version.
    pub(crate) async fn open(path: &Path, readers: u32) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Open { path: PathBuf::from(path), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode NORMAL survives the death of the process; only a power cut may lose the
            // last moments, and never leaves half a transaction.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", "-8192")
            .pragma("temp_store", "memory");
        let writer = pool(1).connect_with(options.clone()).await.map_err(failed)?;
        schema::migrate(&writer).await?;
        // Read-only connections: a write that strays into the readers fails at once in any test.
        let readers = pool(readers)
            .connect_with(options.create_if_missing(false).pragma("query_only", "on"))
            .await
            .map_err(failed)?;
        Ok(Self { readers, writer, waits: Arc::default() })
    }

    /// A connection for reading.
    pub(super) async fn read(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        if let Some(connection) = self.readers.try_acquire() {
            return Ok(connection);
        }
        if self.readers.size() >= self.readers.options().get_max_connections() {
            self.waits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(self.readers.acquire().await?)
    }

    /// A write transaction, which takes the lock at once: a lock taken later could be refused in
    /// the middle of the work.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        if self.writer.num_idle() == 0 {
            self.waits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// One round trip, for the health check.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&mut *self.read().await?).await?;
        Ok(())
    }

    pub(crate) fn figures(&self) -> PoolFigures {
        PoolFigures {
            limit: self.readers.options().get_max_connections() + 1,
            open: self.readers.size() + self.writer.size(),
            idle: self.readers.num_idle() + self.writer.num_idle(),
            waits: self.waits.load(Ordering::Relaxed),
        }
    }

    /// Closes every connection, so that the write-ahead log is folded back into the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(connections.min(2))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A local file does not hang up: the ping would double the work of every request.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}
