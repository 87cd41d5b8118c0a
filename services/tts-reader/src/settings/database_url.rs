//! Where the data is: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`, and plain words for
//! everything else.

use std::{fmt, path::PathBuf};

use url::Url;

use super::SettingsError;

/// The database of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server's database.
    Postgres(PostgresUrl),
}

/// Names a PostgreSQL server's database, and how to log in there. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(Url);

/// What may stand behind the `?` of a PostgreSQL address.
const PARAMETERS: [&str; 12] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];
const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

impl DatabaseUrl {
    /// The database that a text names; one without a scheme is the name of a SQLite file. `name` is
    /// where the text comes from, for the error.
    ///
    /// # Errors
    /// When it names none, or one that cannot be used.
    pub fn parse(name: &str, value: &str) -> Result<Self, SettingsError> {
        let parsed = match value.split_once(':') {
            None => file(value),
            Some(("sqlite", rest)) => file(rest.strip_prefix("//").unwrap_or(rest)),
            Some(("postgresql" | "postgres", _)) => postgres(value),
            Some((scheme, _)) => Err(format!(
                "unknown scheme `{scheme}`; use sqlite://FILE or postgres://USER@HOST/DATABASE"
            )),
        };
        parsed.map_err(|reason| SettingsError::Database {
            name: name.to_owned(),
            value: without_secrets(value),
            reason,
        })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl PostgresUrl {
    /// With its password: for the driver only.
    pub(crate) fn expose(&self) -> &str {
        self.0.as_str()
    }
}

/// Scheme, user, host and database. Parameters are left out: one may be the password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        // An address without a host has no password either.
        let _ = shown.set_password(None);
        shown.set_query(None);
        shown.fmt(f)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

fn file(name: &str) -> Result<DatabaseUrl, String> {
    let refuse = |reason: &str| Err(reason.to_owned());
    if name.is_empty() {
        return refuse("the file's name is missing; use sqlite://FILE");
    }
    if name == ":memory:" {
        return refuse("a database in memory forgets every account; use sqlite://FILE");
    }
    if name.contains('?') {
        return refuse("parameters after `?` have no meaning here; leave them out");
    }
    // Python's way of writing a relative file: sqlite:///./database.db
    let name = if name.starts_with("/./") { &name[1..] } else { name };
    Ok(DatabaseUrl::Sqlite(PathBuf::from(name)))
}

fn postgres(value: &str) -> Result<DatabaseUrl, String> {
    let url = Url::parse(value).map_err(|error| {
        format!(
            "{error}; use postgres://USER:PASSWORD@HOST:PORT/DATABASE, with `%40` for an `@` in the \
             password"
        )
    })?;
    if url.fragment().is_some() {
        return Err("a `#` ends the address; write `%23` for one in the password".to_owned());
    }
    for (name, value) in url.query_pairs() {
        parameter(&name, &value)?;
    }
    let named = !url.path().trim_start_matches('/').is_empty();
    if !named && !url.query_pairs().any(|(name, _)| name == "dbname") {
        return Err("the database's name is missing; use postgres://USER@HOST/DATABASE".to_owned());
    }
    Ok(DatabaseUrl::Postgres(PostgresUrl(url)))
}

/// The driver would pass over what it does not know.
fn parameter(name: &str, value: &str) -> Result<(), String> {
    // options[search_path]=…
    let base = name.split_once('[').map_or(name, |(base, _)| base);
    if !PARAMETERS.contains(&base) {
        let likeness = |known: &&str| strsim::normalized_damerau_levenshtein(known, name);
        let meant = PARAMETERS
            .iter()
            .filter(|known| likeness(known) > 0.6)
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        return Err(match meant {
            Some(meant) => format!("unknown parameter `{name}`; did you mean `{meant}`?"),
            None => format!("unknown parameter `{name}`; there are {}", PARAMETERS.join(", ")),
        });
    }
    if name == "sslmode" && !SSL_MODES.contains(&value) {
        return Err(format!("sslmode is one of {}, not `{value}`", SSL_MODES.join(", ")));
    }
    if name == "port" && value.parse::<u16>().is_err() {
        return Err(format!("`{value}` is not a port number"));
    }
    Ok(())
}

/// As much of what was typed as can be shown: it may not even be an address.
fn without_secrets(value: &str) -> String {
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, value),
    };
    let host = rest.rsplit_once('@').map(|(_, host)| host);
    let shown = host.unwrap_or(rest);
    let shown = match shown.split_once('?') {
        Some((shown, parameters)) if parameters.contains("password") => format!("{shown}?…"),
        _ => shown.to_owned(),
    };
    let hidden = if host.is_some() { "…@" } else { "" };
    scheme.map_or_else(|| shown.clone(), |scheme| format!("{scheme}://{hidden}{shown}"))
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    fn parsed(url: &str) -> DatabaseUrl {
        DatabaseUrl::parse("--database", url).unwrap()
    }

    #[test]
    fn urls_name_files() {
        for (url, file) in [
            ("sqlite://tts.db", "tts.db"),
            ("sqlite:tts.db", "tts.db"),
            ("sqlite:///var/tts.db", "/var/tts.db"),
            ("sqlite:///./database.db", "./database.db"),
            ("tts.db", "tts.db"),
        ] {
            assert_eq!(parsed(url), DatabaseUrl::Sqlite(file.into()));
        }
    }

    #[test]
    fn urls_name_servers_and_passwords_are_never_shown() {
        for (url, shown) in [
            ("postgres://ann:pw@db.example.com/tts", "postgres://ann@db.example.com/tts"),
            ("postgresql://ann:p%40w@db:5433/tts?sslmode=require", "postgresql://ann@db:5433/tts"),
            ("postgres://db/tts?user=ann&password=pw", "postgres://db/tts"),
            ("postgres:///tts?host=/run/postgresql", "postgres:///tts"),
            ("postgres://db/tts?options[search_path]=a", "postgres://db/tts"),
        ] {
            let url = parsed(url);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("Postgres(PostgresUrl({shown}))"));
        }
    }

    #[test]
    fn what_cannot_be_used_says_why_and_hides_passwords() {
        for (url, words) in [
            ("postgresql://ann:pw@db", "postgresql://…@db: the database's name is missing"),
            ("postgres://ann:pw@db/tts?sslmod=require", "did you mean `sslmode`?"),
            ("postgres://ann@db/tts?sslmode=yes&password=pw", "…@db/tts?…: sslmode is one of"),
            ("postgres://ann:p#w@db/tts", "postgres://…@db/tts: "),
            ("postgres://ann:pw@db:port/tts", "postgres://…@db:port/tts: invalid port number"),
            ("mysql://ann:pw@db/tts", "mysql://…@db/tts: unknown scheme `mysql`"),
            ("sqlite::memory:", "in memory forgets"),
            ("sqlite://", "name is missing"),
            ("sqlite://a.db?mode=ro", "parameters after `?`"),
        ] {
            let error = DatabaseUrl::parse("DATABASE_URL", url).unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_URL=") && error.contains(words), "{error}");
            assert!(!error.contains("pw") && !error.contains("p#w"), "{error}");
        }
    }
}
