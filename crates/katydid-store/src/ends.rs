//! Head and end of a file without the hours between them.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::error::ReadError;
use crate::folder::End;
use crate::frame::{self, FRAME_HEAD, HEAD};
use crate::header::Header;
use crate::reader::{Reader, records_of};
use crate::record::Record;

/// Room for the last frame: more than most ends of runs need.
const TAIL: u64 = 64 << 10;

/// The first record of a file, and the last one if it is the end of the run.
///
/// The last frame is the one whose length reaches to the end of the file and whose checksum is
/// right; where there is none in the last part of it, the whole file tells why.
pub(crate) fn read(path: &Path) -> Result<(Header, End), ReadError> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = vec![0; HEAD + FRAME_HEAD];
    if length <= TAIL || file.read_exact(&mut start).is_err() {
        return of_bytes(&fs::read(path)?);
    }
    let first = u32::from_le_bytes(start[HEAD..HEAD + 4].try_into().unwrap_or_default());
    // A length that no frame has would be read as one.
    let first = u64::from(first).min(length);
    (&mut file).take(first).read_to_end(&mut start)?;
    let header = header(start)?;
    file.seek(SeekFrom::Start(length - TAIL))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    match last_frame(&tail) {
        Some(at) => Ok((header, ending(&tail[at..], length - TAIL + at as u64))),
        None => of_bytes(&fs::read(path)?),
    }
}

/// Where the frame begins that ends with the file.
fn last_frame(tail: &[u8]) -> Option<usize> {
    (0..tail.len().saturating_sub(FRAME_HEAD)).find(|at| {
        let rest = &tail[*at..];
        let length = u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
        length == rest.len() - FRAME_HEAD && frame::unpack(rest, 0).is_ok()
    })
}

fn header(bytes: Vec<u8>) -> Result<Header, ReadError> {
    let mut reader = Reader::new(bytes)?;
    match reader.next() {
        Some(Record::Header(header)) => Ok(*header),
        _ => {
            let why = reader.torn().map_or("it says something else first", |torn| &torn.why);
            Err(ReadError::Head(why.to_owned()))
        }
    }
}

fn of_bytes(bytes: &[u8]) -> Result<(Header, End), ReadError> {
    let header = header(bytes.to_vec())?;
    let mut at = HEAD;
    let mut last = at;
    let length = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    while let Some(length) = length(at) {
        last = at;
        at = at.saturating_add(FRAME_HEAD + length as usize);
    }
    Ok((header, ending(&bytes[last..], last as u64)))
}

/// The end of the run, if this frame has it.
fn ending(frame: &[u8], at: u64) -> End {
    let records = frame::unpack(frame, at).map_err(Some)?;
    let records = records.map(|(records, _)| records).unwrap_or_default();
    match records_of(&records).unwrap_or_default().pop() {
        Some(Record::Ending(ending)) => Ok(*ending),
        _ => Err(None),
    }
}
