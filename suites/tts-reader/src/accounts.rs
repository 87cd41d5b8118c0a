//! The accounts that users log in with: `--accounts FILE`, each user its own.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Somebody who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The `username` of the login.
    pub username: String,
    /// The `password` of the login.
    pub password: String,
}

/// The accounts of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts(Vec<Account>);

/// Why a file of accounts cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountsError {
    /// The file cannot be read.
    #[error("accounts file {}: {fault}; `tts-load accounts create --count N --target URL \
             --out FILE` makes one",
            path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        fault: std::io::Error,
    },
    /// The first line lacks a column.
    #[error("accounts file {}, line 1: there is no column `{column}`; the first line must name the \
             columns, like username,password", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
    },
    /// A line cannot be used.
    #[error("accounts file {}, line {line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// More users than accounts.
    #[error(
        "{} and {} has {have}: {} missing; make enough with `tts-load accounts create --count \
         {users} --target URL --out {}`, or start fewer users",
        needing(*users),
        path.display(),
        missing(users - have),
        path.display()
    )]
    TooFew {
        /// The file.
        path: PathBuf,
        /// Users of the run.
        users: u32,
        /// Accounts in the file.
        have: u32,
    },
}

fn needing(users: u32) -> String {
    match users {
        1 => "1 user needs an account of its own".to_owned(),
        _ => format!("{users} users need {users} accounts of their own"),
    }
}

fn missing(count: u32) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

impl Accounts {
    /// Reads a CSV file whose first line names the columns `username` and `password`, among others
    /// perhaps, and demands an account for each of `users` users.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn read(path: &Path, users: u32) -> Result<Self, AccountsError> {
        let text = std::fs::read(path)
            .map_err(|fault| AccountsError::File { path: path.to_owned(), fault })?;
        let accounts = parse(path, &text)?;
        let accounts = Self(accounts);
        Self::suffice(path, accounts.count(), users)?;
        Ok(accounts)
    }

    /// Whether `have` accounts, those of the file at `path`, are one for each of `users` users.
    ///
    /// # Errors
    /// They are not.
    pub fn suffice(path: &Path, have: u32, users: u32) -> Result<(), AccountsError> {
        if have < users {
            return Err(AccountsError::TooFew { path: path.to_owned(), users, have });
        }
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// The account of the user with this seat (0, 1, 2, …), while they last.
    pub fn of_user(&self, seat: u32) -> Option<&Account> {
        self.0.get(seat as usize)
    }
}

fn parse(path: &Path, text: &[u8]) -> Result<Vec<Account>, AccountsError> {
    let broken = |line, fault| AccountsError::Line { path: path.to_owned(), line, fault };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let headers = reader.headers().map_err(|error| broken(1, fault(&error)))?.clone();
    let column = |column: &'static str| {
        let found = headers.iter().position(|name| name.trim_start_matches('\u{feff}') == column);
        found.ok_or_else(|| AccountsError::Column { path: path.to_owned(), column })
    };
    let (username, password) = (column("username")?, column("password")?);
    let mut accounts: Vec<Account> = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            broken(error.position().map_or(0, csv::Position::line), fault(&error))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize, name: &str| match record.get(at) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(broken(line, format!("the {name} is empty"))),
        };
        let account = Account {
            username: cell(username, "username")?,
            password: cell(password, "password")?,
        };
        if let Some(before) = lines.insert(account.username.clone(), line) {
            let fault = format!(
                "`{}` is on line {before} already; two users on one account would spend each \
                 other's credits",
                account.username
            );
            return Err(broken(line, fault));
        }
        accounts.push(account);
    }
    Ok(accounts)
}

fn fault(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} fields where the first line has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}
