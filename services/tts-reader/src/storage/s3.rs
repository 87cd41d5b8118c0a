//! Audio in a bucket of S3, or of what speaks like it: `users/{user_id}/audio/{name}`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{body::Bytes, http::request::Parts, response::Response};
use tts_reader_aws::{AwsError, s3};

use super::{Doing, Key, Kind, MOST_READ, Mark, Storage, StorageError, Stored};
use crate::{domain::UserId, settings};

/// What all keys begin with: a bucket may have more in it.
const ROOT: &str = "users";
/// Requests cost money, so what is old waits longer than on a disk, and the bucket is not looked at
/// every second.
const BETWEEN_SWEEPS: Duration = Duration::from_mins(10);
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

pub(super) fn open(bucket: &settings::Bucket) -> Result<Arc<dyn Storage>, String> {
    let opened = s3::Bucket::open(&bucket.aws.config(), &bucket.name);
    let bucket = opened.map_err(|error| format!("S3_BUCKET_NAME={}: {error}", bucket.name))?;
    Ok(Arc::new(S3 { bucket, swept: Mutex::new(None), looked: Mutex::new(None) }))
}

#[derive(Debug)]
struct S3 {
    bucket: s3::Bucket,
    /// When it was last swept.
    swept: Mutex<Option<Instant>>,
    /// When it was last found well.
    looked: Mutex<Option<Instant>>,
}

impl Storage for S3 {
    fn put(&self, key: &Key, content: Bytes) -> Doing<'_, ()> {
        let (path, kind) = (path(key), media_type(key.kind()));
        doing("store the audio", async move { self.bucket.put(&path, content, kind).await })
    }

    fn read(&self, key: &Key) -> Doing<'_, Option<Stored>> {
        let path = path(key);
        doing("read what is stored", async move {
            let found = self.bucket.get(&path, MOST_READ).await?;
            Ok(found.map(|found| Stored { content: found.content, age: found.age }))
        })
    }

    fn age(&self, key: &Key) -> Doing<'_, Option<Duration>> {
        let path = path(key);
        doing("look for what is stored", async move { self.bucket.age(&path).await })
    }

    /// Links lead to S3 itself: one of this service's own is from before it kept audio there.
    fn serve(&self, _: &Key, _: Parts) -> Doing<'_, Option<Response>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn direct_link(&self, key: &Key, life: Duration) -> Doing<'_, Option<String>> {
        let path = path(key);
        doing("sign a link", async move { self.bucket.link(&path, life).await.map(Some) })
    }

    fn remove(&self, key: &Key) -> Doing<'_, ()> {
        let path = path(key);
        doing("remove audio", async move { self.bucket.remove(&path).await })
    }

    fn remove_all(&self, user: &UserId) -> Doing<'_, ()> {
        let folder = format!("{ROOT}/{user}");
        doing("remove the audio of an account", async move {
            self.bucket.remove_all(&folder).await.map(drop)
        })
    }

    fn sweep(&self, older: Duration) -> Doing<'_, usize> {
        doing("remove old audio", async move {
            if is_younger(&self.swept, BETWEEN_SWEEPS) {
                return Ok(0);
            }
            let removed = self.bucket.remove_older(ROOT, older).await?;
            note(&self.swept);
            Ok(removed)
        })
    }

    fn probe(&self) -> Doing<'_, ()> {
        doing("reach the bucket of the audio", async move {
            if !is_younger(&self.looked, BETWEEN_LOOKS) {
                self.bucket.probe().await?;
                note(&self.looked);
            }
            Ok(())
        })
    }

    fn mark(&self) -> Doing<'_, Mark> {
        let value = self.bucket.place().to_owned();
        Box::pin(std::future::ready(Ok(Mark { setting: "S3_BUCKET_NAME", value })))
    }
}

// Each is replaced as a whole.
fn is_younger(last: &Mutex<Option<Instant>>, age: Duration) -> bool {
    let last = *last.lock().unwrap_or_else(PoisonError::into_inner);
    last.is_some_and(|last| last.elapsed() < age)
}

fn note(last: &Mutex<Option<Instant>>) {
    *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

fn path(key: &Key) -> String {
    format!("{ROOT}/{}/audio/{}", key.user(), key.file())
}

fn media_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Mp3 => "audio/mpeg",
        Kind::Wav => "audio/wav",
        Kind::Json => "application/json",
    }
}

fn doing<'a, T>(
    step: &'static str,
    work: impl Future<Output = Result<T, AwsError>> + Send + 'a,
) -> Doing<'a, T> {
    Box::pin(async move {
        work.await.map_err(|error| StorageError::Failed { step, cause: error.to_string() })
    })
}
