//! What can be done with test accounts, whoever asks for it.

use tts_reader_accounts::{Batch, CHUNK, Change, Member, NewMembers, Selection};

use crate::{
    domain::{Timestamp, UserId},
    storage::{Storage, StorageError},
    store::{CreateError, Store, StoreError},
};

/// Most credits of an account that one order gives.
const MOST_CREDITS: i64 = 1_000_000_000;

/// An order that cannot be meant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OrderError {
    #[error("{count} accounts at once are too many, up to {CHUNK} are possible")]
    TooMany { count: usize },
    #[error("`{username}` is no name of an account of `{batch}`")]
    Name { username: String, batch: Batch },
    #[error("{credits} credits are not from {least} to {MOST_CREDITS}")]
    Credits { credits: i64, least: i64 },
}

/// Why accounts are not as they should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the audio of {id} could not be removed, everything else is done: {source}")]
    Audio { id: UserId, source: StorageError },
}

/// # Errors
/// With the first thing that cannot be meant.
pub(crate) fn check_new(new: &NewMembers) -> Result<(), OrderError> {
    check_names(&new.batch, &new.usernames)?;
    check_credits(new.credits, 0)
}

/// # Errors
/// With the first thing that cannot be meant.
pub(crate) fn check_selection(of: &Selection, change: &Change) -> Result<(), OrderError> {
    check_names(&of.batch, &of.usernames)?;
    match change {
        Change::TopUp { credits } => check_credits(*credits, 1),
        _ => Ok(()),
    }
}

/// Makes what is missing. Hashing keeps a core busy; whoever asks knows where to do that.
pub(crate) async fn create<H, E>(
    store: &Store,
    new: &NewMembers,
    hash: impl FnOnce(String) -> H,
) -> Result<Vec<Member>, E>
where
    H: Future<Output = Result<String, E>>,
    E: From<CreateError>,
{
    let hash = hash(new.password.expose().to_owned()).await?;
    Ok(store.create_test_accounts(new, &hash, Timestamp::now()).await?)
}

/// Changes what is there; returns how many accounts that were.
pub(crate) async fn change<H, E>(
    store: &Store,
    storage: &dyn Storage,
    change: &Change,
    of: &Selection,
    hash: impl FnOnce(String) -> H,
) -> Result<usize, E>
where
    H: Future<Output = Result<String, E>>,
    E: From<ChangeError> + From<StoreError>,
{
    let now = Timestamp::now();
    Ok(match change {
        Change::Remove => remove(store, storage, of, now).await?,
        Change::TopUp { credits } => store.top_up_test_accounts(of, *credits, now).await?,
        Change::ResetCredits => store.reset_test_accounts(of, now).await?,
        Change::RemoveAudio => remove_audio(store, storage, of).await?,
        Change::SetPassword { password } => {
            let hash = hash(password.expose().to_owned()).await?;
            store.set_test_password(of, &hash).await?
        }
    })
}

/// The accounts first: as long as one is there, it can be given new audio.
async fn remove(
    store: &Store,
    storage: &dyn Storage,
    of: &Selection,
    now: Timestamp,
) -> Result<usize, ChangeError> {
    let gone = store.remove_test_accounts(of, now).await?;
    silence(storage, &gone).await?;
    Ok(gone.len())
}

async fn remove_audio(
    store: &Store,
    storage: &dyn Storage,
    of: &Selection,
) -> Result<usize, ChangeError> {
    let there = store.test_account_ids(of).await?;
    silence(storage, &there).await?;
    Ok(there.len())
}

/// Removes the audio of all of them, as far as possible.
async fn silence(storage: &dyn Storage, accounts: &[UserId]) -> Result<(), ChangeError> {
    let mut left = Ok(());
    for id in accounts {
        if let Err(source) = storage.remove_all(id).await {
            left = Err(ChangeError::Audio { id: id.clone(), source });
        }
    }
    left
}

fn check_names(batch: &Batch, usernames: &[String]) -> Result<(), OrderError> {
    if usernames.len() > CHUNK {
        return Err(OrderError::TooMany { count: usernames.len() });
    }
    match usernames.iter().find(|username| !batch.can_have(username)) {
        Some(username) => {
            Err(OrderError::Name { username: username.clone(), batch: batch.clone() })
        }
        None => Ok(()),
    }
}

fn check_credits(credits: i64, least: i64) -> Result<(), OrderError> {
    if (least..=MOST_CREDITS).contains(&credits) {
        return Ok(());
    }
    Err(OrderError::Credits { credits, least })
}
