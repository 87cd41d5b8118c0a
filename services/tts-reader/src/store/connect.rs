//! Opening the database and handing out connections.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{Database, PgPool, Pool, SqlitePool};

use super::{
    Bell, StoreError,
    connection::{Reader, ReaderConnection, Writer, WriterTransaction},
    postgres,
    retry::again,
    schema,
    spendable::Askers,
    sqlite,
    traffic::{Lane, Lent, Purpose, Traffic},
};
use crate::{
    settings::DatabaseUrl,
    timings::{self, Stage},
};

/// How long a request waits for a connection before it is refused.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// … while the database is known to be away.
const AWAY_TIMEOUT: Duration = Duration::from_secs(1);
/// The pause between two tries to connect to one that is away.
const LOOK_OUT_PAUSE: Duration = Duration::from_millis(200);
/// What closing the connections to PostgreSQL may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Takes the lock of the one writer.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";

/// The database of one service.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pools: Pools,
    traffic: Arc<Traffic>,
    /// How much longer each use takes: a slow database on purpose.
    delay: Duration,
    /// Whose reservations are this service's.
    pub(super) owner: Arc<str>,
    pub(super) spending: Askers,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite {
        readers: SqlitePool,
        /// Holds one connection: the queue for it is the queue of writers.
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

/// What `/metrics` tells about the connections.
#[derive(Debug, Clone)]
pub(crate) struct PoolFigures {
    /// Connections that may be open.
    pub(crate) limit: u32,
    pub(crate) open: u32,
    pub(crate) idle: usize,
    /// Times a request found no free connection and had to queue, since start.
    pub(crate) waits: u64,
    /// How long they did in all.
    pub(crate) waited: Duration,
    /// The pools as whoever wants to `read` or to `write` finds them. SQLite has one for each;
    /// PostgreSQL has one for both, which is told twice.
    pub(crate) pools: Vec<(&'static str, OnePool)>,
}

/// One pool now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnePool {
    pub(crate) size: u32,
    pub(crate) in_use: usize,
    pub(crate) waiting: usize,
}

impl Store {
    /// Opens the database (creates it, if it is a file) and brings it to this version's schema.
    /// `connections` are those of the one pool for PostgreSQL, and those for reading of SQLite.
    ///
    /// # Errors
    /// When it cannot be opened, reached or written, or is of a newer version.
    pub(crate) async fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, StoreError> {
        Self::open_with(url, connections, schema::MIGRATIONS).await
    }

    /// … with the schema that these migrations make.
    pub(super) async fn open_with(
        url: &DatabaseUrl,
        connections: u32,
        migrations: schema::Migrations,
    ) -> Result<Self, StoreError> {
        let traffic = Arc::new(Traffic::default());
        let lent = Lent::new(&traffic, Purpose::Writing, timings::span(Stage::Sql));
        let pools = match url {
            DatabaseUrl::Sqlite(path) => {
                let writer = sqlite::writer(path).await?;
                let begun = writer.begin_with(BEGIN_SQLITE).await?;
                let transaction = WriterTransaction::Sqlite(begun);
                schema::migrate(Writer { transaction, lent }, migrations).await?;
                Pools::Sqlite { readers: sqlite::readers(path, connections).await?, writer }
            }
            DatabaseUrl::Postgres(url) => {
                postgres::check(url).await?;
                let pool = postgres::pool(url, connections, &traffic)?;
                let explained = |error| postgres::explain(url, error);
                let begun = pool.begin().await.map_err(explained)?;
                let transaction = WriterTransaction::Postgres(begun);
                schema::migrate(Writer { transaction, lent }, migrations).await.map_err(
                    |error| match error {
                        StoreError::Sql(error) => explained(error),
                        other => other,
                    },
                )?;
                Pools::Postgres(pool)
            }
        };
        let owner = uuid::Uuid::new_v4().to_string().into();
        Ok(Self { pools, traffic, delay: Duration::ZERO, owner, spending: Askers::default() })
    }

    /// Whether there is a database of ours to open, of whatever version.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub(crate) async fn exists(url: &DatabaseUrl) -> Result<bool, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => Ok(path.exists()),
            DatabaseUrl::Postgres(url) => postgres::has_schema(url).await,
        }
    }

    /// Makes each use of the database take so much longer (`FAULT_DATABASE_DELAY_MS`).
    pub(crate) fn delayed(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Reserves in the name of a service, which may so give back what it reserved in its last life.
    pub(crate) fn owned_by(self, owner: &str) -> Self {
        Self { owner: owner.into(), ..self }
    }

    /// `sqlite` or `postgresql`.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgresql",
        }
    }

    /// Whether other services may work on the same database.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// A connection for reading, or for one statement by itself where the database is shared.
    pub(super) async fn read(&self) -> Result<Reader, StoreError> {
        let timed = timings::span(Stage::Sql);
        let lane = &self.traffic.reading;
        let connection = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let _waiting = is_full(readers).then(|| self.traffic.wait(lane));
                ReaderConnection::Sqlite(readers.acquire().await?)
            }
            Pools::Postgres(pool) => {
                let _waiting = is_full(pool).then(|| self.traffic.wait(lane));
                ReaderConnection::Postgres(self.reach(pool, pool.acquire()).await?)
            }
        };
        let lent = Lent::new(&self.traffic, Purpose::Reading, timed);
        self.be_slow().await;
        Ok(Reader { connection, lent })
    }

    /// A write transaction. SQLite's takes the lock at once: a lock taken later could be refused in
    /// the middle of the work.
    pub(super) async fn write(&self) -> Result<Writer, StoreError> {
        let timed = timings::span(Stage::Sql);
        let lane = &self.traffic.writing;
        let transaction = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let _waiting = is_full(writer).then(|| self.traffic.wait(lane));
                WriterTransaction::Sqlite(writer.begin_with(BEGIN_SQLITE).await?)
            }
            Pools::Postgres(pool) => {
                let _waiting = is_full(pool).then(|| self.traffic.wait(lane));
                let begun = async { postgres::begin(pool.acquire().await?, &self.traffic).await };
                WriterTransaction::Postgres(self.reach(pool, begun).await?)
            }
        };
        let lent = Lent::new(&self.traffic, Purpose::Writing, timed);
        self.be_slow().await;
        Ok(Writer { transaction, lent })
    }

    /// Hears notifications of that channel, which only PostgreSQL has.
    pub(super) async fn bell(&self, channel: &str) -> Result<Bell, StoreError> {
        match &self.pools {
            Pools::Sqlite { .. } => Err(StoreError::Lost("SQLite has no notifications".to_owned())),
            Pools::Postgres(pool) => Bell::at(pool, channel).await,
        }
    }

    /// Waits for PostgreSQL within bounds, and remembers whether it is there: while it is away,
    /// requests are refused soon instead of piling up.
    async fn reach<T>(
        &self,
        pool: &PgPool,
        call: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let start = Instant::now();
        let away = self.traffic.is_away();
        let patience = if away { AWAY_TIMEOUT } else { ACQUIRE_TIMEOUT + postgres::BEGIN_TIMEOUT };
        let mut call = pin!(call);
        let cause = match tokio::time::timeout(patience, call.as_mut()).await {
            Ok(Ok(it)) => {
                self.traffic.is_back();
                return Ok(it);
            }
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => {
                // Before `call` lets go of a connection that may hang.
                self.traffic.distrust();
                if self.traffic.was_in_use_since(start) {
                    return Err(StoreError::Busy);
                }
                "no connection was to be had in time".to_owned()
            }
            Ok(Err(error)) => match StoreError::from(error) {
                // The server is there and said no, or one connection of several broke.
                StoreError::Lost(cause) if !away => return Err(StoreError::Lost(cause)),
                StoreError::Lost(cause) => cause,
                other => other.to_string(),
            },
        };
        if self.traffic.went_away(&cause) {
            tokio::spawn(look_out(pool.clone(), Arc::clone(&self.traffic)));
        }
        Err(StoreError::Away(cause))
    }

    async fn be_slow(&self) {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
    }

    /// Whether requests could not reach the database when they last tried.
    pub(crate) fn is_away(&self) -> bool {
        self.traffic.is_away()
    }

    /// One round trip, for the health check.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        again(|| async move {
            self.read().await?.sql("SELECT 1").execute().await?;
            Ok(())
        })
        .await
    }

    pub(crate) fn figures(&self) -> PoolFigures {
        let (limit, open, idle, pools) = match &self.pools {
            Pools::Sqlite { readers, writer } => (
                size(readers) + size(writer),
                readers.size() + writer.size(),
                readers.num_idle() + writer.num_idle(),
                vec![
                    ("read", one(size(readers), &self.traffic.reading)),
                    ("write", one(size(writer), &self.traffic.writing)),
                ],
            ),
            Pools::Postgres(pool) => {
                // One pool for both: whoever reads finds it as full as whoever writes.
                let (reading, writing) = (&self.traffic.reading, &self.traffic.writing);
                let lent = reading.lent() + writing.lent();
                let seen_by = |lane: &Lane| OnePool { in_use: lent, ..one(size(pool), lane) };
                let pools = vec![("read", seen_by(reading)), ("write", seen_by(writing))];
                (size(pool), pool.size(), pool.num_idle(), pools)
            }
        };
        let (waits, waited) = (self.traffic.waits(), self.traffic.waited());
        PoolFigures { limit, open, idle, waits, waited, pools }
    }

    /// Closes every connection; SQLite's write-ahead log is folded back into the file.
    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            // One that hangs must not keep the process.
            Pools::Postgres(pool) => {
                if tokio::time::timeout(CLOSE_TIMEOUT, pool.close()).await.is_err() {
                    tracing::warn!("connections to the database did not close in time");
                }
            }
        }
    }
}

/// Connects as soon as the database is back. Requests alone might never: they give up soon while it
/// is away, and a log-in can take longer than that.
async fn look_out(pool: PgPool, traffic: Arc<Traffic>) {
    while traffic.is_away() && !pool.is_closed() {
        match pool.acquire().await {
            Ok(_) => traffic.is_back(),
            Err(_) => tokio::time::sleep(LOOK_OUT_PAUSE).await,
        }
    }
}

fn size<DB: Database>(pool: &Pool<DB>) -> u32 {
    pool.options().get_max_connections()
}

/// Whether whoever comes now must wait.
fn is_full<DB: Database>(pool: &Pool<DB>) -> bool {
    pool.num_idle() == 0 && pool.size() >= size(pool)
}

fn one(size: u32, lane: &Lane) -> OnePool {
    OnePool { size, in_use: lane.lent(), waiting: lane.waiting() }
}
