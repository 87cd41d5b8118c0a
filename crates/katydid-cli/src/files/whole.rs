//! Two ways to write a file of which no reader ever sees a part: replace it, or append lines.

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use signal_hook::consts::SIGXFSZ;

/// Bytes of lines kept for a file that takes none: days of a usual history, twenty minutes of the
/// fullest.
pub(super) const MOST_PENDING: usize = 64 << 20;

/// Lets a limit on file sizes fail a write. Else it would kill the process; without the handler it
/// still does, which is no reason to write nothing.
pub(crate) fn survive_file_limits() {
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// Replaces a file, so that readers see the old text or the new one; makes its folder.
///
/// # Errors
/// It cannot be written; the old text is still there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder_of(path);
    let beside = beside(path);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Tries whether a file could be written later; makes its folder, and leaves the file alone.
///
/// # Errors
/// It could not.
pub(crate) fn probe(path: &Path) -> io::Result<()> {
    make_folder_of(path);
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let beside = beside(path);
    File::create(&beside)?;
    fs::remove_file(&beside)
}

fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    PathBuf::from(beside)
}

fn make_folder_of(path: &Path) {
    if let Some(folder) = path.parent() {
        // The reason, if there is one, is told by the file that cannot be made in it.
        let _ = fs::create_dir_all(folder);
    }
}

/// A file that grows by whole lines. Lines that it does not take are kept and tried again.
#[derive(Debug)]
pub(super) struct Growing {
    path: PathBuf,
    file: Option<File>,
    /// Bytes of whole lines in the file.
    length: u64,
    pending: Vec<u8>,
    /// Lines were given up.
    gap: bool,
}

impl Growing {
    /// The first append replaces what an earlier run left.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None, length: 0, pending: Vec::new(), gap: false }
    }

    /// Lines are missing for good.
    pub(super) fn give_up(&mut self) {
        self.gap = true;
    }

    /// Appends whole lines, and before them those that could not be appended yet.
    ///
    /// # Errors
    /// The file takes no more, or has lost lines; what it holds are whole lines.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.gap |= self.pending.len() + lines.len() > MOST_PENDING;
        if !self.gap {
            self.pending.extend_from_slice(lines);
        }
        self.write_pending()?;
        // Lines after a gap would look like a run without one.
        if self.gap { Err(io::Error::other("too many lines waited for it")) } else { Ok(()) }
    }

    fn write_pending(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                make_folder_of(&self.path);
                self.file.insert(File::create(&self.path)?)
            }
        };
        if let Err(fault) = file.write_all(&self.pending) {
            // What a full disk took of a line goes again.
            let _ = file.set_len(self.length);
            let _ = file.seek(SeekFrom::Start(self.length));
            return Err(fault);
        }
        self.length += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

#[cfg(test)]
impl Growing {
    /// The same lines, and room for them at `path`.
    pub(super) fn elsewhere(self, path: PathBuf) -> Self {
        Self { path, file: None, length: 0, ..self }
    }
}
