//! Opening a SQLite file.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{StoreError, connect::ACQUIRE_TIMEOUT};

/// How long a writer waits for another *process* (`tts-reader accounts`) to end its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens (and creates) the file for writing, by one connection.
pub(super) async fn writer(path: &Path) -> Result<SqlitePool, StoreError> {
    pool(1)
        .after_release(|connection, _| Box::pin(can_be_lent_again(connection)))
        .connect_with(options(path).create_if_missing(true))
        .await
        .map_err(failed(path))
}

/// When a disk is full SQLite ends a transaction by itself, and the driver goes on to think that there
/// is one: it would refuse to begin another on that connection for ever.
async fn can_be_lent_again(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // That of work that was given up is being rolled back.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Opens the file, which is there and has its schema, for reading.
pub(super) async fn readers(path: &Path, count: u32) -> Result<SqlitePool, StoreError> {
    // Read-only connections: a write that strays into the readers fails at once in any test.
    pool(count).connect_with(options(path).pragma("query_only", "on")).await.map_err(failed(path))
}

fn failed(path: &Path) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| StoreError::Open { path: PathBuf::from(path), source }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // In WAL mode NORMAL survives the death of the process; only a power cut may lose the
        // last moments, and never leaves half a transaction.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // Of each connection, in KiB. It fills as the database grows, which in a load test of hours
        // looks like a leak; what it holds no longer is in the system's cache of the file.
        .pragma("cache_size", "-2048")
        .pragma("temp_store", "memory")
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
