//! Secrets from files, as containers are given them: `NAME_FILE` names a file that has the value of
//! `NAME`. One rule for every secret of the table.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{Environment, SettingsError, table::TABLE};

/// What a secret's name ends with when a file has its value.
pub(super) const SUFFIX: &str = "_FILE";
/// More than any secret has: somebody named the wrong file.
const MOST_BYTES: u64 = 64 * 1024;

impl Environment {
    /// With the secrets that files have. A file that everybody on the machine may read is warned of.
    ///
    /// # Errors
    /// A secret that is given twice, or a file without one.
    pub(crate) fn with_files(mut self) -> Result<Self, SettingsError> {
        for setting in TABLE.iter().filter(|setting| setting.secret) {
            let name = format!("{}{SUFFIX}", setting.name);
            let Some(path) = self.raw(&name).map(PathBuf::from) else { continue };
            if self.is_set(setting.name) {
                let advice = "they may name different secrets; keep one of them";
                return Err(SettingsError::contradiction(setting.name, name, advice));
            }
            let text = read(&path).map_err(|source| SettingsError::GivenFile {
                name: name.clone(),
                path: path.clone(),
                source,
            })?;
            if everybody_may_read(&path) {
                tracing::warn!(
                    "{name}: every user of this machine may read {}; chmod o-r it",
                    path.display()
                );
            }
            self.put_from_file(setting.name, text);
        }
        Ok(self)
    }
}

/// The text of a file, without the line end that editors add.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is too large to be a secret"));
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(io::Error::other("it is empty"));
    }
    Ok(line.to_owned())
}

#[cfg(unix)]
fn everybody_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|it| it.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn everybody_may_read(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use crate::settings::{Environment, Flags, SettingsError, TABLE, in_force, resolve};

    fn with(pairs: &[(&str, &str)]) -> Result<Environment, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        pairs.collect::<Environment>().with_files()
    }

    fn file(dir: &Path, name: &str, text: &[u8]) -> String {
        let path = dir.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    #[test]
    fn every_secret_can_come_from_a_file_and_loses_one_line_end() {
        let dir = tempfile::tempdir().unwrap();
        let secrets: Vec<_> = TABLE.iter().filter(|setting| setting.secret).collect();
        assert!(secrets.len() >= 7, "{secrets:?}");
        for setting in secrets {
            for end in ["", "\n", "\r\n"] {
                let path = file(dir.path(), "secret", format!(" s e c r e t {end}").as_bytes());
                let env = with(&[(&format!("{}_FILE", setting.name), &path)]).unwrap();
                assert_eq!(env.text(setting.name), Some(" s e c r e t "), "{}", setting.name);
                env.check_names().unwrap();
            }
        }
    }

    #[test]
    fn a_secret_of_a_file_is_in_force_and_shown_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let key = file(dir.path(), "key", b"hunter2-hunter2-hunter2\n");
        let url = file(dir.path(), "url", b"postgres://ann:hunter2@db/tts\n");
        let env = with(&[("JWT_SECRET_KEY_FILE", &key), ("DATABASE_URL_FILE", &url)]).unwrap();
        let settings = resolve(&Flags::default(), &env).unwrap();
        assert_eq!(settings.jwt_secret.as_ref().unwrap().bytes(), b"hunter2-hunter2-hunter2");
        let shown = in_force(&settings, &Flags::default(), &env);
        let of = |name| {
            let one = shown.iter().find(|one| one.setting.name == name).unwrap();
            (one.value.as_str(), one.source)
        };
        assert_eq!(of("JWT_SECRET_KEY"), ("(set)", "file"));
        assert_eq!(of("DATABASE_URL"), ("postgres://ann@db/tts", "file"));
    }

    #[test]
    fn what_is_no_secret_is_refused_with_the_file_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let good = file(dir.path(), "good", b"hunter2-hunter2");
        let short = file(dir.path(), "short", b"hunter2\n");
        let empty = file(dir.path(), "empty", b"\n");
        let binary = file(dir.path(), "binary", b"hunter2\xff");
        let huge = file(dir.path(), "huge", &vec![b'x'; 70_000]);
        let absent = dir.path().join("absent").display().to_string();
        for (name, value, words) in [
            ("JWT_SECRET_KEY_FILE", absent.as_str(), "absent: No such file"),
            ("SMTP_PASSWORD_FILE", &empty, "empty: it is empty"),
            ("STRIPE_API_KEY_FILE", &binary, "binary: stream did not contain valid UTF-8"),
            ("STRIPE_WEBHOOK_SECRET_FILE", &huge, "huge: it is too large"),
            ("JWT_SECRET_KEY_FILE", &short, "JWT_SECRET_KEY_FILE has 7 characters"),
            ("SPEECH_QUEUE_FILE", &good, "did you mean SPEECH_QUEUE?"),
            ("JWT_SECRET_KEY_FIEL", &good, "did you mean JWT_SECRET_KEY_FILE?"),
        ] {
            let env = with(&[(name, value)]);
            let error = env.and_then(|env| resolve(&Flags::default(), &env)).unwrap_err();
            let error = error.to_string();
            assert!(error.starts_with(name) && error.contains(words), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let both = with(&[("SMTP_PASSWORD", "a"), ("SMTP_PASSWORD_FILE", &good)]);
        let error = both.unwrap_err().to_string();
        let words = "SMTP_PASSWORD and SMTP_PASSWORD_FILE contradict each other";
        assert!(error.starts_with(words), "{error}");
    }
}
