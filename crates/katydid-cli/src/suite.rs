//! A suite as its author hands it over: classes, scenarios and what the run needs beside them.

mod embedded;
mod preparation;

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;

use katydid_core::{Advice, Scenario, Shape, TaskInfo};
use katydid_engine::{BoxError, Class, Shared, User};

use crate::hooks::SuiteHooks;
use crate::options::SuiteOption;
use crate::plan::{Plan, Price};
use crate::preflight::{Check, Preflight};

pub use embedded::{EmbeddedReady, EmbeddedRequest};
pub(crate) use preparation::Enough;
pub use preparation::Preparation;

/// Everything that one load test binary can run.
///
/// ```
/// use katydid_cli::Suite;
/// use katydid_engine::{Session, Task, TaskResult, UserClass, between};
///
/// async fn browse(session: &mut Session) -> TaskResult {
///     session.get("/items").send().await?;
///     Ok(())
/// }
///
/// let shopper = UserClass::<()>::with_default("Shopper")
///     .wait(between(1.0, 5.0))
///     .task(Task::new("browse", |_, session| Box::pin(browse(session))));
/// let suite = Suite::new("shop-load").about("Load test of the shop.").class(shopper);
/// ```
#[must_use = "a suite does nothing until it is given to `main`"]
pub struct Suite {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) classes: Vec<Class>,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) plan_text: Option<String>,
    /// The plan in force, of the suite or of `--plan`.
    pub(crate) plan: Option<Plan>,
    /// Its names of hosts.
    pub(crate) hosts: Vec<(String, String)>,
    pub(crate) prepare: Option<Box<Prepare>>,
    pub(crate) embedded: Option<EmbeddedBackend>,
    pub(crate) accounts: AccountsUse,
    pub(crate) accounts_hint: Option<String>,
    pub(crate) accounts_for: fn(&TaskInfo) -> bool,
    pub(crate) commands: Vec<OwnCommand>,
    pub(crate) default_host: Option<String>,
    pub(crate) options: Vec<SuiteOption>,
    pub(crate) hooks: SuiteHooks,
    pub(crate) shape: Option<Arc<dyn Shape>>,
    pub(crate) advice: Vec<Advice>,
    pub(crate) preflight: Option<Box<OwnChecks>>,
    /// What its requests are paid by.
    pub(crate) cost_unit: Option<String>,
    /// What one of them costs, by the plan in force.
    pub(crate) price: Option<Price>,
}

/// A command that a suite brings along.
pub(crate) struct OwnCommand {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) run: CommandFn,
}

/// What a suite's own command does: gets the words after its name, returns the exit code of the
/// process. It reads its own words, `--help` among them.
pub type CommandFn = fn(Vec<OsString>) -> ExitCode;

/// Makes the data that all users share.
pub(crate) type Prepare = dyn Fn(&Preparation<'_>) -> Result<Shared, BoxError> + Send + Sync;

/// Looks at what only the suite knows.
pub(crate) type OwnChecks = dyn Fn(&Preflight<'_>) -> Vec<Check> + Send + Sync;

/// The backend that a suite brings along: starts, calls the given closure once when it answers,
/// and serves until its process ends.
pub type EmbeddedBackend =
    fn(&EmbeddedRequest, &mut dyn FnMut(EmbeddedReady)) -> Result<(), BoxError>;

/// What a suite does with `--accounts FILE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountsUse {
    /// Nothing: the flag is refused.
    #[default]
    NotUsed,
    /// Reads it when it is given.
    Optional,
    /// Cannot do without it, except beside the embedded backend, which makes its own accounts.
    Required,
}

impl Suite {
    /// A suite without classes, named as its binary.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            about: String::new(),
            classes: Vec::new(),
            scenarios: Vec::new(),
            plan_text: None,
            plan: None,
            hosts: Vec::new(),
            prepare: None,
            embedded: None,
            accounts: AccountsUse::NotUsed,
            accounts_hint: None,
            accounts_for: |_| true,
            commands: Vec::new(),
            default_host: None,
            options: Vec::new(),
            hooks: SuiteHooks::default(),
            shape: None,
            advice: Vec::new(),
            preflight: None,
            cost_unit: None,
            price: None,
        }
    }

    /// One sentence for the head of `--help`.
    pub fn about(mut self, about: &str) -> Self {
        about.clone_into(&mut self.about);
        self
    }

    /// Adds the user class that `U` describes.
    pub fn user<U: User>(self) -> Self {
        self.class(Class::of::<U>())
    }

    /// Adds a user class.
    pub fn class(mut self, class: impl Into<Class>) -> Self {
        self.classes.push(class.into());
        self
    }

    /// The suite's own plan, a text in TOML: hosts, scenarios with their targets, classes of
    /// requests. `--plan FILE` puts another in its place; `plan show` prints it. Scenarios added by
    /// [`scenario`](Self::scenario) give way to it.
    ///
    /// ```
    /// use katydid_cli::Suite;
    ///
    /// let suite = Suite::new("shop-load").plan(
    ///     r#"
    ///     [scenario.smoke]
    ///     users = 5
    ///     spawn-rate = 1
    ///     run-time = "2m"
    ///     targets = ["success == 100%", "p95 < 500ms"]
    ///     "#,
    /// );
    /// ```
    pub fn plan(mut self, text: &str) -> Self {
        self.plan_text = Some(text.to_owned());
        self
    }

    /// Adds a recipe for `--scenario`.
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenarios.push(scenario);
        self
    }

    /// Lets a shape decide the number of users in every run without `--scenario`; `--users` and
    /// `--spawn-rate` count for nothing then, `--run-time` ends it early.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use katydid_cli::Suite;
    /// use katydid_core::Stage;
    ///
    /// // Ten users more every minute, for five minutes.
    /// let suite = Suite::new("shop-load").shape(|time: Duration, _: u32| {
    ///     let minute = (time.as_secs() / 60) as u32;
    ///     (minute < 5).then(|| Stage::new(10 * (minute + 1), 2.0))
    /// });
    /// ```
    pub fn shape(mut self, shape: impl Shape + 'static) -> Self {
        self.shape = Some(Arc::new(shape));
        self
    }

    /// Code that runs once before the load: reads accounts, looks whether the target answers.
    /// Its error ends the command with exit code 2 before anything was measured.
    pub fn prepare(
        mut self,
        prepare: impl Fn(&Preparation<'_>) -> Result<Shared, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Some(Box::new(prepare));
        self
    }

    /// The backend for `--embedded`. The function runs in a process of its own (this binary,
    /// executed again): it starts the backend, calls the given closure once when it answers, and
    /// serves until the process ends, which happens when the load test does.
    pub fn embedded(mut self, serve: EmbeddedBackend) -> Self {
        self.embedded = Some(serve);
        self
    }

    /// Says what becomes of `--accounts`.
    pub fn accounts(mut self, accounts: AccountsUse) -> Self {
        self.accounts = accounts;
        self
    }

    /// Says which tasks need an account, if not all do. When tags leave only others, accounts that
    /// are [required](AccountsUse::Required) may be left out.
    pub fn accounts_for(mut self, needs: fn(&TaskInfo) -> bool) -> Self {
        self.accounts_for = needs;
        self
    }

    /// How to come by accounts, as the end of a sentence that says that their file is missing:
    /// ``make them with `shop-load customers create` ``.
    pub fn accounts_hint(mut self, hint: &str) -> Self {
        self.accounts_hint = Some(hint.to_owned());
        self
    }

    /// Adds a command: when `name` is the first word of the command line, `run` gets the words
    /// after it and no load is made. `about` is its line in `--help`.
    ///
    /// ```
    /// use std::process::ExitCode;
    /// use katydid_cli::Suite;
    ///
    /// let suite = Suite::new("shop-load").command("shelves", "Fill the shelves", |words| {
    ///     if words.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) }
    /// });
    /// ```
    pub fn command(mut self, name: &str, about: &str, run: CommandFn) -> Self {
        self.commands.push(OwnCommand { name: name.to_owned(), about: about.to_owned(), run });
        self
    }

    /// Adds an option of the suite's own: set by flag, environment or file like any other, read
    /// from [`Preparation::options`] and, in tasks, from `session.shared::<Options>()`.
    pub fn option(mut self, option: SuiteOption) -> Self {
        self.options.push(option);
        self
    }

    /// Adds what is known of the target's troubles: with it the diagnosis at the end of a run names
    /// causes and settings in the target's own words. Of several that fit, the first counts.
    ///
    /// ```
    /// use katydid_cli::Suite;
    /// use katydid_core::{Advice, Symptom};
    ///
    /// let suite = Suite::new("shop-load").advice(
    ///     Advice::new(Symptom::Status(503), "the till is busy", "raise TILL_THREADS").at("/pay"),
    /// );
    /// ```
    pub fn advice(mut self, advice: Advice) -> Self {
        self.advice.push(advice);
        self
    }

    /// What only the suite can look at before a load (`--preflight`): health, a login, credits,
    /// a rate limit. It comes after [`prepare`](Self::prepare) and before every task is executed
    /// once.
    ///
    /// ```
    /// use katydid_cli::{Check, Suite};
    ///
    /// let suite = Suite::new("shop-load").preflight(|run| {
    ///     let asked = run.ask(String::new(), |body, session| {
    ///         Box::pin(async move {
    ///             *body = session.get("/health").send().await?.text().into_owned();
    ///             Ok(())
    ///         })
    ///     });
    ///     vec![match asked {
    ///         Ok((body, _)) if body == "healthy" => Check::passed("health", "healthy"),
    ///         _ => Check::failed("health", "not healthy", "start the shop"),
    ///     }]
    /// });
    /// ```
    pub fn preflight(
        mut self,
        checks: impl Fn(&Preflight<'_>) -> Vec<Check> + Send + Sync + 'static,
    ) -> Self {
        self.preflight = Some(Box::new(checks));
        self
    }

    /// What the target's owner pays for, in the singular (`character`), as tasks tell it by
    /// [`Session::spend`](katydid_engine::Session::spend). With a price in the plan's `[prices]` the
    /// run says what it has cost, and `--max-cost` bounds it.
    pub fn cost_unit(mut self, unit: &str) -> Self {
        self.cost_unit = Some(unit.to_owned());
        self
    }

    /// The host that `init` writes into `locust.conf`, e.g. `http://localhost:5000`. A run takes
    /// no host from here: it loads only what its user has named.
    pub fn default_host(mut self, host: &str) -> Self {
        self.default_host = Some(host.to_owned());
        self
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("name", &self.name)
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}
