//! What `tts-load` can run: classes, scenarios, the data of a run, the embedded backend.

use std::sync::Arc;

use katydid::{AccountsUse, BoxError, Preparation, Shared, Suite, TaskInfo};

use crate::accounts::Accounts;
use crate::accounts_command;
use crate::advice;
use crate::articles::ArticleSite;
use crate::clean;
use crate::created::{Head, Journal};
use crate::options::{self, Wishes};
use crate::personas::{
    BurstTrafficUser, HeavyTTSUser, ReadOnlyUser, TTSReaderUser, WebSocketProgressUser,
};
use crate::preflight;
use crate::target;
use tokio::sync::Semaphore;
use tts_reader_accounts::Used;

/// Data that all users of a run share.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// `None` when no task that runs needs a login.
    pub(crate) accounts: Option<Accounts>,
    /// `None` when the target could not read the pages.
    pub(crate) articles: Option<Arc<ArticleSite>>,
    /// What the options of this load test ask for.
    pub(crate) wishes: Wishes,
    /// What the names of accounts made by this run begin with.
    pub(crate) run: Arc<str>,
    /// What the run has made at the target.
    pub(crate) journal: Arc<Journal>,
    /// Turns for users that end: see [`LEAVING`].
    pub(crate) leaving: Arc<Semaphore>,
}

/// Accounts that are deleted at the same time where users end. All of them end at once, and a password to
/// check for each would be a load that no users make.
const LEAVING: usize = 8;

/// The whole load test.
pub fn suite() -> Suite {
    let suite = options::declared().into_iter().fold(Suite::new("tts-load"), Suite::option);
    let suite = advice::known().fold(suite, Suite::advice);
    let suite = suite
        .about("Load test of the TTS Reader backend: four kinds of users, every answer checked.")
        .user::<TTSReaderUser>()
        .user::<BurstTrafficUser>()
        .user::<HeavyTTSUser>()
        .user::<ReadOnlyUser>()
        .user::<WebSocketProgressUser>()
        .plan(include_str!("../plan.toml"))
        .default_host("http://localhost:5000")
        .accounts(AccountsUse::Required)
        .accounts_for(logs_in)
        .accounts_hint(
            "make them with `tts-load accounts create --count 50 --target http://localhost:5000 \
             --out accounts.csv`",
        )
        .command("accounts", "Make, top up, reset or remove test accounts", accounts_command::run)
        .command("clean", "Remove what a run has left at its target", clean::run)
        .preflight(preflight::checks)
        .cost_unit("character")
        .prepare(prepare);
    #[cfg(feature = "embedded")]
    let suite = suite.embedded(crate::embedded::serve);
    suite
}

/// Only the health checks need no login.
pub(crate) fn logs_in(task: &TaskInfo) -> bool {
    &*task.flow != "Health"
}

fn prepare(run: &Preparation<'_>) -> Result<Shared, BoxError> {
    let wishes = Wishes::read(run.options)?;
    let accounts = run.tasks.iter().any(logs_in).then(|| accounts(run)).transpose()?;
    target::listens(run.host).map_err(|fault| {
        format!(
            "nothing answers at {} ({fault}); start the backend (`tts-reader serve --dev`), name \
             another one with -H, or use --embedded",
            run.host
        )
    })?;
    let mut shared = Shared::default();
    let articles = if wishes.pages.is_empty() { articles(run.host)? } else { None };
    let journal = Arc::new(journal(run, accounts.is_some())?);
    let (run, leaving) = (run_name().into(), Arc::new(Semaphore::new(LEAVING)));
    shared.insert(Prepared { accounts, articles, wishes, run, journal, leaving });
    Ok(shared)
}

/// Notes on what this run makes. Without them nobody could clean up after it.
fn journal(run: &Preparation<'_>, logs_in: bool) -> Result<Journal, BoxError> {
    let Some(folder) = run.folder else { return Ok(Journal::default()) };
    let mut head = Head::new(run.host, run.embedded.is_some());
    if let (true, false, Some(file)) = (logs_in, head.embedded, run.accounts) {
        head.used = Used::of_file(file, run.users as usize);
        head.foreign = head.used.is_none().then(|| file.display().to_string());
    }
    Journal::begin(folder, head).map_err(|fault| {
        let folder = folder.display();
        format!("cannot note in {folder} what this run makes at its target: {fault}").into()
    })
}

fn accounts(run: &Preparation<'_>) -> Result<Accounts, BoxError> {
    let file = run.accounts.or(run.embedded.map(|ready| ready.accounts_file.as_path()));
    let file = file.ok_or(
        "users need accounts of their own; make some with `tts-load accounts create` and give them \
         with --accounts FILE",
    )?;
    let accounts = Accounts::read(file, run.users)?;
    let (file, have) = (file.to_owned(), accounts.count());
    run.enough_for(move |users| Ok(Accounts::suffice(&file, have, users)?))?;
    Ok(accounts)
}

/// The article site, for a target on this machine.
fn articles(host: &str) -> Result<Option<Arc<ArticleSite>>, BoxError> {
    if !target::is_this_machine(host) {
        return Ok(None);
    }
    let site = ArticleSite::start()
        .map_err(|fault| format!("cannot serve article pages on 127.0.0.1: {fault}"))?;
    Ok(Some(Arc::new(site)))
}

/// The beginning of the names of accounts that this run makes. By the clock and not by the seed:
/// a repeated run must not meet the accounts of the one before.
fn run_name() -> String {
    let time = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    format!("loadtest_{time}_{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_new_accounts_fit_the_contract() {
        // Users of a rehearsal have the highest numbers that there are.
        let longest = format!("{}_{}_{}", run_name(), u32::MAX, 9_999);
        assert!((3..=50).contains(&longest.len()), "{longest}");
        assert!(longest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{longest}");
    }
}
