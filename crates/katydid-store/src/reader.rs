//! Records of a file, one by one, up to its end or to where it breaks off.

use std::collections::VecDeque;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use crate::error::{ReadError, Torn};
use crate::frame::{self, HEAD};
use crate::record::Record;

/// Reads the records of a saved run.
#[derive(Debug)]
pub struct Reader {
    bytes: Vec<u8>,
    at: usize,
    waiting: VecDeque<Record<'static>>,
    torn: Option<Torn>,
}

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, or is no saved run of a version that is known.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::new(fs::read(path)?)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// They are not those of a saved run of a version that is known.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ReadError> {
        frame::check_head(&bytes)?;
        Ok(Self { bytes, at: HEAD, waiting: VecDeque::new(), torn: None })
    }

    /// Where and why the file breaks off, once all records have been read. `None`: it does not.
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    /// Takes the next frame apart. `false`: there is none.
    fn refill(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let (records, after) = match frame::unpack(rest, self.at as u64) {
            Ok(Some(frame)) => frame,
            Ok(None) => return false,
            Err(torn) => {
                self.torn = Some(torn);
                return false;
            }
        };
        let after = self.bytes.len() - after.len();
        match records_of(&records) {
            Ok(records) => self.waiting.extend(records),
            Err(fault) => {
                let lost = (self.bytes.len() - self.at) as u64;
                let why = format!("a frame holds no records: {fault}");
                self.torn = Some(Torn { at: self.at as u64, lost, why });
                return false;
            }
        }
        self.at = after;
        true
    }
}

pub(crate) fn records_of(bytes: &[u8]) -> Result<Vec<Record<'static>>, rmp_serde::decode::Error> {
    let mut records = Vec::new();
    let mut cursor = Cursor::new(bytes);
    while (cursor.position() as usize) < bytes.len() {
        records.push(rmp_serde::from_read(&mut cursor)?);
    }
    Ok(records)
}

impl Iterator for Reader {
    type Item = Record<'static>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.waiting.pop_front() {
                return Some(record);
            }
            if self.torn.is_some() || !self.refill() {
                return None;
            }
        }
    }
}
