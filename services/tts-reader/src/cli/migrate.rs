//! `tts-reader migrate --from-original URL`: moves in what the original service has.

use std::io::{self, Write};

use super::{args::MigrateArgs, error::CliError};
use crate::{
    domain::Timestamp,
    settings::{DatabaseUrl, Environment, SettingsError, resolve},
    store::{CopyError, Original, Store, Sums},
};

/// Two: one reads while the other writes.
const CONNECTIONS: u32 = 2;

pub(super) fn migrate(args: &MigrateArgs, env: &Environment) -> Result<(), CliError> {
    let settings = resolve(&args.storage.flags(), env)?;
    let DatabaseUrl::Postgres(from) = DatabaseUrl::parse("--from-original", &args.from_original)?
    else {
        return Err(CliError::Settings(SettingsError::Database {
            name: "--from-original".to_owned(),
            value: args.from_original.clone(),
            reason: "the original keeps its data in PostgreSQL; use postgres://USER@HOST/DATABASE"
                .to_owned(),
        }));
    };
    if let DatabaseUrl::Sqlite(_) = &settings.database {
        std::fs::create_dir_all(&settings.data_dir)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (there, here) = runtime.block_on(async {
        let mut original = Original::open(&from).await?;
        let store = Store::open(&settings.database, CONNECTIONS).await?;
        let sums = copy(&mut original, &store).await;
        // Folds the write-ahead log back into the file, whatever came of it.
        store.close().await;
        original.close().await;
        sums
    })?;
    tell(&there, &here)
}

async fn copy(original: &mut Original, store: &Store) -> Result<(Sums, Sums), CopyError> {
    let there = original.sums().await?;
    let (mut seen, mut after) = (0, None);
    while let Some(copied) = store.copy_accounts(original, &mut after, Timestamp::now()).await? {
        seen += copied;
        tracing::info!(copied = seen, of = there.accounts, "accounts");
    }
    store.copy_counters(original, Timestamp::now()).await?;
    Ok((there, store.copied_sums().await?))
}

/// Both sides beside each other.
fn tell(there: &Sums, here: &Sums) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    for ((what, there), (_, here)) in there.named().into_iter().zip(here.named()) {
        let word = if there == here { "equal" } else { "DIFFERENT" };
        writeln!(out, "{what:<21} original {there:>12}   here {here:>12}   {word}")?;
    }
    if there == here {
        writeln!(out, "everything is here; people log in with the passwords they have")?;
        return Ok(());
    }
    Err(CliError::Different)
}
