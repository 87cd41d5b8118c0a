//! Audio on disk: `{user_id}/audio/{name}` in a directory that several services may share. Each
//! writes files of its own names, and any of them removes what is old.

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{StatusCode, request::Parts},
    response::Response,
};
use tokio::task::spawn_blocking;
use tower_http::services::ServeFile;
use uuid::Uuid;

use super::{Doing, Key, MOST_READ, Mark, Storage, StorageError, Stored};
use crate::domain::UserId;

/// The files of all accounts below one directory.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.dir(key.user()).join(key.file())
    }

    fn dir(&self, user: &UserId) -> PathBuf {
        self.root.join(user.as_str()).join("audio")
    }
}

impl Storage for Disk {
    fn put(&self, key: &Key, content: Bytes) -> Doing<'_, ()> {
        let path = self.path(key);
        blocking("store the audio", move || write_whole(&path, &content))
    }

    fn read(&self, key: &Key) -> Doing<'_, Option<Stored>> {
        let path = self.path(key);
        blocking("read what is stored", move || if_there(read_whole(&path)))
    }

    fn age(&self, key: &Key) -> Doing<'_, Option<Duration>> {
        let path = self.path(key);
        blocking("look for what is stored", move || if_there(age(fs::metadata(path))))
    }

    fn serve(&self, key: &Key, head: Parts) -> Doing<'_, Option<Response>> {
        let path = self.path(key);
        Box::pin(async move {
            let request = Request::from_parts(head, Body::empty());
            let served = match ServeFile::new(path).try_call(request).await {
                Ok(served) => served,
                // The audio, or the account with its directory, is gone.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(StorageError::of("read the audio")(error)),
            };
            let gone = served.status() == StatusCode::NOT_FOUND;
            Ok((!gone).then(|| served.map(Body::new)))
        })
    }

    /// The service itself opens its files.
    fn direct_link(&self, _: &Key, _: Duration) -> Doing<'_, Option<String>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn remove(&self, key: &Key) -> Doing<'_, ()> {
        let path = self.path(key);
        blocking("remove audio", move || ignore_absent(fs::remove_file(path)))
    }

    fn remove_all(&self, user: &UserId) -> Doing<'_, ()> {
        let dir = self.root.join(user.as_str());
        let gone = self.root.join(format!(".gone-{}", Uuid::new_v4().simple()));
        blocking("remove the audio of an account", move || {
            // Out of the way first: what somebody writes there meanwhile would keep it from being removed.
            ignore_absent(fs::rename(dir, &gone).and_then(|()| fs::remove_dir_all(&gone)))
        })
    }

    fn sweep(&self, older: Duration) -> Doing<'_, usize> {
        let root = self.root.clone();
        blocking("remove old audio", move || {
            let mut removed = 0;
            for user in fs::read_dir(root)? {
                removed += sweep_dir(&user?.path().join("audio"), older)?;
            }
            Ok(removed)
        })
    }

    fn probe(&self) -> Doing<'_, ()> {
        let path = self.root.join(format!(".probe-{}", Uuid::new_v4().simple()));
        blocking("write to the directory of the audio", move || {
            let written = fs::write(&path, b"ok");
            ignore_absent(fs::remove_file(&path)).and(written)
        })
    }

    fn mark(&self) -> Doing<'_, Mark> {
        let root = self.root.clone();
        blocking("mark the directory of the audio", move || {
            Ok(Mark { setting: "AUDIO_DIR", value: mark(&root)? })
        })
    }
}

/// A name that nobody reads, then all of it on the disk, then its own name: a reader meets the whole
/// or nothing, also after the machine died.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let dir = path.parent().expect("a key has a directory");
    fs::create_dir_all(dir)?;
    let unfinished = dir.join(format!("{}.part", Uuid::new_v4()));
    let written = fs::File::create(&unfinished)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_data()
        })
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // A full disk must not be filled further by halves of files.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn read_whole(path: &Path) -> io::Result<Stored> {
    let file = fs::File::open(path)?;
    let age = age(file.metadata())?;
    let mut content = Vec::new();
    file.take(MOST_READ + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MOST_READ {
        return Err(io::Error::other(format!("it has more than {MOST_READ} bytes")));
    }
    Ok(Stored { content: content.into(), age })
}

/// Since a file was written. One from the future, by another machine's clock, is new.
fn age(data: io::Result<fs::Metadata>) -> io::Result<Duration> {
    let modified = data?.modified()?;
    Ok(SystemTime::now().duration_since(modified).unwrap_or_default())
}

fn sweep_dir(dir: &Path, older: Duration) -> io::Result<usize> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        // No audio yet, the account went away meanwhile, or a probe of another service is there.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(0);
        }
        Err(error) => return Err(error),
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        // Another service may have removed it just now.
        let Ok(age) = age(entry.metadata()) else { continue };
        if age > older {
            ignore_absent(fs::remove_file(entry.path()))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// What tells this directory from every other, kept in it.
fn mark(root: &Path) -> io::Result<String> {
    let (path, mine) = (root.join(".mark"), root.join(format!(".{}", Uuid::new_v4())));
    if !path.exists() {
        fs::write(&mine, Uuid::new_v4().to_string())?;
        // Unlike a new name a link never takes the place of one that another service made just now.
        match fs::hard_link(&mine, &path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                // There are file systems without links.
                fs::rename(&mine, &path)?;
            }
            _ => fs::remove_file(&mine)?,
        }
    }
    fs::read_to_string(path)
}

fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    if_there(result).map(Option::unwrap_or_default)
}

fn blocking<T: Send + 'static>(
    step: &'static str,
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Doing<'static, T> {
    Box::pin(async move {
        let done = spawn_blocking(job).await.map_err(io::Error::other);
        done.flatten().map_err(StorageError::of(step))
    })
}

#[cfg(test)]
mod tests {
    use std::{fs::File, path::Path, sync::Arc, time::Duration};

    use axum::{
        body::{Body, Bytes, to_bytes},
        http::{Request, Response, header},
    };

    use super::{Disk, Storage};
    use crate::{
        domain::UserId,
        storage::{Key, Kind},
    };

    fn disk() -> (tempfile::TempDir, Disk) {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::open(dir.path().join("users")).unwrap();
        (dir, disk)
    }

    fn make_old(path: &Path, seconds: u64) {
        let old = std::time::SystemTime::now() - Duration::from_secs(seconds);
        File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }

    async fn ask(disk: &Disk, key: &Key, range: &str) -> Option<Response<Body>> {
        let request = Request::builder().header(header::RANGE, range).body(()).unwrap();
        disk.serve(key, request.into_parts().0).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_put_is_read_served_in_ranges_and_removed() {
        let (_dir, disk) = disk();
        let key = Key::fresh(&UserId::new(), Kind::Mp3);
        assert_eq!(disk.read(&key).await.unwrap(), None);
        assert_eq!(disk.age(&key).await.unwrap(), None);
        assert!(ask(&disk, &key, "bytes=0-").await.is_none());

        disk.put(&key, Bytes::from_static(b"0123456789")).await.unwrap();
        let stored = disk.read(&key).await.unwrap().unwrap();
        assert_eq!(stored.content, b"0123456789"[..]);
        assert!(stored.age < Duration::from_mins(1));
        assert!(disk.age(&key).await.unwrap().unwrap() < Duration::from_mins(1));
        let served = ask(&disk, &key, "bytes=2-4").await.unwrap();
        assert_eq!(served.status(), 206);
        assert_eq!(served.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
        assert_eq!(served.headers()[header::CONTENT_TYPE], "audio/mpeg");
        assert_eq!(to_bytes(served.into_body(), 100).await.unwrap(), b"234"[..]);
        let folder = disk.path(&key).parent().unwrap().to_owned();
        assert_eq!(folder.read_dir().unwrap().count(), 1, "nothing unfinished is left");

        for _ in 0..2 {
            disk.remove(&key).await.unwrap();
            assert_eq!(disk.read(&key).await.unwrap(), None);
        }
        disk.put(&key, Bytes::from_static(b"again")).await.unwrap();
        for _ in 0..2 {
            disk.remove_all(key.user()).await.unwrap();
            assert_eq!(disk.read(&key).await.unwrap(), None);
        }
        disk.probe().await.unwrap();
        assert_eq!(disk.mark().await.unwrap(), disk.mark().await.unwrap());
    }

    /// It failed with *directory not empty*, and so did the removal of the account.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_written_meanwhile_does_not_keep_an_account_from_being_removed() {
        let (_dir, disk) = disk();
        let (disk, user) = (Arc::new(disk), UserId::new());
        let writing = tokio::spawn({
            let (disk, user) = (Arc::clone(&disk), user.clone());
            async move {
                for _ in 0..500 {
                    // Whether it comes before the removal or after is not the matter here.
                    let note = Key::fresh(&user, Kind::Json);
                    let _ = disk.put(&note, Bytes::from_static(b"{}")).await;
                }
            }
        });
        while !writing.is_finished() {
            disk.remove_all(&user).await.unwrap();
        }
        writing.await.unwrap();
    }

    #[tokio::test]
    async fn only_what_is_old_is_swept_also_what_was_never_finished() {
        let (_dir, disk) = disk();
        let user = UserId::new();
        let [old, young] = [0, 1].map(|_| Key::fresh(&user, Kind::Mp3));
        for key in [&old, &young] {
            disk.put(key, Bytes::from_static(b"audio")).await.unwrap();
        }
        let unfinished = disk.path(&old).with_extension("part");
        File::create(&unfinished).unwrap();
        make_old(&disk.path(&old), 4_000);
        make_old(&unfinished, 4_000);
        make_old(&disk.path(&young), 3_000);
        assert_eq!(disk.sweep(Duration::from_hours(1)).await.unwrap(), 2);
        assert_eq!(disk.read(&old).await.unwrap(), None);
        assert!(disk.age(&young).await.unwrap().unwrap() > Duration::from_mins(49));
        assert!(!unfinished.exists());
    }
}
