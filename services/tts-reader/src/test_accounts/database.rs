//! The database of a service as a registry of test accounts, also beside a running service.

use std::{path::Path, sync::Arc};

use tokio::runtime::Runtime;
use tts_reader_accounts::{
    Access, Batch, Change, Member, NewMembers, Registry, RegistryError, Selection,
};

use super::work::{self, ChangeError};
use crate::{
    auth::hash_password,
    settings::{self, DatabaseUrl, Environment, Flags, Settings, resolve},
    storage::{self, Storage},
    store::{CreateError, Store, StoreError},
};

/// One thing after the other: what is read is not read while something is written.
const CONNECTIONS: u32 = 1;

/// The accounts of one database, with the audio of its data directory.
///
/// Builds its own runtime: do not use it from inside one.
#[derive(Debug)]
pub struct Database {
    place: String,
    store: Store,
    storage: Arc<dyn Storage>,
    runtime: Runtime,
}

impl Database {
    /// The database and the data directory that `tts-reader serve` would use with these flags in
    /// the environment of this process.
    ///
    /// # Errors
    /// When they cannot be used; when they are not there and that was not to make accounts.
    pub fn open(
        database: Option<&str>,
        data: Option<&Path>,
        access: Access,
    ) -> Result<Self, RegistryError> {
        let flags = Flags {
            database: database.map(str::to_owned),
            data: data.map(Path::to_owned),
            ..Flags::default()
        };
        let env = Environment::of_process().with_files().map_err(refused)?;
        Self::with(&flags, &env, access)
    }

    pub(crate) fn with(
        flags: &Flags,
        env: &Environment,
        access: Access,
    ) -> Result<Self, RegistryError> {
        let mut settings = resolve(flags, env).map_err(refused)?;
        let named = flags.data.is_some() || env.text("TTS_READER_DATA").is_some();
        // A SQLite file is usually in its data directory, which `users` tells from others.
        if let (false, DatabaseUrl::Sqlite(file)) = (named, &settings.database)
            && let Some(dir) = file.parent().filter(|dir| dir.join("users").is_dir())
        {
            settings.data_dir = dir.to_owned();
        }
        Self::of(&settings, access)
    }

    fn of(settings: &Settings, access: Access) -> Result<Self, RegistryError> {
        let (url, data) = (&settings.database, &settings.data_dir);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let is_new = !runtime.block_on(Store::exists(url)).map_err(failed)?;
        if is_new && access != Access::Create {
            return Err(RegistryError::Refused(match url {
                DatabaseUrl::Sqlite(_) => {
                    format!("there is no database at {url}; name it with --database or --data")
                }
                DatabaseUrl::Postgres(_) => {
                    format!("no tts-reader has worked in {url} yet; name another --database")
                }
            }));
        }
        // Else the audio of accounts would stay, and nobody would hear of it. A bucket is named by
        // settings alone.
        let elsewhere = is_new || settings.storage != settings::Storage::Local;
        let in_data = matches!(url, DatabaseUrl::Sqlite(file) if file.parent() == Some(data));
        let audio = settings.audio_dir();
        if let (false, Some(dir)) = (elsewhere || audio.is_dir(), &settings.audio_dir) {
            return Err(RegistryError::Refused(format!(
                "there is no directory {}; name the one where the service of {url} keeps its audio \
                 with AUDIO_DIR",
                dir.display()
            )));
        }
        if !elsewhere && !in_data && !audio.is_dir() {
            return Err(RegistryError::Refused(format!(
                "{} is not the data directory of a tts-reader: there is no directory `users` in \
                 it; name the one where the service of {url} keeps its audio with --data",
                data.display()
            )));
        }
        let place = if is_new { format!("the new database {url}") } else { url.to_string() };
        std::fs::create_dir_all(data).map_err(|error| {
            failed(format!("cannot write {}: {error}; name another --data", data.display()))
        })?;
        let store = runtime.block_on(Store::open(url, CONNECTIONS)).map_err(failed)?;
        let storage = storage::open(settings).map_err(failed)?;
        Ok(Self { place, store, storage, runtime })
    }
}

impl Registry for Database {
    fn place(&self) -> &str {
        &self.place
    }

    fn is_local(&self) -> bool {
        true
    }

    fn members(&mut self, batch: &Batch, after: &str) -> Result<Vec<Member>, RegistryError> {
        self.runtime.block_on(self.store.test_accounts(batch, after)).map_err(failed)
    }

    fn create(&mut self, new: &NewMembers) -> Result<Vec<Member>, RegistryError> {
        work::check_new(new).map_err(refused)?;
        self.runtime.block_on(work::create(&self.store, new, hash))
    }

    fn change(&mut self, change: &Change, of: &Selection) -> Result<usize, RegistryError> {
        work::check_selection(of, change).map_err(refused)?;
        self.runtime.block_on(work::change(&self.store, &*self.storage, change, of, hash))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Folds the write-ahead log back into the file.
        self.runtime.block_on(self.store.close());
    }
}

async fn hash(password: String) -> Result<String, RegistryError> {
    hash_password(&password).map_err(|error| failed(format!("cannot make a password: {error}")))
}

fn refused(error: impl std::fmt::Display) -> RegistryError {
    RegistryError::Refused(error.to_string())
}

fn failed(error: impl std::fmt::Display) -> RegistryError {
    RegistryError::Failed(error.to_string())
}

impl From<CreateError> for RegistryError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Taken { .. } => refused(format!("{error}; choose another --prefix")),
            CreateError::Store(error) => failed(error),
        }
    }
}

impl From<ChangeError> for RegistryError {
    fn from(error: ChangeError) -> Self {
        failed(error)
    }
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        failed(error)
    }
}
