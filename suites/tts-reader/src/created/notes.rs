//! Notes read again.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::journal::append;
use super::{FILE, Head, Line, Registered, VERSION};

/// What a run has noted.
#[derive(Debug)]
pub(crate) struct Notes {
    folder: PathBuf,
    pub(crate) head: Head,
    /// Accounts that were registered and, for all that is known, not deleted.
    pub(crate) registered: Vec<Registered>,
    /// Notes that are missing.
    pub(crate) lost: u64,
}

/// Why notes cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotesError {
    #[error(
        "{folder} has no notes of what its run made ({FILE}): another program or an older one left \
         it; remove its test accounts with `tts-load accounts remove`",
        folder = .0.display()
    )]
    Absent(PathBuf),
    #[error("{path} cannot be read: {fault}", path = path.display())]
    Unreadable { path: PathBuf, fault: io::Error },
    #[error(
        "{path}, line {line}: {fault}; remove the test accounts of this run with `tts-load accounts \
         remove`",
        path = path.display()
    )]
    Broken { path: PathBuf, line: usize, fault: String },
    #[error(
        "{path} was written by a newer tts-load (version {version} of its form, known is {VERSION}); \
         use that one",
        path = path.display()
    )]
    Newer { path: PathBuf, version: u64 },
}

impl Notes {
    /// Reads the notes in the folder of a run.
    ///
    /// # Errors
    /// They are not there, or not notes.
    pub(crate) fn read(folder: &Path) -> Result<Self, NotesError> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                return Err(NotesError::Absent(folder.to_owned()));
            }
            Err(fault) => return Err(NotesError::Unreadable { path, fault }),
        };
        let mut heads = Vec::new();
        let (mut registered, mut lost) = (Vec::<Registered>::new(), 0);
        // A run that was killed may have left half a line at the end.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for (number, line) in (1..).zip(whole.lines()) {
            match line_of(line, &path, number)? {
                // A search has one for each of its probes.
                Line::Run(head) => heads.push(head),
                Line::Registered(account) => registered.push(account),
                Line::Deleted(name) => registered.retain(|account| account.username != name),
                Line::Lost(count) => lost += count,
            }
        }
        let head = heads.pop().ok_or_else(|| NotesError::Absent(folder.to_owned()))?;
        Ok(Self { folder: folder.to_owned(), head, registered, lost })
    }

    /// Notes that these accounts are gone.
    ///
    /// # Errors
    /// The notes cannot be written.
    pub(crate) fn deleted(&self, names: Vec<String>) -> io::Result<()> {
        append(&self.folder, names.into_iter().map(Line::Deleted))
    }
}

fn line_of(text: &str, path: &Path, line: usize) -> Result<Line, NotesError> {
    serde_json::from_str(text).map_err(|fault| {
        let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
        let version = value.as_ref().and_then(|value| value["run"]["version"].as_u64());
        match version {
            Some(version) if version > u64::from(VERSION) => {
                NotesError::Newer { path: path.to_owned(), version }
            }
            // Not the line itself: it may have a password in it.
            _ => NotesError::Broken {
                path: path.to_owned(),
                line,
                fault: format!("it is not a note of tts-load (column {})", fault.column()),
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Journal;
    use super::*;
    use crate::accounts::Account;

    fn account(name: &str) -> Account {
        Account { username: name.to_owned(), password: "Pw-1".to_owned() }
    }

    #[test]
    fn what_was_noted_is_read_again_also_after_a_kill() {
        let dir = tempfile::tempdir().unwrap();
        let head = Head::new("http://localhost:5000", false);
        let journal = Journal::begin(dir.path(), head.clone()).unwrap();
        for name in ["a", "b", "c"] {
            journal.registered(&account(name));
        }
        journal.deleted("b");
        drop(journal);
        let path = dir.path().join(FILE);
        let mut text = fs::read_to_string(&path).unwrap();
        text += "{\"registered\":{\"usern";
        fs::write(&path, text).unwrap();
        let notes = Notes::read(dir.path()).unwrap();
        assert_eq!(notes.head, head);
        let names = |notes: &Notes| -> Vec<String> {
            notes.registered.iter().map(|account| account.username.clone()).collect()
        };
        assert_eq!(names(&notes), ["a", "c"]);
        assert_eq!(notes.lost, 0);
    }

    #[test]
    fn what_are_no_notes_is_said_without_what_they_hold() {
        let dir = tempfile::tempdir().unwrap();
        let told = |text: &str| {
            fs::write(dir.path().join(FILE), text).unwrap();
            Notes::read(dir.path()).unwrap_err().to_string()
        };
        let empty = tempfile::tempdir().unwrap();
        assert!(Notes::read(empty.path()).unwrap_err().to_string().contains("has no notes"));
        assert!(told("").contains("has no notes"));
        let broken = told("{\"registered\":{\"password\":\"secret\"}}\n");
        assert!(broken.contains("line 1: it is not a note"), "{broken}");
        assert!(!broken.contains("secret"), "{broken}");
        let newer = told("{\"run\":{\"version\":7,\"place\":\"elsewhere\"}}\n");
        assert!(newer.contains("newer tts-load (version 7 of its form, known is 1)"), "{newer}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_no_notes_is_told_at_the_beginning() {
        assert!(Journal::begin(Path::new("/proc"), Head::new("http://h", false)).is_err());
    }
}
