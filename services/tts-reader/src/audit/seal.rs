//! The seal beside the log: which lines there should be, so that a cut end is seen.
//!
//! It is renewed once a second at most. After a kill it is a moment behind the log, which is fine:
//! a log that goes on after its seal has lost nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::chain::{Key, Place, hex};

/// What the seal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    /// Number of the oldest line that was not rotated away.
    pub(super) first: u64,
    pub(super) last: Place,
}

/// The file of the seal as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Genuine(Seal),
    /// Not written with this key, or changed.
    Broken,
    Absent,
}

impl Seal {
    /// # Errors
    /// When there is a file that cannot be read.
    pub(super) fn read(log: &Path, key: &Key) -> io::Result<Found> {
        match fs::read_to_string(path(log)) {
            Ok(text) => Ok(Self::parse(&text, key).map_or(Found::Broken, Found::Genuine)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Absent),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Found::Broken),
            Err(error) => Err(error),
        }
    }

    /// Whole or not at all.
    pub(super) fn write(&self, log: &Path, key: &Key) -> io::Result<()> {
        let path = path(log);
        let unfinished = path.with_extension("seal.new");
        fs::write(&unfinished, format!("{} {} {}\n", self.first, self.last, self.signature(key)))?;
        fs::rename(unfinished, path)
    }

    fn parse(text: &str, key: &Key) -> Option<Self> {
        let (body, signature) = text.trim_end().rsplit_once(' ')?;
        let (first, last) = body.split_once(' ')?;
        let seal = Self { first: first.parse().ok()?, last: last.parse().ok()? };
        (seal.signature(key) == signature).then_some(seal)
    }

    fn signature(&self, key: &Key) -> String {
        let parts: [&[u8]; 3] =
            [&self.first.to_be_bytes(), &self.last.number.to_be_bytes(), &self.last.link];
        hex(key.sign("seal", parts))
    }
}

/// `tts_api_audit.log.seal`
pub(super) fn path(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".seal");
    PathBuf::from(name)
}
