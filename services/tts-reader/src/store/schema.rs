//! Migrations, embedded in the binary.

use sqlx::SqlitePool;

use super::StoreError;
use crate::domain::Timestamp;

/// Every migration ever released, oldest first. Never edit one: add the next.
const MIGRATIONS: &[(&str, &str)] = &[
    ("accounts and credits", include_str!("../../migrations/sqlite/0001_accounts_and_credits.sql")),
    ("test accounts", include_str!("../../migrations/sqlite/0002_test_accounts.sql")),
];

/// Brings the database to this version's schema, all of it or nothing.
pub(super) async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
            version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    )
    .execute(&mut *tx)
    .await?;
    let found: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_migrations")
        .fetch_one(&mut *tx)
        .await?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, (name, sql)) in (1_i64..).zip(MIGRATIONS).skip(found as usize) {
        sqlx::raw_sql(*sql).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, $3)",
        )
        .bind(version)
        .bind(*name)
        .bind(Timestamp::now())
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}
