//! A session of the test's own on the server.

use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgRow};

/// Connected to a test's database.
pub(crate) struct Session(PgConnection);

impl Session {
    pub(crate) async fn on(url: &str) -> Self {
        // The services are known by their application's name.
        let url = url.replace("&application_name=", "&application_name=beside_");
        Self(PgConnection::connect(&url).await.unwrap())
    }

    pub(crate) async fn run(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.0).await.unwrap();
    }

    pub(crate) async fn number(&mut self, sql: &str) -> i64 {
        let sql = format!("SELECT CAST(({sql}) AS BIGINT)");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.0).await.unwrap()
    }

    pub(crate) async fn text(&mut self, sql: &str) -> String {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut self.0).await.unwrap()
    }

    pub(crate) async fn rows(&mut self, sql: &str) -> Vec<PgRow> {
        sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.0).await.unwrap()
    }

    /// Until a session of the services waits for somebody's lock.
    pub(crate) async fn until_somebody_waits(&mut self, application: &str) {
        let waiting = format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND application_name = '{application}'"
        );
        while self.number(&waiting).await == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// The schema, which is also the name of the services' sessions.
pub(crate) fn application(url: &str) -> &str {
    url.rsplit_once('=').unwrap().1
}
