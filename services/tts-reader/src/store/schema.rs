//! Migrations, embedded in the binary: one set for both databases.
//!
//! `@number` stands for what SQLite and PostgreSQL spell apart: the key that counts up by itself. What
//! follows a line `-- @postgres` is for PostgreSQL alone.

use super::{StoreError, connection::Writer};
use crate::domain::Timestamp;

/// Names and statements of migrations.
pub(super) type Migrations = &'static [(&'static str, &'static str)];

/// Every migration ever released, oldest first. Never edit one: add the next.
pub(super) const MIGRATIONS: Migrations = &[
    ("accounts and credits", include_str!("../../migrations/0001_accounts_and_credits.sql")),
    ("test accounts", include_str!("../../migrations/0002_test_accounts.sql")),
    ("owners of reservations", include_str!("../../migrations/0003_owners_of_reservations.sql")),
    ("sessions", include_str!("../../migrations/0004_sessions.sql")),
    ("from the original", include_str!("../../migrations/0005_from_the_original.sql")),
    ("mailed tokens", include_str!("../../migrations/0006_mailed_tokens.sql")),
    ("payments", include_str!("../../migrations/0007_payments.sql")),
    ("books", include_str!("../../migrations/0008_books.sql")),
    ("disputes", include_str!("../../migrations/0009_disputes.sql")),
    ("counts", include_str!("../../migrations/0010_counts.sql")),
    ("services", include_str!("../../migrations/0011_services.sql")),
    ("counts together", include_str!("../../migrations/0012_counts_together.sql")),
    ("progress", include_str!("../../migrations/0013_progress.sql")),
];

const POSTGRES_ALONE: &str = "-- @postgres\n";

/// Several services may start at the same moment: one migrates, the others wait for it. SQLite's
/// writer has its lock already.
const ALONE: &str = "
    SET LOCAL lock_timeout = '60s';
    SET LOCAL statement_timeout = 0;
    SELECT pg_advisory_xact_lock(1953788786, hashtext(current_schema()))";

/// Brings the database to the schema that these make, all of it or nothing.
pub(super) async fn migrate(mut tx: Writer, migrations: Migrations) -> Result<(), StoreError> {
    let number = if tx.is_postgres() {
        tx.script(ALONE.to_owned()).await?;
        "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    } else {
        "INTEGER PRIMARY KEY"
    };
    tx.sql(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
            version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    )
    .execute()
    .await?;
    let (found,): (i64,) =
        tx.sql("SELECT COALESCE(MAX(version), 0) FROM schema_migrations").fetch_one().await?;
    let known = migrations.len() as i64;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, (name, sql)) in (1_i64..).zip(migrations).skip(found as usize) {
        let (both, postgres) = sql.split_once(POSTGRES_ALONE).unwrap_or((sql, ""));
        let also = if tx.is_postgres() { postgres } else { "" };
        for part in [both, also].into_iter().filter(|part| !part.is_empty()) {
            tx.script(part.replace("@number", number)).await?;
        }
        tx.sql("INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, $3)")
            .bind(version)
            .bind(*name)
            .bind(Timestamp::now())
            .execute()
            .await?;
    }
    tx.commit().await
}
