//! The monitor of a database.

use katydid_core::{MarkKind, Unit};

use super::commits::Commits;
use super::fault::Fault;
use super::link::{Link, Row, Rows};
use super::queries::{bounded, look};
use super::statements::Statements;
use super::url::PostgresUrl;
use crate::probe::{Limit, Looked, Probe, Reading, Value};

/// Marks of one kind, which shall leave room for others.
const MOST_TOLD: u32 = 10;
/// Connections that may break over the question for statements.
const MOST_TRIES: u32 = 3;

/// The series that it may have.
pub(crate) const SERIES: [&str; 18] = [
    "connections",
    "connections_max",
    "connections_used",
    "connections_database",
    "connections_database_max",
    "connections_database_used",
    "active",
    "idle",
    "idle_in_transaction",
    "hidden",
    "locks_waiting",
    "lock_wait_longest",
    "transaction_longest",
    "transactions",
    "rollbacks",
    "deadlocks_total",
    "cache_hits",
    "temp_bytes",
];

/// Asks a database over one connection that is kept.
pub(crate) struct PostgresProbe {
    url: PostgresUrl,
    link: Option<Link>,
    commits: Commits,
    /// When the server was started.
    started: Option<String>,
    /// Deadlocks before the run, and those that have been told.
    deadlocks: Option<f64>,
    dead: f64,
    /// Those of connections and of deadlocks.
    told: (u32, u32),
    /// That not everything may be seen has been told.
    told_hidden: bool,
    statements: Slowest,
}

/// What is known of statements.
enum Slowest {
    /// Nobody has been asked yet, or so many times in vain.
    Unasked(u32),
    /// They cannot be told, which has been said.
    Unknown,
    Known(Statements),
}

impl PostgresProbe {
    pub(crate) fn new(url: PostgresUrl) -> Self {
        Self {
            url,
            link: None,
            commits: Commits::default(),
            started: None,
            deadlocks: None,
            dead: 0.0,
            told: (0, 0),
            told_hidden: false,
            statements: Slowest::Unasked(0),
        }
    }

    fn ask(&mut self, limit: &Limit) -> Result<Rows, Fault> {
        let link = match &mut self.link {
            Some(link) => link,
            none => {
                let link = Link::open(&self.url, limit)?;
                // Logging in is a transaction as well.
                self.commits.own();
                none.insert(link)
            }
        };
        let sql = bounded(&look(link.version), limit.left().unwrap_or_default());
        let answer = link.ask(&sql, limit);
        match &answer {
            Ok(_) => self.commits.own(),
            Err(fault) if fault.leaves_it_open() => {}
            Err(_) => self.link = None,
        }
        answer
    }

    fn read(&mut self, row: Row<'_>, looked: &mut Looked) {
        let mut gauge = |name: &str, unit: Unit| {
            if let Some(value) = row.number(name) {
                looked.gauge(name, unit, value);
            }
        };
        gauge("connections", Unit::Count);
        gauge("connections_database", Unit::Count);
        for state in ["active", "idle", "idle_in_transaction", "locks_waiting"] {
            gauge(state, Unit::Count);
        }
        gauge("lock_wait_longest", Unit::Seconds);
        looked.gauge(
            "transaction_longest",
            Unit::Seconds,
            row.number("transaction_longest").unwrap_or_default(),
        );
        for name in ["connections", "connections_database"] {
            // One is taken by this monitor. A database without a limit of its own says -1.
            let most = row.number(&format!("{name}_max")).filter(|most| *most >= 0.0);
            if let (Some(used), Some(most)) = (row.number(name), most) {
                let most = (most - 1.0).max(0.0);
                looked.gauge(&format!("{name}_max"), Unit::Count, most);
                looked.gauge(&format!("{name}_used"), Unit::Share, used / most.max(1.0));
            }
        }
        self.work(row, looked);
        self.hidden(row, looked);
    }

    /// What the database has counted itself.
    fn work(&mut self, row: Row<'_>, looked: &mut Looked) {
        let rollbacks = row.number("xact_rollback").unwrap_or_default();
        if let Some(commits) = row.number("xact_commit") {
            let done = self.commits.of_others(commits) + rollbacks;
            looked.counter("transactions", Unit::PerSecond, done);
        }
        looked.counter("rollbacks", Unit::PerSecond, rollbacks);
        looked.counter("temp_bytes", Unit::BytesPerSecond, row.number("temp_bytes").unwrap_or(0.0));
        if let (Some(hit), Some(read)) = (row.number("blks_hit"), row.number("blks_read")) {
            looked.readings.push(Reading {
                name: "cache_hits".into(),
                unit: Unit::Share,
                value: Value::Mean { sum: hit, count: hit + read },
            });
        }
        let Some(deadlocks) = row.number("deadlocks") else { return };
        let before = *self.deadlocks.get_or_insert(deadlocks);
        if deadlocks < before + self.dead {
            // Its counts began anew; what was seen of this run stays seen.
            self.deadlocks = Some(deadlocks - self.dead);
        }
        let dead = deadlocks - self.deadlocks.unwrap_or_default();
        if dead > self.dead && self.told.1 < MOST_TOLD {
            self.told.1 += 1;
            looked.mark(MarkKind::Note, format!("deadlocks: {dead:.0} since the start"));
        }
        self.dead = dead;
        looked.gauge("deadlocks_total", Unit::Count, dead);
    }

    /// What the role may not see, and that the server was started again.
    fn hidden(&mut self, row: Row<'_>, looked: &mut Looked) {
        let hidden = row.number("hidden").unwrap_or_default();
        if !row.says("sees_all") {
            looked.gauge("hidden", Unit::Count, hidden);
            if hidden > 0.0 && !std::mem::replace(&mut self.told_hidden, true) {
                let role = row.text("role").unwrap_or("…");
                looked.mark(
                    MarkKind::Note,
                    format!(
                        "sessions of other roles hide their state and statements (series \
                         `hidden`); GRANT pg_monitor TO {role} shows them"
                    ),
                );
            }
        }
        let started = row.text("started").map(str::to_owned);
        let before = std::mem::replace(&mut self.started, started);
        if before.is_some() && before != self.started {
            looked.mark(MarkKind::Restart, "the server was started again");
        }
    }

    /// What the statements are before the load; once, if the connection holds.
    fn begin(&mut self, limit: &Limit, looked: &mut Looked) {
        let (Slowest::Unasked(times), Some(link)) = (&self.statements, self.link.as_mut()) else {
            return;
        };
        let times = times + 1;
        let why = match Statements::begin(link, limit, &mut self.commits) {
            Ok(Some(statements)) => {
                self.statements = Slowest::Known(statements);
                return;
            }
            Ok(None) => "pg_stat_statements is not installed in this database".to_owned(),
            Err(fault) => {
                if !fault.leaves_it_open() {
                    self.link = None;
                    if times < MOST_TRIES {
                        self.statements = Slowest::Unasked(times);
                        return;
                    }
                }
                fault.text(&self.url, limit)
            }
        };
        self.statements = Slowest::Unknown;
        looked.mark(MarkKind::Note, format!("the slowest statements will not be told: {why}"));
    }
}

impl Probe for PostgresProbe {
    fn look(&mut self, limit: &Limit) -> Result<Looked, String> {
        let mut looked = Looked::default();
        let kept = self.link.is_some();
        let rows = match self.ask(limit) {
            // It ended since the look before; who is there again has another one.
            Err(lost) if kept && lost.is_lost() => {
                let again = self.ask(limit);
                if again.is_ok() && self.told.0 < MOST_TOLD {
                    self.told.0 += 1;
                    let why = lost.text(&self.url, limit);
                    looked.mark(MarkKind::Note, format!("{why}; it has a new one"));
                }
                again
            }
            asked => asked,
        };
        let rows = rows.map_err(|fault| fault.text(&self.url, limit))?;
        let row = rows.iter().next().ok_or("it said nothing of its own database")?;
        self.read(row, &mut looked);
        self.begin(limit, &mut looked);
        Ok(looked)
    }

    fn end(&mut self, limit: &Limit) -> Vec<(MarkKind, String)> {
        let Slowest::Known(statements) = &self.statements else { return Vec::new() };
        let told = match self.link.as_mut() {
            Some(link) => statements.slowest(link, limit, &mut self.commits),
            None => Err(Fault::Closed),
        };
        let told = told.unwrap_or_else(|fault| {
            vec![format!("the slowest statements are not known: {}", fault.text(&self.url, limit))]
        });
        told.into_iter().map(|text| (MarkKind::Note, text)).collect()
    }
}
