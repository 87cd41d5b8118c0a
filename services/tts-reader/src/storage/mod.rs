//! Where audio is kept: a directory, or a bucket of S3.
//!
//! Everything belongs to an account and has a name that nothing else ever has (`key.rs`). What is put is
//! there whole or not at all, never changes, and goes when it is old: links are made while it is young
//! enough to outlive them (`Settings::audio_retention`), so nothing is removed that a link still opens.

mod disk;
mod error;
mod key;
mod links;
#[cfg(feature = "s3")]
mod s3;
#[cfg(not(feature = "s3"))]
#[path = "no_s3.rs"]
mod s3;

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use axum::{body::Bytes, http::request::Parts, response::Response};

use disk::Disk;
pub(crate) use error::StorageError;
pub(crate) use key::{Key, Kind};
pub(crate) use links::{Link, Links};

use crate::{
    domain::UserId,
    server::ServeError,
    settings::{self, Settings},
};

/// What a storage is doing.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// A place for audio.
pub(crate) trait Storage: fmt::Debug + Send + Sync {
    /// Keeps something, whole or not at all.
    fn put(&self, key: &Key, content: Bytes) -> Doing<'_, ()>;

    /// What is kept and since when, if it is there. For short things: what is beside the audio.
    fn read(&self, key: &Key) -> Doing<'_, Option<Stored>>;

    /// How long ago it was put, if it is there.
    fn age(&self, key: &Key) -> Doing<'_, Option<Duration>>;

    /// Answers a request for it, if it is there: all or a range, as the request's head asks.
    fn serve(&self, key: &Key, head: Parts) -> Doing<'_, Option<Response>>;

    /// A link that opens it right where it is kept, if that place makes links.
    fn direct_link(&self, key: &Key, life: Duration) -> Doing<'_, Option<String>>;

    /// Removes it, if it is there.
    fn remove(&self, key: &Key) -> Doing<'_, ()>;

    /// Removes everything of an account.
    fn remove_all(&self, user: &UserId) -> Doing<'_, ()>;

    /// Removes what was put longer ago; returns how many.
    fn sweep(&self, older: Duration) -> Doing<'_, usize>;

    /// Whether something can be put now.
    fn probe(&self) -> Doing<'_, ()>;

    /// Tells this place from every other: services with the same mark share it.
    fn mark(&self) -> Doing<'_, Mark>;
}

/// Something short that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) content: Bytes,
    /// Since it was put.
    pub(crate) age: Duration,
}

/// Most bytes that are read at once.
const MOST_READ: u64 = 16 << 20;

/// What tells a place from others, and the setting that names the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) setting: &'static str,
    pub(crate) value: String,
}

/// The place that the settings name.
///
/// # Errors
/// When the directory cannot be made, or what would reach the bucket cannot be set up.
pub(crate) fn open(settings: &Settings) -> Result<Arc<dyn Storage>, ServeError> {
    Ok(match &settings.storage {
        settings::Storage::Local => {
            let root = settings.audio_dir();
            let disk = Disk::open(root.clone());
            Arc::new(disk.map_err(|source| ServeError::Audio { path: root, source })?)
        }
        settings::Storage::S3(bucket) => s3::open(bucket).map_err(ServeError::Start)?,
    })
}
