//! What is asked of the database.

use std::time::Duration;

/// Stands in every statement, so that they are told from the target's.
pub(super) const OWN: &str = "/* katydid */";
/// Statements that are compared; with more, those with the most time.
const MOST_STATEMENTS: usize = 10_000;
/// Characters of a statement that are fetched.
const MOST_CHARS: usize = 2_000;

/// A question as one transaction that changes nothing and that the server ends itself in time.
pub(super) fn bounded(select: &str, time: Duration) -> String {
    let millis = time.as_millis().max(1);
    format!(
        "BEGIN {OWN} READ ONLY; SET {OWN} LOCAL statement_timeout = {millis}; {select}; COMMIT \
         {OWN}"
    )
}

/// One look: a single line. Sessions of others whose state may not be seen have no state, and their
/// query says so. A lock's waiting began when its statement did, at the earliest, where an older
/// server does not know better.
pub(super) fn look(version: u32) -> String {
    let since = if version >= 14 { "l.waitstart" } else { "s.query_start" };
    format!(
        "WITH me AS (SELECT {OWN} oid, datconnlimit FROM pg_database WHERE datname = \
         current_database()), \
         seen AS (SELECT pid, datid, backend_type, usesysid, state, query_start, xact_start, query \
         = '<insufficient privilege>' AS hidden FROM pg_stat_activity WHERE pid <> \
         pg_backend_pid()), \
         clients AS (SELECT *, datid = (SELECT oid FROM me) AS here FROM seen WHERE backend_type = \
         'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT \
         NULL)), \
         counted AS (SELECT count(*) AS connections, \
         count(*) FILTER (WHERE here) AS connections_database, \
         count(*) FILTER (WHERE here AND state IN ('active', 'fastpath function call')) AS active, \
         count(*) FILTER (WHERE here AND state = 'idle') AS idle, \
         count(*) FILTER (WHERE here AND state LIKE 'idle in transaction%') AS \
         idle_in_transaction, \
         count(*) FILTER (WHERE here AND hidden) AS hidden, \
         greatest(0, max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE here)) \
         AS transaction_longest FROM clients), \
         waiting AS (SELECT count(DISTINCT l.pid) AS locks_waiting, CASE count(*) WHEN 0 THEN 0 \
         ELSE max(extract(epoch FROM clock_timestamp() - {since})) END AS lock_wait_longest FROM \
         pg_locks l JOIN seen s ON s.pid = l.pid WHERE NOT l.granted AND s.datid = (SELECT oid \
         FROM me)) \
         SELECT counted.*, waiting.*, d.xact_commit, d.xact_rollback, d.deadlocks, d.temp_bytes, \
         d.blks_hit, d.blks_read, \
         current_setting('max_connections')::int - \
         current_setting('superuser_reserved_connections')::int - \
         coalesce(current_setting('reserved_connections', true)::int, 0) AS connections_max, \
         datconnlimit AS connections_database_max, \
         pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all, \
         quote_ident(current_user) AS role, pg_postmaster_start_time() AS started \
         FROM counted, waiting, me JOIN pg_stat_database d ON d.datid = me.oid"
    )
}

/// Whether the extension with the statements is there, in which schema and version.
pub(super) fn extension() -> String {
    format!(
        "SELECT {OWN} e.extversion AS version, quote_ident(n.nspname) AS schema FROM pg_extension \
         e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'"
    )
}

/// Calls and time of every statement of this database, without the texts, which lie in a file.
pub(super) fn totals(schema: &str, time: &str) -> String {
    format!(
        "SELECT {OWN} s.queryid AS id, sum(s.calls) AS calls, sum(s.{time}) AS millis FROM \
         {schema}.pg_stat_statements(false) s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname \
         = current_database() AND s.queryid IS NOT NULL GROUP BY s.queryid ORDER BY 3 DESC LIMIT \
         {MOST_STATEMENTS}"
    )
}

/// The texts of some statements, as PostgreSQL has normalised them.
pub(super) fn texts(schema: &str, ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!(
        "SELECT {OWN} s.queryid AS id, min(left(s.query, {MOST_CHARS})) AS text FROM \
         {schema}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = \
         current_database() AND s.queryid IN ({}) GROUP BY s.queryid",
        ids.join(", ")
    )
}
