//! What requests are at, where several services share a database: each tells the others by a row for each
//! record and a notification that says which requests have new ones.
//!
//! The clock is the database's. A name belongs to one request at a time, over all services; a request whose
//! service has not been heard of for [`SILENT`] seconds is over.

use serde_json::json;

use super::{Bell, Store, StoreError, retry::again, rows::from_row};
use crate::progress::Outgoing;

const CHANNEL: &str = "tts_reader_progress";
/// Seconds; services say every five that they are at work.
const SILENT: i64 = 20;

macro_rules! clock {
    () => {
        "floor(extract(epoch FROM now()))::bigint"
    };
}

/// Takes a name, unless a request of another service has it; of its own each service knows. The records of
/// the one before are not those of this one, but their numbers go on.
const BEGIN: &str = concat!(
    "WITH taken AS (
         INSERT INTO progress AS p (key, run, owner, last, ended, seen)
         VALUES ($1, $2, $3, 0, FALSE, ",
    clock!(),
    ")
         ON CONFLICT (key) DO UPDATE
         SET run = excluded.run, owner = excluded.owner, ended = FALSE, seen = excluded.seen
         WHERE p.ended OR p.seen < excluded.seen - $4 OR p.owner = excluded.owner
         RETURNING last
     ), gone AS (
         DELETE FROM progress_records WHERE key = $1 AND EXISTS (SELECT 1 FROM taken)
     )
     SELECT last FROM taken"
);

/// Adds records of requests that still have their names, and rings the bell.
const ADD: &str = concat!(
    "WITH told AS (
         SELECT t.* FROM json_to_recordset($1::json)
             AS t(key text, run text, sequence bigint, ended boolean, record text)
         JOIN progress p ON p.key = t.key AND p.run = t.run AND NOT p.ended
     ), newest AS (
         UPDATE progress p SET last = n.last, ended = n.ended, seen = ",
    clock!(),
    "
         FROM (SELECT key, max(sequence) AS last, bool_or(ended) AS ended FROM told GROUP BY key) n
         WHERE p.key = n.key
     ), added AS (
         INSERT INTO progress_records (key, sequence, record)
         SELECT key, sequence, record FROM told ON CONFLICT DO NOTHING
     )
     SELECT pg_notify($2, $3)"
);

/// What is new since those that are known.
const SINCE: &str = "
    SELECT w.key, r.sequence, p.ended AND r.sequence = p.last AS last, r.record
    FROM json_to_recordset($1::json) AS w(key text, known bigint)
    JOIN progress p ON p.key = w.key
    JOIN progress_records r ON r.key = w.key AND r.sequence > w.known
    ORDER BY w.key, r.sequence";

const KEEP: &str = concat!(
    "UPDATE progress SET seen = ",
    clock!(),
    " WHERE owner = $2 AND NOT ended AND key IN (SELECT json_array_elements_text($1::json))"
);

const SILENT_ONES: &str = concat!(
    "SELECT key FROM progress
     WHERE key IN (SELECT json_array_elements_text($1::json)) AND NOT ended AND seen < ",
    clock!(),
    " - $2"
);

/// Ends a request whose service is silent; of several that do, one.
const END: &str = concat!(
    "WITH dead AS (
         UPDATE progress SET ended = TRUE, last = $2
         WHERE key = $1 AND NOT ended AND last < $2 AND seen < ",
    clock!(),
    " - $3
         RETURNING key
     ), added AS (
         INSERT INTO progress_records (key, sequence, record)
         SELECT key, $2, $4 FROM dead ON CONFLICT DO NOTHING
     )
     SELECT pg_notify($5, key) FROM dead"
);

/// Whatever has not moved for so long.
const FORGET: &str = concat!("DELETE FROM progress WHERE seen < ", clock!(), " - $1");

/// A record of another service.
#[derive(Debug, Clone)]
pub(crate) struct ToldProgress {
    pub(crate) key: String,
    pub(crate) sequence: i64,
    /// None comes after it.
    pub(crate) last: bool,
    pub(crate) record: String,
}

from_row!(ToldProgress { key, sequence, last, record });

impl Store {
    /// Takes a name for a request of this service; returns the number of the last record that another
    /// request had under it, and none while one of another service has it.
    pub(crate) async fn begin_progress(
        &self,
        key: &str,
        run: &str,
    ) -> Result<Option<u64>, StoreError> {
        again(|| async move {
            let mut connection = self.read().await?;
            let taking = connection.sql(BEGIN).bind(key).bind(run).bind(&*self.owner).bind(SILENT);
            let last: Option<(i64,)> = taking.fetch_optional().await?;
            Ok(last.map(|(last,)| last as u64))
        })
        .await
    }

    /// Tells other services of records.
    pub(crate) async fn add_progress(&self, records: &[Outgoing]) -> Result<(), StoreError> {
        let told = json!(records).to_string();
        let mut keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
        keys.dedup();
        let (told, keys) = (&told, &keys.join(","));
        again(|| async move {
            let mut connection = self.read().await?;
            let adding = connection.sql(ADD).bind(told.as_str()).bind(CHANNEL).bind(keys.as_str());
            adding.execute().await?;
            Ok(())
        })
        .await
    }

    /// Records of these requests after the numbers that are known of them, in order.
    pub(crate) async fn progress_since(
        &self,
        known: &[(String, u64)],
    ) -> Result<Vec<ToldProgress>, StoreError> {
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let entry = |(key, known): &(String, u64)| json!({ "key": key, "known": known });
        let wanted = &json!(known.iter().map(entry).collect::<Vec<_>>()).to_string();
        again(
            || async move { self.read().await?.sql(SINCE).bind(wanted.as_str()).fetch_all().await },
        )
        .await
    }

    /// Says that requests of this service are still at work.
    pub(crate) async fn keep_progress(&self, keys: &[String]) -> Result<(), StoreError> {
        let keys = &json!(keys).to_string();
        again(|| async move {
            let mut connection = self.read().await?;
            connection.sql(KEEP).bind(keys.as_str()).bind(&*self.owner).execute().await?;
            Ok(())
        })
        .await
    }

    /// Those of these requests whose service has not been heard of for long.
    pub(crate) async fn silent_progress(&self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        let keys = &json!(keys).to_string();
        again(|| async move {
            let mut connection = self.read().await?;
            let asked = connection.sql(SILENT_ONES).bind(keys.as_str()).bind(SILENT);
            let silent: Vec<(String,)> = asked.fetch_all().await?;
            Ok(silent.into_iter().map(|(key,)| key).collect())
        })
        .await
    }

    /// Ends such a request with that record.
    pub(crate) async fn end_progress(
        &self,
        key: &str,
        sequence: u64,
        record: &str,
    ) -> Result<(), StoreError> {
        again(|| async move {
            let mut connection = self.read().await?;
            let ending = connection.sql(END).bind(key).bind(sequence as i64).bind(SILENT);
            ending.bind(record).bind(CHANNEL).execute().await?;
            Ok(())
        })
        .await
    }

    /// Lets others end what this service was at before it ended early.
    pub(crate) async fn leave_progress(&self) -> Result<(), StoreError> {
        if !self.is_shared() {
            return Ok(());
        }
        again(|| async move {
            let mut connection = self.read().await?;
            let leaving =
                connection.sql("UPDATE progress SET seen = 0 WHERE owner = $1 AND NOT ended");
            leaving.bind(&*self.owner).execute().await?;
            Ok(())
        })
        .await
    }

    /// Removes what has not moved for so many seconds.
    pub(crate) async fn forget_progress(&self, seconds: u64) -> Result<u64, StoreError> {
        if !self.is_shared() {
            return Ok(0);
        }
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX).max(2 * SILENT);
        again(|| async move { self.read().await?.sql(FORGET).bind(seconds).execute().await }).await
    }

    /// Hears, until it breaks, of which requests there are new records.
    pub(crate) async fn progress_bell(&self) -> Result<Bell, StoreError> {
        self.bell(CHANNEL).await
    }
}
