//! What a setting is to those who read about it.

use crate::settings::{Environment, Settings, secret_files::SUFFIX};

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The environment variable, or a flag that has none.
    pub(crate) name: &'static str,
    /// The flag of `serve` that wins over it.
    pub(crate) flag: Option<&'static str>,
    pub(crate) meaning: &'static str,
    /// A value, or in words what happens without one.
    pub(crate) default: &'static str,
    /// Never shown; may be given as a file, by its name with `_FILE` after it.
    pub(crate) secret: bool,
    /// The value in force; of a secret only whether there is one.
    pub(in crate::settings) shown: fn(&Settings, &Environment) -> String,
}

impl Setting {
    /// What it is called in the environment.
    pub(in crate::settings) fn names(&self) -> impl Iterator<Item = String> {
        let file = self.secret.then(|| format!("{}{SUFFIX}", self.name));
        [self.name.to_owned()].into_iter().chain(file)
    }
}

/// What is shown of a secret.
pub(super) fn masked(set: bool, otherwise: &str) -> String {
    if set { "(set)".to_owned() } else { otherwise.to_owned() }
}

pub(super) const fn row(
    name: &'static str,
    meaning: &'static str,
    default: &'static str,
    shown: fn(&Settings, &Environment) -> String,
) -> Setting {
    Setting { name, flag: None, meaning, default, secret: false, shown }
}

/// A row whose value is a secret.
pub(super) const fn secret(row: Setting) -> Setting {
    Setting { secret: true, ..row }
}
