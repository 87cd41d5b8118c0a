//! What can go wrong between the service and its database.

use std::path::PathBuf;

use super::retry::FromStore;

/// A failed conversation with the database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// All connections stayed busy for the whole waiting time.
    #[error("no database connection became free in time; raise DATABASE_POOL_SIZE")]
    Busy,
    /// A statement, or the wait for somebody else's, took longer than it may.
    #[error("the database took too long: {0}")]
    Slow(sqlx::Error),
    /// PostgreSQL ended a transaction so that others could go on; it can be tried again.
    #[error("the database could not do this beside other work: {0}")]
    Conflict(sqlx::Error),
    /// There is no connection to be had.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// The connection broke before anything was committed.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// The connection broke while a transaction was being committed.
    #[error(
        "the connection to the database was lost, and whether the change was made is unknown: {0}"
    )]
    Unsure(String),
    /// The file could not be opened.
    #[error("cannot open the database {path}: {source}", path = path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        source: sqlx::Error,
    },
    /// PostgreSQL cannot be used, and what to do.
    #[error("cannot use the database {url}: {reason}")]
    Connect {
        /// Its address without the password.
        url: String,
        reason: String,
    },
    /// A later version of the service has already changed the schema.
    #[error(
        "the database has schema {found}, this version knows {known}: it was used by a newer \
         tts-reader; start that one, or name another --database"
    )]
    Newer { found: i64, known: i64 },
    /// A unique column already holds the value.
    #[error("{0} is taken")]
    Taken(Column),
    /// A text that holds a NUL, which PostgreSQL cannot keep.
    #[error("a text with the character U+0000 cannot be kept")]
    Nul,
    /// A row that the caller saw is not there any more.
    #[error("the account is gone")]
    Gone,
    /// The disk of the database is full, or fails.
    #[error("the database cannot write: {0}")]
    NoRoom(sqlx::Error),
    /// Anything else the database says.
    #[error("database: {0}")]
    Sql(sqlx::Error),
}

impl StoreError {
    /// Whether the same work, begun afresh, may well succeed; nothing of it has happened.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Lost(_))
    }

    /// The same for somebody else who waited for the same statement.
    pub(super) fn alike(&self) -> Self {
        let again = |cause: &sqlx::Error| sqlx::Error::Protocol(cause.to_string());
        match self {
            Self::Busy => Self::Busy,
            Self::Slow(cause) => Self::Slow(again(cause)),
            Self::Conflict(cause) => Self::Conflict(again(cause)),
            Self::Away(cause) => Self::Away(cause.clone()),
            Self::Lost(cause) => Self::Lost(cause.clone()),
            Self::Unsure(cause) => Self::Unsure(cause.clone()),
            Self::Open { path, source } => Self::Open { path: path.clone(), source: again(source) },
            Self::Connect { url, reason } => {
                Self::Connect { url: url.clone(), reason: reason.clone() }
            }
            Self::Newer { found, known } => Self::Newer { found: *found, known: *known },
            Self::Taken(column) => Self::Taken(*column),
            Self::Nul => Self::Nul,
            Self::Gone => Self::Gone,
            Self::NoRoom(cause) => Self::NoRoom(again(cause)),
            Self::Sql(cause) => Self::Sql(again(cause)),
        }
    }

    /// Whether the database is not there, rather than unwilling.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Lost(_) | Self::Unsure(_))
    }
}

impl FromStore for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// A column that must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Username,
    Email,
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Username => "the user name",
            Self::Email => "the e-mail address",
        })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed => {
                Self::Lost(error.to_string())
            }
            sqlx::Error::Database(database) => {
                if database.is_unique_violation()
                    && let Some(column) = unique_column(database.message())
                {
                    return Self::Taken(column);
                }
                let code = database.code().unwrap_or_default().into_owned();
                of_code(&code, error)
            }
            _ => Self::Sql(error),
        }
    }
}

/// SQLite says "users.email", PostgreSQL "users_email_key".
fn unique_column(message: &str) -> Option<Column> {
    if message.contains("email") {
        return Some(Column::Email);
    }
    message.contains("username").then_some(Column::Username)
}

/// By PostgreSQL's SQLSTATE (five characters) or SQLite's extended result code (a number below
/// 10,000).
fn of_code(code: &str, error: sqlx::Error) -> StoreError {
    match code {
        // serialization_failure, deadlock_detected
        "40001" | "40P01" => StoreError::Conflict(error),
        // lock_not_available, query_canceled; SQLITE_BUSY and its kinds
        "55P03" | "57014" | "5" | "261" | "517" | "773" => StoreError::Slow(error),
        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout
        "57P01" | "57P02" | "57P03" | "25P03" => StoreError::Lost(error.to_string()),
        // too_many_connections, read_only_sql_transaction (a standby)
        "53300" | "25006" => StoreError::Away(error.to_string()),
        // disk_full; SQLITE_FULL, and SQLITE_IOERR of write, sync and the growth of a file
        "53100" | "13" | "778" | "1034" | "1290" | "1546" | "4874" => StoreError::NoRoom(error),
        // character_not_in_repertoire
        "22021" => StoreError::Nul,
        // connection_exception
        code if code.len() == 5 && code.starts_with("08") => StoreError::Lost(error.to_string()),
        _ => StoreError::Sql(error),
    }
}
