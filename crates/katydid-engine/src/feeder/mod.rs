//! Data feeders: rows of a file, each of a type of the suite, dealt to the users of a run.

mod deal;
mod error;
mod read;

use std::any::{Any, type_name};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use katydid_core::counted;
use serde::de::DeserializeOwned;

use crate::error::{TaskError, TaskResult};
use crate::session::Session;

pub use error::FeederError;

use deal::Deal;

/// What happens when somebody takes a row and every row is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsedUp {
    /// The user who wants one more is done and stops. No fault.
    StopUser,
    /// The rows are dealt once more, in turn, and are unique no longer.
    StartOver,
    /// An exception of the task. Where every user needs one row and no more, refuse the run before
    /// it starts with [`Feeder::for_users`].
    Fail,
}

/// Rows of data for the users of a run: accounts, products, search words.
///
/// The rows are read and checked as `T` before the run, so that a mistake in line 7,000 is no
/// surprise after an hour. Put the feeder where all users find it, and take a row where one is
/// needed:
///
/// ```
/// use katydid_engine::{BoxError, Feeder, Session, Shared, TaskResult, UsedUp};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Account {
///     username: String,
///     password: String,
/// }
///
/// /// For `Suite::prepare`.
/// fn prepare(users: u32) -> Result<Shared, BoxError> {
///     let accounts = Feeder::<Account>::from_csv("username,password\nann,secret\nbob,hidden\n")?;
///     let mut shared = Shared::default();
///     shared.insert(accounts.unique(UsedUp::Fail).for_users(users)?);
///     Ok(shared)
/// }
///
/// async fn log_in(session: &mut Session) -> TaskResult {
///     let account = session.row::<Account>()?;
///     session.post("/login").form(&[("username", &account.username)]).send().await?;
///     Ok(())
/// }
///
/// assert!(prepare(2).is_ok());
/// assert_eq!(
///     prepare(3).unwrap_err().to_string(),
///     "CSV text has 2 rows and 3 users need one each: 1 is missing; add rows or start fewer users"
/// );
/// ```
///
/// How rows are dealt:
/// - [`sequential`](Self::sequential), unless said otherwise: each row in turn over all users and
///   threads, then from the start.
/// - [`random`](Self::random): any row, the same ones for the same `--seed`.
/// - [`unique`](Self::unique): each row to one taker only, over all users and threads.
pub struct Feeder<T> {
    /// Tells the feeders of a run apart in the memory of a session.
    id: u64,
    source: String,
    rows: Box<[Arc<T>]>,
    deal: Deal,
}

impl<T: DeserializeOwned> Feeder<T> {
    /// Reads a CSV file whose first line names the columns. They are the fields of `T` by name;
    /// further columns are let be.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and column.
    pub fn csv(path: impl AsRef<Path>) -> Result<Self, FeederError> {
        let (source, text) = read::file(path.as_ref())?;
        Self::new(read::csv(&source, &text)?, source)
    }

    /// Reads a file of JSON: an array of objects, or one object after the other (JSON lines).
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and column.
    pub fn json(path: impl AsRef<Path>) -> Result<Self, FeederError> {
        let (source, text) = read::file(path.as_ref())?;
        Self::new(read::json(&source, &text)?, source)
    }

    /// Reads CSV from memory, e.g. of an `include_str!`.
    ///
    /// # Errors
    /// As [`csv`](Self::csv).
    pub fn from_csv(text: &str) -> Result<Self, FeederError> {
        let source = "CSV text".to_owned();
        Self::new(read::csv(&source, text.as_bytes())?, source)
    }

    /// Reads JSON from memory.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn from_json(text: &str) -> Result<Self, FeederError> {
        let source = "JSON text".to_owned();
        Self::new(read::json(&source, text.as_bytes())?, source)
    }
}

impl<T> Feeder<T> {
    /// Takes rows that the suite has made itself.
    ///
    /// # Errors
    /// When there is none.
    pub fn from_rows(rows: impl IntoIterator<Item = T>) -> Result<Self, FeederError> {
        Self::new(rows.into_iter().collect(), "rows made by the suite".to_owned())
    }

    fn new(rows: Vec<T>, source: String) -> Result<Self, FeederError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if rows.is_empty() {
            return Err(FeederError::Empty { source_name: source });
        }
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let rows = rows.into_iter().map(Arc::new).collect();
        Ok(Self { id, source, rows, deal: Deal::sequential() })
    }

    /// Deals each row in turn over all users and threads, and starts over at the end. Which user
    /// gets which row depends on who comes first.
    pub fn sequential(mut self) -> Self {
        self.deal = Deal::sequential();
        self
    }

    /// Deals any row, as often as it comes. What a user draws follows from `--seed`, the user's
    /// number and the feeder's source alone.
    pub fn random(mut self) -> Self {
        self.deal = Deal::random(&self.source);
        self
    }

    /// Deals each row to one taker only, over all users and threads; `used_up` says what comes when
    /// none is left.
    ///
    /// The first row of user *k* is row *k*, whenever it starts and on whichever thread, so a run
    /// with a row for each user repeats exactly. Whatever users take beyond that comes from the end
    /// of the table, first come, first served.
    pub fn unique(mut self, used_up: UsedUp) -> Self {
        self.deal = Deal::unique(self.rows.len(), used_up);
        self
    }

    /// Demands a row for each of `users` users; in `prepare` its error refuses the run before it
    /// starts.
    ///
    /// # Errors
    /// When there are fewer, with the numbers.
    pub fn for_users(self, users: u32) -> Result<Self, FeederError> {
        let have = self.rows.len();
        if have < users as usize {
            return Err(FeederError::TooFew { source_name: self.source, users, have });
        }
        Ok(self)
    }

    /// All rows, in the order of the source.
    pub fn rows(&self) -> &[Arc<T>] {
        &self.rows
    }

    /// Takes a row for the user of `session`.
    ///
    /// # Errors
    /// When every row of a unique feeder is taken: what [`UsedUp`] says.
    pub fn next(&self, session: &Session) -> TaskResult<Arc<T>> {
        let number = session.takes_from(self.id);
        let row = self.deal.take(self.rows.len(), session.user_index(), session.seed(), number);
        match row {
            Ok(row) => Ok(Arc::clone(&self.rows[row])),
            Err(UsedUp::StopUser) => Err(TaskError::StopUser),
            Err(_) => {
                let source = &self.source;
                let text = match self.rows.len() {
                    1 => format!("the one row of {source} is taken"),
                    rows => format!("all {rows} rows of {source} are taken"),
                };
                Err(TaskError::exception(text))
            }
        }
    }
}

impl<T> fmt::Debug for Feeder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Feeder({} of {}, {})",
            counted(self.rows.len(), "row"),
            self.source,
            type_name::<T>()
        )
    }
}

impl Session {
    /// Takes a row from the [`Feeder<T>`] that the suite shares.
    ///
    /// # Errors
    /// As [`Feeder::next`].
    ///
    /// # Panics
    /// When no feeder of this type was shared.
    pub fn row<T: Any + Send + Sync>(&self) -> TaskResult<Arc<T>> {
        self.shared::<Feeder<T>>().next(self)
    }
}
