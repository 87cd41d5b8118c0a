//! What a suite knows when it prepares the data of a run, and what it says of the run then.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{TaskInfo, Warning};
use katydid_engine::BoxError;

use super::EmbeddedReady;
use crate::advisor::Advisor;
use crate::options::Options;

/// What is known of the run when its data is prepared.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Preparation<'a> {
    /// Users that will be started.
    pub users: u32,
    /// The host of the run without a slash at its end; empty when every class names its own.
    pub host: &'a str,
    /// The file given with `--accounts`; it exists.
    pub accounts: Option<&'a Path>,
    /// The seed of the run, for data that `--seed` reproduces.
    pub seed: u64,
    /// What the embedded backend said, when there is one.
    pub embedded: Option<&'a EmbeddedReady>,
    /// The folder that this run leaves, for notes of the suite's own; `None` when it leaves none,
    /// and in a preflight.
    pub folder: Option<&'a Path>,
    /// Length of the run, if bounded.
    pub run_time: Option<Duration>,
    /// The values of the suite's own options.
    pub options: &'a Options,
    /// The tasks that run, of all classes that run; without the ones that tags leave out.
    pub tasks: &'a [TaskInfo],
    pub(crate) advisor: &'a Advisor,
    /// Where [`enough_for`](Self::enough_for) leaves its question.
    pub(crate) enough: &'a RefCell<Option<Enough>>,
}

impl Preparation<'_> {
    /// Warns of a known mistake that only the suite can see, such as one account for all users.
    pub fn warn(&self, warning: Warning) {
        self.advisor.add(warning);
    }
    /// Says what tells whether a number of users has what it needs, such as an account each. It is asked
    /// at once for the [`users`](Self::users) of this run, and again whenever somebody raises them
    /// while the run is on, on the live page, by its interfaces or by keys: its error is what they read,
    /// and nobody is added.
    ///
    /// # Errors
    /// Its own, for the users of this run.
    pub fn enough_for(
        &self,
        enough: impl Fn(u32) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Result<(), BoxError> {
        enough(self.users)?;
        *self.enough.borrow_mut() = Some(Enough(Arc::new(enough)));
        Ok(())
    }
}

/// What a suite says of a number of users.
#[derive(Clone)]
pub(crate) struct Enough(Arc<dyn Fn(u32) -> Result<(), BoxError> + Send + Sync>);

impl Enough {
    /// # Errors
    /// Why there can be no so many.
    pub(crate) fn check(&self, users: u32) -> Result<(), String> {
        (self.0)(users).map_err(|fault| fault.to_string())
    }
}

impl fmt::Debug for Enough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enough")
    }
}
