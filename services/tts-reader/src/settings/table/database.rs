//! Which database, and by how many connections.

use super::setting::{Setting, row, secret};
use crate::settings::{Environment, Settings};

pub(super) const ROWS: &[Setting] = &[
    secret(row(
        "DATABASE_CONNECTION_STRING",
        "older name of DATABASE_URL",
        "as DATABASE_URL",
        database,
    )),
    row(
        "DATABASE_POOL_SIZE",
        "connections to PostgreSQL, or for reading to SQLite",
        "8",
        |s, _| s.database_pool_size.to_string(),
    ),
    Setting {
        flag: Some("--database"),
        secret: true,
        ..row(
            "DATABASE_URL",
            "the database: sqlite://FILE, or postgres://USER:PASSWORD@HOST/DATABASE",
            "DATA/tts-reader.db",
            database,
        )
    },
];

fn database(settings: &Settings, _: &Environment) -> String {
    settings.database.to_string()
}
