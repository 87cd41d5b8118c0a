//! The CSV file of test accounts: `username,password,email,user_id,tier,credits`.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::error::CliError;

/// One account of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) email: String,
    pub(super) user_id: String,
    pub(super) tier: String,
    pub(super) credits: i64,
}

/// A file that is being written beside its final name, so that it appears whole or not at all.
#[derive(Debug)]
pub(super) struct Draft {
    unfinished: PathBuf,
    path: PathBuf,
    file: File,
}

impl Draft {
    /// Starts a file. Before the accounts are made: an unwritable place must cost nothing.
    pub(super) fn start(path: &Path) -> Result<Self, CliError> {
        if path.exists() {
            return Err(CliError::Exists { path: path.to_owned() });
        }
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".part");
        let unfinished = PathBuf::from(unfinished);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&unfinished)
            .map_err(|source| CliError::Write { path: path.to_owned(), source })?;
        Ok(Self { unfinished, path: path.to_owned(), file })
    }

    /// Writes the rows and gives the file its name.
    pub(super) fn finish(self, rows: &[Row]) -> Result<(), CliError> {
        let Self { unfinished, path, file } = self;
        write(file, rows)
            .and_then(|()| fs::rename(&unfinished, &path))
            .map_err(|source| CliError::Write { path, source })
    }
}

/// Reads a whole file.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, CliError> {
    let refuse = |reason: String| CliError::Roster { path: path.to_owned(), reason };
    let mut reader = csv::Reader::from_path(path).map_err(|error| refuse(error.to_string()))?;
    reader.deserialize().collect::<Result<_, _>>().map_err(|error| refuse(error.to_string()))
}

fn write(file: File, rows: &[Row]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    for row in rows {
        writer.serialize(row)?;
    }
    let mut file = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    file.flush()?;
    file.sync_all()
}
