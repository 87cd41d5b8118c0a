//! The secret behind tokens and links.

use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
};

use rand::{TryRng, rngs::SysRng};

use super::SettingsError;

/// Shortest secret that is accepted.
const LEAST_CHARACTERS: usize = 16;

/// A secret that is kept in the data directory, by its file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Signs tokens and links, unless one is set.
    Tokens,
    /// Ties the lines of the audit log together, unless one is set. One of its own, so that a new
    /// secret for tokens does not make the log look forged.
    Audit,
}

impl Kept {
    fn file(self) -> &'static str {
        match self {
            Self::Tokens => "jwt_secret",
            Self::Audit => "audit_key",
        }
    }
}

/// A text that never shows in logs, errors or debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Checks a secret that came from `name`.
    ///
    /// # Errors
    /// [`SettingsError::ShortSecret`] when it has under 16 characters.
    pub fn new(name: &str, text: impl Into<String>) -> Result<Self, SettingsError> {
        let text = text.into();
        let length = text.chars().count();
        if length < LEAST_CHARACTERS {
            let name = name.to_owned();
            return Err(SettingsError::ShortSecret { name, length, least: LEAST_CHARACTERS });
        }
        Ok(Self(text))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret of the data directory, made on first use, readable by its owner only.
pub(crate) fn load_or_create(data_dir: &Path, kept: Kept) -> Result<Secret, SettingsError> {
    let path = data_dir.join(kept.file());
    if !path.exists() {
        create(&path).map_err(|source| SettingsError::SecretFile { path, source })?;
    }
    load(data_dir, kept)
}

/// A secret of the data directory that must be there.
pub(crate) fn load(data_dir: &Path, kept: Kept) -> Result<Secret, SettingsError> {
    let path = data_dir.join(kept.file());
    let text = fs::read_to_string(&path)
        .map_err(|source| SettingsError::SecretFile { path: path.clone(), source })?;
    Secret::new(&path.display().to_string(), text.trim())
}

fn create(path: &Path) -> io::Result<()> {
    let mut bytes = [0_u8; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Whole or not at all: a half-written secret would be a short one for ever.
    let unfinished = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::{Kept, Secret, load_or_create};

    #[test]
    fn the_kept_secret_stays_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_create(dir.path(), Kept::Tokens).unwrap();
        assert_eq!(load_or_create(dir.path(), Kept::Tokens).unwrap(), first);
        assert_ne!(load_or_create(dir.path(), Kept::Audit).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = dir.path().join("jwt_secret").metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(format!("{first:?}"), "Secret(…)");
    }

    #[test]
    fn a_short_secret_is_refused_without_being_shown() {
        let error = Secret::new("JWT_SECRET_KEY", "hunter2").unwrap_err().to_string();
        assert!(error.starts_with("JWT_SECRET_KEY has 7 characters"), "{error}");
        assert!(!error.contains("hunter2"));
    }
}
