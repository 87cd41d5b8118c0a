//! Opening the database and handing out connections.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
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
    waits: Arc<Waits>,
    /// How much longer each use takes: a slow database on purpose.
    delay: Duration,
}

/// Who waits for a connection, and who has.
#[derive(Debug, Default)]
struct Waits {
    /// Since start.
    count: AtomicU64,
    /// Now, for reading.
    readers: AtomicUsize,
    /// Now, for writing.
    writers: AtomicUsize,
    /// For how long in all, those still waiting left out.
    micros: AtomicU64,
}

/// Counts somebody as waiting until it has a connection or is gone.
struct Waiting<'w> {
    waits: &'w Waits,
    now: &'w AtomicUsize,
    since: Instant,
}

impl Waits {
    fn begin<'w>(&'w self, now: &'w AtomicUsize) -> Waiting<'w> {
        self.count.fetch_add(1, Ordering::Relaxed);
        now.fetch_add(1, Ordering::Relaxed);
        Waiting { waits: self, now, since: Instant::now() }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
        let micros = self.since.elapsed().as_micros() as u64;
        self.waits.micros.fetch_add(micros, Ordering::Relaxed);
    }
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
    /// How long they did in all.
    pub(crate) waited: Duration,
    /// The pool for reading.
    pub(crate) readers: OnePool,
    /// The one connection for writing.
    pub(crate) writer: OnePool,
}

/// One pool now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnePool {
    pub(crate) size: u32,
    pub(crate) in_use: u32,
    pub(crate) waiting: usize,
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
        Ok(Self { readers, writer, waits: Arc::default(), delay: Duration::ZERO })
    }

    /// Makes each use of the database take so much longer (`FAULT_DATABASE_DELAY_MS`).
    pub(crate) fn delayed(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// A connection for reading.
    pub(super) async fn read(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        let connection = match self.readers.try_acquire() {
            Some(connection) => connection,
            None => {
                let full = self.readers.size() >= self.readers.options().get_max_connections();
                let _waiting = full.then(|| self.waits.begin(&self.waits.readers));
                self.readers.acquire().await?
            }
        };
        self.be_slow().await;
        Ok(connection)
    }

    async fn be_slow(&self) {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
    }

    /// A write transaction, which takes the lock at once: a lock taken later could be refused in
    /// the middle of the work.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let transaction = {
            let taken = self.writer.num_idle() == 0;
            let _waiting = taken.then(|| self.waits.begin(&self.waits.writers));
            self.writer.begin_with("BEGIN IMMEDIATE").await?
        };
        self.be_slow().await;
        Ok(transaction)
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
            waits: self.waits.count.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waits.micros.load(Ordering::Relaxed)),
            readers: one(&self.readers, &self.waits.readers),
            writer: one(&self.writer, &self.waits.writers),
        }
    }

    /// Closes every connection, so that the write-ahead log is folded back into the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn one(pool: &SqlitePool, waiting: &AtomicUsize) -> OnePool {
    OnePool {
        size: pool.options().get_max_connections(),
        in_use: pool.size().saturating_sub(pool.num_idle() as u32),
        waiting: waiting.load(Ordering::Relaxed),
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
