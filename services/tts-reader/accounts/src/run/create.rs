//! `accounts create`: makes what is missing and writes the file.

use std::path::Path;

use super::{accounts, confirm, in_order, members, span};
use crate::{
    AccountsError, Ask, Batch, CHUNK, Change, CreateArgs, Member, NewMembers, Password, Registry,
    RegistryError, Selection,
    roster::{Draft, Index, Roster, Row},
};

/// Credits of an account, unless said otherwise.
const CREDITS: i64 = 100_000;
/// Credits of the lasting account, unless said otherwise.
const PERSISTENT_CREDITS: i64 = 1_000_000;

pub(super) fn create<R: Registry>(
    args: &CreateArgs,
    open: impl FnOnce() -> Result<R, RegistryError>,
    ask: &mut dyn Ask,
) -> Result<String, AccountsError> {
    let (batch, file) = batch_and_file(args)?;
    let mut registry = open()?;
    let before = members(&mut registry, &batch)?;
    let known = file.as_ref().map(Roster::index).unwrap_or_default();
    let (kept, strange): (Vec<_>, Vec<_>) =
        before.into_iter().partition(|member| known.row_of(member).is_some());
    if !(strange.is_empty() || args.force) {
        return Err(AccountsError::UnknownPasswords {
            count: strange.len(),
            place: registry.place().to_owned(),
            path: args.out.clone(),
            which: batch.flags(),
            batch,
        });
    }
    let missing = missing(&batch, args.count.unwrap_or(1), kept.iter().chain(&strange));
    let written = file.as_ref().is_some_and(|file| file.rows.len() == kept.len());
    if missing.is_empty() && strange.is_empty() && written {
        return Ok(nothing_to_make(args, &kept, registry.place()));
    }
    if !registry.is_local() {
        let question = format!(
            "Make {} at {}, which is not this machine?",
            accounts(missing.len()),
            registry.place()
        );
        confirm(ask, args.yes, question)?;
    }
    let draft = Draft::start(&args.out)?;
    let password = file.as_ref().and_then(|file| file.rows.first()).map(|row| row.password.clone());
    let mut making = Making {
        registry: &mut registry,
        batch: &batch,
        password: password.unwrap_or_else(Password::generate),
        rows: rows_of(&kept, &known),
    };
    let renewed = making.renew(strange)?;
    let made = making.make(args, &missing);
    let Making { mut rows, .. } = making;
    rows.sort_by(|a, b| in_order(&a.username).cmp(&in_order(&b.username)));
    let new = rows.len() - kept.len() - renewed;
    match made {
        // Nothing was done: the file stays as it was.
        Err(fault) if new + renewed == 0 => return Err(fault.into()),
        _ => draft.finish(&rows).map_err(|source| AccountsError::Unwritten {
            made: new,
            path: args.out.clone(),
            source,
            which: batch.flags(),
        })?,
    }
    let told = Told { args, place: registry.place(), rows: &rows, new, renewed };
    match made {
        Ok(()) => Ok(told.text()),
        Err(source) => Err(AccountsError::Partly { done: told.so_far(missing.len()), source }),
    }
}

/// Which batch is meant, and the file of it, when it is there.
fn batch_and_file(args: &CreateArgs) -> Result<(Batch, Option<Roster>), AccountsError> {
    let named = if args.persistent { Some(Batch::persistent()) } else { args.prefix.clone() };
    let unknown = |named: Option<Batch>| named.unwrap_or_else(Batch::unique);
    if !args.out.exists() {
        return Ok((unknown(named), None));
    }
    let exists = |what: String| AccountsError::Exists { path: args.out.clone(), what };
    match Roster::read(&args.out) {
        Ok(file) => {
            // The lasting account is never meant by leaving its flag out.
            let fits = named.as_ref().map_or(!file.batch.is_persistent(), |n| *n == file.batch);
            if fits {
                Ok((file.batch.clone(), Some(file)))
            } else if args.force {
                Ok((unknown(named), None))
            } else {
                let what = format!("and has the only passwords of the batch `{}`", file.batch);
                Err(exists(what))
            }
        }
        Err(_) if args.force => Ok((unknown(named), None)),
        Err(AccountsError::Roster { reason, .. }) => {
            Err(exists(format!("and is no file of test accounts ({reason})")))
        }
        Err(other) => Err(other),
    }
}

/// The names that nobody has yet.
fn missing<'a>(batch: &Batch, count: u32, there: impl Iterator<Item = &'a Member>) -> Vec<String> {
    let there: std::collections::HashSet<&str> =
        there.map(|member| member.username.as_str()).collect();
    let mut names = batch.usernames(count);
    names.retain(|name| !there.contains(name.as_str()));
    names
}

fn rows_of(kept: &[Member], known: &Index<'_>) -> Vec<Row> {
    kept.iter().filter_map(|member| known.row_of(member).cloned()).collect()
}

/// Accounts on their way into the file.
struct Making<'a, R> {
    registry: &'a mut R,
    batch: &'a Batch,
    password: Password,
    rows: Vec<Row>,
}

impl<R: Registry> Making<'_, R> {
    /// Gives accounts that are there a password that is known; returns how many.
    fn renew(&mut self, strange: Vec<Member>) -> Result<usize, RegistryError> {
        let change = Change::SetPassword { password: self.password.clone() };
        for some in strange.chunks(CHUNK) {
            let usernames = some.iter().map(|member| member.username.clone()).collect();
            let of = Selection { batch: self.batch.clone(), usernames };
            self.registry.change(&change, &of)?;
            self.keep(some);
        }
        Ok(strange.len())
    }

    /// Makes accounts until all are made or something breaks.
    fn make(&mut self, args: &CreateArgs, names: &[String]) -> Result<(), RegistryError> {
        let credits = if args.persistent { PERSISTENT_CREDITS } else { CREDITS };
        for some in names.chunks(CHUNK) {
            let made = self.registry.create(&NewMembers {
                batch: self.batch.clone(),
                usernames: some.to_vec(),
                password: self.password.clone(),
                tier: args.tier,
                credits: args.credits.unwrap_or(credits),
            })?;
            self.keep(&made);
        }
        Ok(())
    }

    fn keep(&mut self, members: &[Member]) {
        let row = |member: &Member| Row::new(member, &self.password, self.batch);
        self.rows.extend(members.iter().map(row));
    }
}

fn nothing_to_make(args: &CreateArgs, kept: &[Member], place: &str) -> String {
    let names = span(kept.iter().map(|member| member.username.as_str()));
    let more = match args.count {
        Some(count) if (count as usize) < kept.len() => {
            format!(", more than the {count} asked for")
        }
        _ => String::new(),
    };
    format!(
        "{} ({names}) are there already at {place} as in {}{more}; nothing made",
        accounts(kept.len()),
        args.out.display()
    )
}

/// What was done, for people.
struct Told<'a> {
    args: &'a CreateArgs,
    place: &'a str,
    rows: &'a [Row],
    new: usize,
    renewed: usize,
}

impl Told<'_> {
    fn text(&self) -> String {
        let names = span(self.rows.iter().map(|row| row.username.as_str()));
        let mut text = format!("{} made at {}", accounts(self.new), self.place);
        let kept = self.rows.len() - self.new - self.renewed;
        if kept > 0 {
            text += &format!(", {kept} were there already");
        }
        if self.renewed > 0 {
            text += &format!(", {} were there already and have a new password", self.renewed);
        }
        text += &format!("; {} now has {names}", self.args.out.display());
        text + &self.kinds()
    }

    /// Tier and credits, when they are the same for all.
    fn kinds(&self) -> String {
        let Some(first) = self.rows.first() else { return String::new() };
        let same = |row: &Row| row.tier == first.tier && row.credits == first.credits;
        if self.rows.iter().all(same) {
            let each = if self.rows.len() == 1 { "" } else { " each" };
            return format!(", {}, {} credits{each}", first.tier.name(), first.credits);
        }
        ", not all of the same tier and credits: those that were there stay as they were".to_owned()
    }

    fn so_far(&self, wanted: usize) -> String {
        let path: &Path = &self.args.out;
        format!("{} of {} made and written to {}", self.new, accounts(wanted), path.display())
    }
}
