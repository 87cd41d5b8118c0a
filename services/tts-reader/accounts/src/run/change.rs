//! `accounts remove`, `top-up` and `reset-credits`: the same change to each account that is meant.

use super::{accounts, change_all, confirm, members, span};
use crate::{
    AccountsError, Ask, Batch, Change, ChangeArgs, Member, Registry, RegistryError, RemoveArgs,
    TopUpArgs, WhichArgs, roster::Roster,
};

pub(super) fn remove<R: Registry>(
    args: &RemoveArgs,
    open: impl FnOnce() -> Result<R, RegistryError>,
    ask: &mut dyn Ask,
) -> Result<String, AccountsError> {
    let (mut registry, meant) = Meant::find(&args.which, open)?;
    if meant.members.is_empty() {
        return Ok(format!("nothing left to remove: {}", meant.absence(&registry)));
    }
    let question = format!(
        "Remove {} ({}) at {} with their credits and audio?",
        accounts(meant.members.len()),
        meant.names(),
        registry.place()
    );
    confirm(ask, args.yes, question)?;
    let removed = meant.change(&mut registry, &Change::Remove).map_err(|(done, source)| {
        let done = format!("{done} of {} removed", accounts(meant.members.len()));
        AccountsError::Partly { done, source }
    })?;
    let mut text = format!(
        "{} removed at {} with their credits and audio",
        accounts(removed),
        registry.place()
    );
    let absent = meant.wanted.saturating_sub(removed);
    if absent > 0 {
        text += &format!("; {absent} of the file were not there any more");
    }
    if meant.others > 0 {
        text += &format!(
            "; {} of `{}` are not in that file and stay, `accounts remove {}` removes them",
            meant.others,
            meant.batch,
            meant.batch.flags()
        );
    }
    Ok(text)
}

pub(super) fn top_up<R: Registry>(
    args: &TopUpArgs,
    open: impl FnOnce() -> Result<R, RegistryError>,
    ask: &mut dyn Ask,
) -> Result<String, AccountsError> {
    let (mut registry, meant) = Meant::find(&args.which, open)?;
    let credits = args.credits;
    meant.confirm_elsewhere(
        &registry,
        ask,
        args.yes,
        &format!("Add {credits} credits to each of"),
    )?;
    let change = Change::TopUp { credits };
    let changed = meant.change(&mut registry, &change).map_err(|(done, source)| {
        let all = accounts(meant.members.len());
        let done = format!("{done} of {all} have {credits} more credits");
        if done.starts_with("0 of") {
            return AccountsError::Registry(source);
        }
        AccountsError::PartlyOnce { done, source }
    })?;
    Ok(format!("{} ({}) topped up by {credits} credits each", accounts(changed), meant.names()))
}

pub(super) fn reset_credits<R: Registry>(
    args: &ChangeArgs,
    open: impl FnOnce() -> Result<R, RegistryError>,
    ask: &mut dyn Ask,
) -> Result<String, AccountsError> {
    let (mut registry, meant) = Meant::find(&args.which, open)?;
    meant.confirm_elsewhere(&registry, ask, args.yes, "Reset the credits of")?;
    let change = Change::ResetCredits;
    let changed = meant.change(&mut registry, &change).map_err(|(done, source)| {
        let done = format!("the credits of {done} of {} reset", accounts(meant.members.len()));
        AccountsError::Partly { done, source }
    })?;
    let first = meant.members.first().map_or(0, |member| member.credits);
    let to = if meant.members.iter().all(|member| member.credits == first) {
        format!("{first}, the number they were made with")
    } else {
        "the number each was made with".to_owned()
    };
    Ok(format!("credits of {} ({}) set back to {to}", accounts(changed), meant.names()))
}

/// The accounts that a command is about.
struct Meant {
    batch: Batch,
    /// Those that are there.
    members: Vec<Member>,
    /// How many were named.
    wanted: usize,
    /// Accounts of the batch that were not named.
    others: usize,
    /// How they were named, for sentences.
    named: String,
}

impl Meant {
    fn find<R: Registry>(
        which: &WhichArgs,
        open: impl FnOnce() -> Result<R, RegistryError>,
    ) -> Result<(R, Self), AccountsError> {
        let file = which.file.as_deref().map(Roster::read).transpose()?;
        let batch = match (&file, &which.prefix) {
            (Some(file), _) => file.batch.clone(),
            (None, Some(prefix)) => prefix.clone(),
            (None, None) => Batch::persistent(),
        };
        let mut registry = open()?;
        let there = members(&mut registry, &batch)?;
        let all = there.len();
        let members = match &file {
            Some(file) => {
                let index = file.index();
                there.into_iter().filter(|member| index.row_of(member).is_some()).collect()
            }
            None => there,
        };
        let meant = Self {
            wanted: file.as_ref().map_or(members.len(), |file| file.rows.len()),
            others: all - members.len(),
            named: match &which.file {
                Some(path) => format!("no account of {} is", path.display()),
                None if batch.is_persistent() => format!("the account `{batch}` is not"),
                None => format!("no account of the batch `{batch}` is"),
            },
            batch,
            members,
        };
        Ok((registry, meant))
    }

    fn change(
        &self,
        registry: &mut impl Registry,
        change: &Change,
    ) -> Result<usize, (usize, RegistryError)> {
        change_all(registry, change, &self.batch, &self.members)
    }

    /// # Errors
    /// When there is no account; when the place is on another machine and the answer is not yes.
    fn confirm_elsewhere(
        &self,
        registry: &impl Registry,
        ask: &mut dyn Ask,
        yes: bool,
        deed: &str,
    ) -> Result<(), AccountsError> {
        if self.members.is_empty() {
            let text = format!("{}; make some with `accounts create`", self.absence(registry));
            return Err(RegistryError::Refused(text).into());
        }
        if registry.is_local() {
            return Ok(());
        }
        let (count, names, place) =
            (accounts(self.members.len()), self.names(), registry.place().to_owned());
        confirm(
            ask,
            yes,
            format!("{deed} {count} ({names}) at {place}, which is not this machine?"),
        )
    }

    fn names(&self) -> String {
        span(self.members.iter().map(|member| member.username.as_str()))
    }

    fn absence(&self, registry: &impl Registry) -> String {
        format!("{} at {}", self.named, registry.place())
    }
}
