//! `tts-reader accounts create` and `remove`: straight on the database, also beside a running
//! service.

use std::io::{self, Write};

use super::{
    args::{CreateArgs, RemoveArgs},
    error::CliError,
    roster::{self, Draft, Row},
};
use crate::{
    auth::hash_password,
    domain::{Timestamp, UserId},
    settings::{Environment, Settings, resolve},
    speech::AudioFiles,
    store::{Grant, NewAccount, Store},
};

pub(super) fn create(args: &CreateArgs, env: &Environment) -> Result<(), CliError> {
    let settings = resolve(&args.storage.flags(), env)?;
    let draft = Draft::start(&args.out)?;
    std::fs::create_dir_all(&settings.data_dir)
        .map_err(|source| CliError::Write { path: settings.data_dir.clone(), source })?;
    let now = Timestamp::now();
    let (people, password) = people(args, now)?;
    block_on(async {
        let store = Store::open(&settings.database, 1).await?;
        let grant = (args.credits > 0).then(|| Grant::now(args.credits, args.tier, now));
        let ids = store.create_accounts(&people, grant.as_ref(), now).await?;
        let rows: Vec<Row> = people
            .iter()
            .zip(&ids)
            .map(|(person, id)| Row {
                username: person.username.clone(),
                password: password.clone(),
                email: person.email.clone(),
                user_id: id.to_string(),
                tier: args.tier.upper().to_owned(),
                credits: args.credits,
            })
            .collect();
        if let Err(error) = draft.finish(&rows) {
            // Accounts whose passwords nobody has would stay for ever.
            for id in &ids {
                store.delete_account(id).await?;
            }
            return Err(error);
        }
        store.close().await;
        say(&format!("{} accounts written to {}", rows.len(), args.out.display()))
    })
}

pub(super) fn remove(args: &RemoveArgs, env: &Environment) -> Result<(), CliError> {
    let settings = resolve(&args.storage.flags(), env)?;
    let rows = roster::read(&args.file)?;
    let ids = rows
        .iter()
        .map(|row| UserId::parse(&row.user_id).ok_or(row))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|row| CliError::Roster {
            path: args.file.clone(),
            reason: format!("`{}` of {} is no user id", row.user_id, row.username),
        })?;
    if !settings.database.exists() {
        return Err(CliError::NoDatabase { path: settings.database });
    }
    let (removed, absent) = block_on(remove_all(&settings, &rows, &ids))?;
    let also = if absent == 0 {
        String::new()
    } else {
        format!("; {absent} were not there (removed before, or renamed)")
    };
    say(&format!("{removed} accounts removed{also}"))
}

/// Removes the accounts whose id *and* name are those of the file: (removed, not there).
async fn remove_all(
    settings: &Settings,
    rows: &[Row],
    ids: &[UserId],
) -> Result<(usize, usize), CliError> {
    let store = Store::open(&settings.database, 1).await?;
    let audio = AudioFiles::open(&settings.data_dir)?;
    let mut removed = 0;
    for (row, id) in rows.iter().zip(ids) {
        let known = store.account(&row.username).await?;
        if known.is_some_and(|account| account.user_id == *id) && store.delete_account(id).await? {
            audio.remove_all(id).await?;
            removed += 1;
        }
    }
    store.close().await;
    Ok((removed, rows.len() - removed))
}

/// Accounts that are told apart by a running number, and the password of all of them: hashing one
/// for each would take a minute for thousands.
fn people(args: &CreateArgs, now: Timestamp) -> Result<(Vec<NewAccount>, String), CliError> {
    let password = uuid::Uuid::new_v4().simple().to_string();
    let password_hash =
        hash_password(&password).map_err(|error| CliError::Password(error.to_string()))?;
    // The seconds tell runs apart, the letters tell two runs of one second apart.
    let run = format!("{}_{}", now.unix_seconds(), &uuid::Uuid::new_v4().simple().to_string()[..4]);
    let people = (0..args.count).map(|number| {
        let username = format!("loadtest_{run}_{number:03}");
        NewAccount {
            email: format!("{username}@example.com"),
            username,
            password_hash: password_hash.clone(),
            first_name: None,
            last_name: None,
            origin: Default::default(),
            tier: args.tier,
            email_verified: true,
        }
    });
    Ok((people.collect(), password))
}

fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

fn say(text: &str) -> Result<(), CliError> {
    Ok(writeln!(io::stdout(), "{text}")?)
}
