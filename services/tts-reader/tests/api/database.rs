//! Where a test's service keeps its data: a file in its directory, or, where `KATYDID_POSTGRES` names
//! a server, a schema of its own there. So the same tests hold on both.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Set by whoever started a server for the tests (`cargo xtask test` does).
pub(crate) const SERVER: &str = "KATYDID_POSTGRES";

/// A database that nobody else uses; removed with this.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    /// The server and the schema.
    schema: Option<(String, String)>,
}

impl TestDatabase {
    pub(crate) fn fresh() -> Self {
        let Ok(server) = std::env::var(SERVER) else { return Self { schema: None } };
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        run(&server, format!("CREATE SCHEMA {name}"));
        Self { schema: Some((server, name)) }
    }

    /// For the service of that directory.
    pub(crate) fn url(&self, dir: &Path) -> String {
        match &self.schema {
            None => format!("sqlite://{}", dir.join("tts-reader.db").display()),
            Some((server, name)) => {
                format!("{server}?options[search_path]={name}&application_name={name}")
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema {
            // A service that is still at work would hold its tables.
            let end = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = '{name}'"
            );
            run(server, format!("{end}; SET lock_timeout = '20s'; DROP SCHEMA {name} CASCADE"));
        }
    }
}

/// Runs statements, from tests that are asynchronous as well as from those that are not.
pub(crate) fn run(url: &str, sql: String) {
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    };
    std::thread::scope(|scope| scope.spawn(work).join().unwrap());
}
