//! Reaching a PostgreSQL server, and saying in plain words why it cannot be used.

use std::{io::ErrorKind, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{StoreError, connect::ACQUIRE_TIMEOUT, traffic::Traffic};
use crate::settings::PostgresUrl;

/// The oldest version this is tested on, as PostgreSQL counts: major × 10,000.
const OLDEST: i64 = 150_000;
/// What the first connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that rested longer is asked whether it still lives before it is lent: under load
/// none is, and after an outage those that broke meanwhile are noticed.
const RESTED: Duration = Duration::from_secs(1);
/// What beginning a transaction may take.
pub(super) const BEGIN_TIMEOUT: Duration = Duration::from_secs(2);
/// What a connection that proves itself may take.
const PROOF_TIMEOUT: Duration = Duration::from_secs(2);

/// What the server holds each of our sessions to, unless the URL says otherwise: no statement, no
/// wait for a lock and no forgotten transaction lasts for ever. The ledger is written for READ
/// COMMITTED, whatever the server's own default is.
const SESSION: [(&str, &str); 4] = [
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("default_transaction_isolation", "read committed"),
];

/// Connects once, so that what is wrong is said at once and in full.
pub(super) async fn check(url: &PostgresUrl) -> Result<(), StoreError> {
    let mut connection = connect(url).await?;
    let asked = sqlx::query_scalar("SELECT current_setting('server_version_num')::bigint")
        .fetch_one(&mut connection)
        .await;
    let version = asked.map_err(|error| explain(url, error))?;
    close(connection).await;
    old_enough(version).map_err(|reason| refused(url, reason))
}

/// Whether the schema was ever made there.
pub(super) async fn has_schema(url: &PostgresUrl) -> Result<bool, StoreError> {
    let mut connection = connect(url).await?;
    let asked = sqlx::query_scalar("SELECT to_regclass('schema_migrations') IS NOT NULL")
        .fetch_one(&mut connection)
        .await;
    close(connection).await;
    asked.map_err(|error| explain(url, error))
}

/// The connections of a service, made as they are needed.
pub(super) fn pool(
    url: &PostgresUrl,
    connections: u32,
    traffic: &Arc<Traffic>,
) -> Result<PgPool, StoreError> {
    let traffic = Arc::clone(traffic);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        // What comes back is asked by sqlx itself, without a limit: it would wait for ever for one
        // that hangs, and keep its place in the pool. Whatever was begun on it is over.
        .after_release(move |connection, _| {
            let distrustful = traffic.is_distrustful();
            Box::pin(async move {
                if !distrustful {
                    return Ok(true);
                }
                let rolled_back = sqlx::raw_sql("ROLLBACK").execute(connection);
                let proven = tokio::time::timeout(PROOF_TIMEOUT, rolled_back).await;
                proven.map_err(|_| sqlx::Error::PoolTimedOut)?.map(|_| true)
            })
        });
    Ok(pool.connect_lazy_with(options(url)?))
}

/// Begins a transaction, in a task of its own: whoever wants it may hang up at any time, and when its future
/// is dropped with a BEGIN on the way sqlx takes the connection back with a transaction open. Single
/// statements of others would then be part of it, and wait with all that they hold until it is over.
pub(super) async fn begin(
    connection: PoolConnection<Postgres>,
    traffic: &Arc<Traffic>,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let traffic = Arc::clone(traffic);
    let begun = tokio::spawn(async move {
        let mut begin = Transaction::begin(connection, None);
        match tokio::time::timeout(BEGIN_TIMEOUT, &mut begin).await {
            Ok(begun) => begun,
            Err(_) => {
                // Before the connection goes back.
                traffic.distrust();
                Err(sqlx::Error::PoolTimedOut)
            }
        }
    });
    begun.await.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed))
}

fn options(url: &PostgresUrl) -> Result<PgConnectOptions, StoreError> {
    let mut options =
        PgConnectOptions::from_str(url.expose()).map_err(|error| explain(url, error))?;
    if options.get_application_name().is_none() {
        options = options.application_name("tts-reader");
    }
    for (name, value) in SESSION {
        if !options.get_options().is_some_and(|said| said.contains(name)) {
            options = options.options([(name, value)]);
        }
    }
    Ok(options)
}

pub(super) async fn connect(url: &PostgresUrl) -> Result<PgConnection, StoreError> {
    let options = options(url)?;
    match tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options)).await {
        Ok(connected) => connected.map_err(|error| explain(url, error)),
        Err(_) => Err(refused(
            url,
            format!(
                "no answer within {} s; is the address right, and does a firewall let it through?",
                CONNECT_TIMEOUT.as_secs()
            ),
        )),
    }
}

async fn close(connection: PgConnection) {
    // Whatever becomes of it: it is not needed any more.
    let _ = tokio::time::timeout(PROOF_TIMEOUT, connection.close()).await;
}

fn old_enough(version: i64) -> Result<(), String> {
    if version >= OLDEST {
        return Ok(());
    }
    Err(format!(
        "the server is PostgreSQL {}; {} or newer is needed",
        version / 10_000,
        OLDEST / 10_000
    ))
}

fn refused(url: &PostgresUrl, reason: impl Into<String>) -> StoreError {
    StoreError::Connect { url: url.to_string(), reason: reason.into() }
}

/// What the driver said, and what to do about it.
pub(super) fn explain(url: &PostgresUrl, error: sqlx::Error) -> StoreError {
    let advice = match &error {
        // A certificate that does not convince comes as a failure of the connection.
        sqlx::Error::Io(said) if said.kind() != ErrorKind::InvalidData => {
            "is the server running, and is the address right?".to_owned()
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            "see `sslmode` and `sslrootcert` in the address: `require` encrypts without asking who \
             it is, `verify-full` asks"
                .to_owned()
        }
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            match advice_on(&code, url) {
                Some(advice) => advice,
                None => return StoreError::Sql(error),
            }
        }
        sqlx::Error::Configuration(_) => "see its parts".to_owned(),
        _ => return StoreError::from(error),
    };
    let said = match &error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    refused(url, format!("{said}; {advice}"))
}

/// The next step, by SQLSTATE.
fn advice_on(code: &str, url: &PostgresUrl) -> Option<String> {
    let options = PgConnectOptions::from_str(url.expose()).ok()?;
    let user = options.get_username();
    Some(match code {
        // invalid_password, invalid_authorization_specification
        "28P01" | "28000" => {
            format!("see the user (`{user}`), the password, and the server's pg_hba.conf")
        }
        // invalid_catalog_name
        "3D000" => {
            let host = options
                .get_socket()
                .map_or_else(|| options.get_host().to_owned(), |it| it.display().to_string());
            format!(
                "make it with: createdb --host={host} --port={} --username={user} {}",
                options.get_port(),
                options.get_database().unwrap_or(user)
            )
        }
        // insufficient_privilege: since version 15 not everybody may make tables in `public`
        "42501" => format!(
            "let the owner of the database run: GRANT CREATE ON SCHEMA public TO \"{user}\""
        ),
        // invalid_schema_name
        "3F000" => {
            "the search_path in the address names no schema that this user may use".to_owned()
        }
        // too_many_connections
        "53300" => "lower DATABASE_POOL_SIZE, or raise the server's max_connections".to_owned(),
        // cannot_connect_now
        "57P03" => "try again in a moment".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::old_enough;

    #[test]
    fn old_servers_are_refused_by_name() {
        assert_eq!(old_enough(150_000), Ok(()));
        assert_eq!(old_enough(180_001), Ok(()));
        let refused = old_enough(140_011).unwrap_err();
        assert_eq!(refused, "the server is PostgreSQL 14; 15 or newer is needed");
    }
}
