//! What can go wrong between the service and its database.

use std::path::PathBuf;

/// A failed conversation with the database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// All connections stayed busy for the whole waiting time.
    #[error("no database connection became free in time; raise DATABASE_POOL_SIZE")]
    Busy,
    /// The file could not be opened.
    #[error("cannot open the database {path}: {source}", path = path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        source: sqlx::Error,
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
    /// A row that the caller saw is not there any more.
    #[error("the account is gone")]
    Gone,
    /// Anything else the database says.
    #[error("database: {0}")]
    Sql(sqlx::Error),
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
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Self::Busy;
        }
        if let sqlx::Error::Database(database) = &error
            && database.is_unique_violation()
        {
            // SQLite says "users.email", PostgreSQL "users_email_key".
            let text = database.message();
            if text.contains("email") {
                return Self::Taken(Column::Email);
            }
            if text.contains("username") {
                return Self::Taken(Column::Username);
            }
        }
        Self::Sql(error)
    }
}
