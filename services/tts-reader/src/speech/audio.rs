//! Audio on disk: `{user_id}/audio/{uuid}.mp3` in a directory that several services may share. Each
//! writes files of its own names, and any of them removes what is old.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::domain::UserId;

/// The audio files of all accounts.
#[derive(Debug, Clone)]
pub(crate) struct AudioFiles {
    root: PathBuf,
}

impl AudioFiles {
    pub(crate) fn open(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    /// What tells this directory from every other, kept in it: two services with the same mark share it.
    pub(crate) fn mark(&self) -> io::Result<String> {
        let (path, mine) =
            (self.root.join(".mark"), self.root.join(format!(".{}", Uuid::new_v4())));
        if !path.exists() {
            fs::write(&mine, Uuid::new_v4().to_string())?;
            // Unlike a new name a link never takes the place of one that another service made just now.
            match fs::hard_link(&mine, &path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    // There are file systems without links.
                    fs::rename(&mine, &path)?;
                }
                _ => fs::remove_file(&mine)?,
            }
        }
        fs::read_to_string(path)
    }

    /// Writes a file, whole or not at all, and returns its name.
    pub(crate) async fn save(
        &self,
        user: &UserId,
        extension: &'static str,
        audio: Vec<u8>,
    ) -> io::Result<String> {
        let dir = self.dir(user);
        blocking(move || {
            fs::create_dir_all(&dir)?;
            let id = Uuid::new_v4();
            let unfinished = dir.join(format!("{id}.part"));
            let name = format!("{id}.{extension}");
            let written = fs::write(&unfinished, audio)
                .and_then(|()| fs::rename(&unfinished, dir.join(&name)));
            if let Err(error) = written {
                // A full disk must not be filled further by halves of files.
                let _ = fs::remove_file(&unfinished);
                return Err(error);
            }
            Ok(name)
        })
        .await
    }

    /// Where a file of that name is, if it is a name that `save` gives.
    pub(crate) fn path(&self, user: &UserId, name: &str) -> Option<PathBuf> {
        let (id, extension) = name.split_once('.')?;
        let canonical = Uuid::try_parse(id).ok()?.hyphenated().to_string() == id;
        (canonical && matches!(extension, "mp3" | "wav")).then(|| self.dir(user).join(name))
    }

    /// Removes one file, if it is there.
    pub(crate) async fn remove(&self, user: &UserId, name: &str) -> io::Result<()> {
        let path = self.dir(user).join(name);
        blocking(move || ignore_absent(fs::remove_file(path))).await
    }

    /// Removes everything of an account.
    pub(crate) async fn remove_all(&self, user: &UserId) -> io::Result<()> {
        let dir = self.root.join(user.as_str());
        blocking(move || ignore_absent(fs::remove_dir_all(dir))).await
    }

    /// Removes files older than that; returns how many.
    pub(crate) async fn sweep(&self, age: Duration) -> io::Result<usize> {
        let root = self.root.clone();
        blocking(move || {
            let mut removed = 0;
            for user in fs::read_dir(root)? {
                removed += sweep_dir(&user?.path().join("audio"), age)?;
            }
            Ok(removed)
        })
        .await
    }

    /// Whether a file can be written now.
    pub(crate) async fn probe(&self) -> io::Result<()> {
        let path = self.root.join(format!(".probe-{}", Uuid::new_v4().simple()));
        blocking(move || {
            let written = fs::write(&path, b"ok");
            ignore_absent(fs::remove_file(&path)).and(written)
        })
        .await
    }

    fn dir(&self, user: &UserId) -> PathBuf {
        self.root.join(user.as_str()).join("audio")
    }
}

fn sweep_dir(dir: &Path, age: Duration) -> io::Result<usize> {
    use io::ErrorKind::{NotADirectory, NotFound};
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        // No audio yet, the account went away meanwhile, or a probe of another service is there.
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(0),
        Err(error) => return Err(error),
    };
    let now = SystemTime::now();
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let Ok(modified) = entry.metadata().and_then(|data| data.modified()) else { continue };
        if now.duration_since(modified).is_ok_and(|old| old > age) {
            ignore_absent(fs::remove_file(entry.path()))?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(job).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::AudioFiles;
    use crate::domain::UserId;

    #[tokio::test]
    async fn files_are_found_by_their_own_names_only_and_go_when_old() {
        let dir = tempfile::tempdir().unwrap();
        let files = AudioFiles::open(dir.path().join("users")).unwrap();
        assert_eq!(files.mark().unwrap(), files.mark().unwrap());
        let user = UserId::new();
        let name = files.save(&user, "mp3", b"audio".to_vec()).await.unwrap();
        let path = files.path(&user, &name).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"audio");
        for wrong in ["../../tts-reader.db", "..", "a.mp3", &name.replace("mp3", "part")] {
            assert!(files.path(&user, wrong).is_none(), "{wrong}");
        }
        assert_eq!(files.sweep(Duration::from_hours(1)).await.unwrap(), 0);
        let old = std::time::SystemTime::now() - Duration::from_secs(4_000);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        assert_eq!(files.sweep(Duration::from_hours(1)).await.unwrap(), 1);
        assert!(!path.exists());
    }
}
