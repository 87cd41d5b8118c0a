//! `sqlite://FILE`, and plain words for everything else.

use std::path::PathBuf;

use super::SettingsError;

/// The file a database URL names; a value without a scheme is a file name.
pub(super) fn parse(name: &str, value: &str) -> Result<PathBuf, SettingsError> {
    let refuse = |reason: &str| {
        let value = without_password(value);
        Err(SettingsError::Database { name: name.to_owned(), value, reason: reason.to_owned() })
    };
    let file = match value.split_once(':') {
        None => value,
        Some(("sqlite", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some(("postgresql" | "postgres", _)) => {
            return refuse(
                "PostgreSQL comes with a later version; this one keeps its data in SQLite: use \
                 sqlite://FILE",
            );
        }
        Some((scheme, _)) => {
            return refuse(&format!("unknown scheme `{scheme}`; use sqlite://FILE"));
        }
    };
    if file.is_empty() {
        return refuse("the file's name is missing; use sqlite://FILE");
    }
    if file == ":memory:" {
        return refuse("a database in memory forgets every account; use sqlite://FILE");
    }
    if file.contains('?') {
        return refuse("parameters after `?` have no meaning here; leave them out");
    }
    // Python's way of writing a relative file: sqlite:///./database.db
    Ok(PathBuf::from(if file.starts_with("/./") { &file[1..] } else { file }))
}

fn without_password(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn urls_name_files() {
        for (url, file) in [
            ("sqlite://tts.db", "tts.db"),
            ("sqlite:tts.db", "tts.db"),
            ("sqlite:///var/tts.db", "/var/tts.db"),
            ("sqlite:///./database.db", "./database.db"),
            ("tts.db", "tts.db"),
        ] {
            assert_eq!(parse("--database", url).unwrap().to_str(), Some(file));
        }
    }

    #[test]
    fn what_cannot_be_used_says_why_and_hides_passwords() {
        for (url, words) in [
            ("postgresql://ann:pw@db/tts", "postgresql://…@db/tts: PostgreSQL comes with a later"),
            ("mysql://db/tts", "unknown scheme `mysql`"),
            ("sqlite::memory:", "in memory forgets"),
            ("sqlite://", "name is missing"),
            ("sqlite://a.db?mode=ro", "parameters after `?`"),
        ] {
            let error = parse("DATABASE_URL", url).unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_URL=") && error.contains(words), "{error}");
        }
    }
}
