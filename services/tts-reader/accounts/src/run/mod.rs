//! The commands: what they look at, ask, do and say.

mod change;
mod create;
mod used;

pub use used::{Named, Present, Used};

use crate::{
    AccountsError, Ask, Batch, CHUNK, Change, Member, Registry, RegistryError, Selection, Verb,
};

/// What a command is about to do with the place where accounts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Make accounts; a place that is not there yet may be made too.
    Create,
    /// Look at accounts and change or remove them.
    Change,
}

/// Does what was typed and returns what to tell the person who typed it. `open` is called once the
/// files of the command are known to be good.
///
/// # Errors
/// With what to do instead; [`AccountsError::exit_code`] is the process's.
pub fn run<R: Registry>(
    verb: &Verb,
    open: impl FnOnce(Access) -> Result<R, RegistryError>,
    ask: &mut dyn Ask,
) -> Result<String, AccountsError> {
    match verb {
        Verb::Create(args) => create::create(args, || open(Access::Create), ask),
        Verb::Remove(args) => change::remove(args, || open(Access::Change), ask),
        Verb::TopUp(args) => change::top_up(args, || open(Access::Change), ask),
        Verb::ResetCredits(args) => change::reset_credits(args, || open(Access::Change), ask),
    }
}

/// Every account of a batch, in the order of their numbers.
fn members(registry: &mut impl Registry, batch: &Batch) -> Result<Vec<Member>, RegistryError> {
    let mut all: Vec<Member> = Vec::new();
    loop {
        let after = all.last().map_or("", |last| last.user_id.as_str());
        let page = registry.members(batch, after)?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    all.sort_by(|a, b| in_order(&a.username).cmp(&in_order(&b.username)));
    Ok(all)
}

/// One change after the other, some accounts at a time; returns how many were changed.
///
/// # Errors
/// With the number of accounts that were changed before.
fn change_all(
    registry: &mut impl Registry,
    change: &Change,
    batch: &Batch,
    members: &[Member],
) -> Result<usize, (usize, RegistryError)> {
    let mut done = 0;
    for some in members.chunks(CHUNK) {
        let usernames = some.iter().map(|member| member.username.clone()).collect();
        let of = Selection { batch: batch.clone(), usernames };
        done += registry.change(change, &of).map_err(|source| (done, source))?;
    }
    Ok(done)
}

/// Sorts `x_999` before `x_1000`.
fn in_order(username: &str) -> (usize, &str) {
    (username.len(), username)
}

/// Asks before something that cannot be undone, unless `yes` was said beforehand.
///
/// # Errors
/// When the answer is no, or nobody can answer.
pub fn confirm(ask: &mut dyn Ask, yes: bool, question: String) -> Result<(), AccountsError> {
    if yes {
        return Ok(());
    }
    match ask.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(AccountsError::Declined),
        None => Err(AccountsError::Unasked { question }),
    }
}

/// `1 account`, `12 accounts`.
fn accounts(count: usize) -> String {
    if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") }
}

/// `x_000`, or `x_000 to x_011`.
fn span<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let first = names.next().unwrap_or_default();
    names.last().map_or_else(|| first.to_owned(), |last| format!("{first} to {last}"))
}

#[cfg(test)]
mod tests;
