//! The CSV file of test accounts: `username,password,email,user_id,tier,credits,batch`.

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{AccountsError, Batch, Member, Password, Tier};

/// One account of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) username: String,
    pub(crate) password: Password,
    pub(crate) email: String,
    pub(crate) user_id: String,
    pub(crate) tier: Tier,
    pub(crate) credits: i64,
    pub(crate) batch: Batch,
}

/// The accounts of one file, which are of one batch.
#[derive(Debug)]
pub(crate) struct Roster {
    pub(crate) batch: Batch,
    pub(crate) rows: Vec<Row>,
}

impl Roster {
    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is not there, or no file of this program.
    pub(crate) fn read(path: &Path) -> Result<Self, AccountsError> {
        let refuse = |reason: String| AccountsError::Roster { path: path.to_owned(), reason };
        let mut reader = csv::Reader::from_path(path).map_err(|error| refuse(error.to_string()))?;
        let rows: Result<Vec<Row>, _> = reader.deserialize().collect();
        let rows = rows.map_err(|error| refuse(error.to_string()))?;
        let Some(batch) = rows.first().map(|row| row.batch.clone()) else {
            return Err(refuse("it names no account".to_owned()));
        };
        if let Some(row) = rows.iter().find(|row| row.batch != batch) {
            let both = format!("it has accounts of two batches, `{batch}` and `{}`", row.batch);
            return Err(refuse(both));
        }
        Ok(Self { batch, rows })
    }

    /// The accounts of the file, for looking up thousands.
    pub(crate) fn index(&self) -> Index<'_> {
        Index(self.rows.iter().map(|row| (row.username.as_str(), row)).collect())
    }
}

/// Rows by user name.
#[derive(Debug, Default)]
pub(crate) struct Index<'a>(HashMap<&'a str, &'a Row>);

impl<'a> Index<'a> {
    /// The row of this very account. Also by id: a name may have been given again after a removal.
    pub(crate) fn row_of(&self, member: &Member) -> Option<&'a Row> {
        self.0.get(member.username.as_str()).copied().filter(|row| row.user_id == member.user_id)
    }
}

impl Row {
    pub(crate) fn new(member: &Member, password: &Password, batch: &Batch) -> Self {
        Self {
            username: member.username.clone(),
            password: password.clone(),
            email: member.email.clone(),
            user_id: member.user_id.clone(),
            tier: member.tier,
            credits: member.credits,
            batch: batch.clone(),
        }
    }
}

/// A file that is being written beside its final name, so that it appears whole or not at all.
#[derive(Debug)]
pub(crate) struct Draft {
    unfinished: PathBuf,
    path: PathBuf,
    file: File,
}

impl Draft {
    /// Starts a file. Before accounts are made: an unwritable place must cost nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn start(path: &Path) -> Result<Self, AccountsError> {
        let failed = |source| AccountsError::Write { path: path.to_owned(), source };
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".part");
        let unfinished = PathBuf::from(unfinished);
        // What an earlier command left behind; a new file has our own permissions.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&unfinished).map_err(failed)?;
        Ok(Self { unfinished, path: path.to_owned(), file })
    }

    /// Writes the rows and gives the file its name.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn finish(self, rows: &[Row]) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(&self.file);
        for row in rows {
            writer.serialize(row)?;
        }
        writer.flush()?;
        drop(writer);
        self.file.sync_all()?;
        fs::rename(&self.unfinished, &self.path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Renamed by now, unless something failed.
        let _ = fs::remove_file(&self.unfinished);
    }
}
