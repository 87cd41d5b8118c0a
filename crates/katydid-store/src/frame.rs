//! Frames: how records stand in the file.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::error::ReadError;
use crate::record::Record;
use crate::{Torn, VERSION};

/// The first bytes of every file.
const MAGIC: &[u8; 8] = b"katydid\n";
/// Magic and version.
pub(crate) const HEAD: usize = MAGIC.len() + 4;
/// Length and checksum.
pub(crate) const FRAME_HEAD: usize = 8;
/// The longest frame, packed and unpacked: thousands of times a usual second, and small enough that
/// a file made to harm cannot take the memory of a machine.
const MOST: usize = 64 << 20;

/// What a file begins with.
pub(crate) fn head() -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..MAGIC.len()].copy_from_slice(MAGIC);
    head[MAGIC.len()..].copy_from_slice(&VERSION.to_le_bytes());
    head
}

/// Reads the first bytes of a file.
///
/// # Errors
/// They are not those of a file that can be read.
pub(crate) fn check_head(bytes: &[u8]) -> Result<(), ReadError> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return Err(ReadError::Foreign) };
    let version = rest.get(..4).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes);
    match version {
        None | Some(0) => Err(ReadError::Foreign),
        Some(found) if found > VERSION => Err(ReadError::Newer { found, known: VERSION }),
        Some(_) => Ok(()),
    }
}

/// One record as bytes, to be packed.
pub(crate) fn encode(record: &Record<'_>) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    rmp_serde::to_vec_named(record)
}

/// Records that were encoded, one after the other, as one frame.
pub(crate) fn pack(records: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; FRAME_HEAD];
    let mut packer = DeflateEncoder::new(&mut frame, Compression::new(4));
    // Writing into memory does not fail.
    let packed = packer.write_all(records).and_then(|()| packer.finish().map(|_| ()));
    debug_assert!(packed.is_ok());
    let length = (frame.len() - FRAME_HEAD) as u32;
    let sum = crc32fast::hash(&frame[FRAME_HEAD..]);
    frame[..4].copy_from_slice(&length.to_le_bytes());
    frame[4..FRAME_HEAD].copy_from_slice(&sum.to_le_bytes());
    frame
}

/// The records of a frame, unpacked, and the bytes that follow it.
pub(crate) type Unpacked<'a> = (Vec<u8>, &'a [u8]);

/// The next frame of `bytes`. `None` at the end.
///
/// # Errors
/// What stands there is no whole frame: which fault, with the bytes from there on.
pub(crate) fn unpack(bytes: &[u8], at: u64) -> Result<Option<Unpacked<'_>>, Torn> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let torn = |why: &str| Torn { at, lost: bytes.len() as u64, why: why.to_owned() };
    let number = |range: std::ops::Range<usize>| {
        bytes.get(range).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes)
    };
    let (Some(length), Some(sum)) = (number(0..4), number(4..FRAME_HEAD)) else {
        return Err(torn("it ends in the middle of a frame"));
    };
    let length = length as usize;
    if length > MOST {
        return Err(torn("what should be the length of a frame is none"));
    }
    let Some(packed) = bytes.get(FRAME_HEAD..FRAME_HEAD + length) else {
        return Err(torn("it ends in the middle of a frame"));
    };
    if crc32fast::hash(packed) != sum {
        return Err(torn("a frame is damaged: its checksum is another"));
    }
    let mut records = Vec::new();
    let read = DeflateDecoder::new(packed).take(MOST as u64 + 1).read_to_end(&mut records);
    match read {
        Ok(length) if length <= MOST => Ok(Some((records, &bytes[FRAME_HEAD + packed.len()..]))),
        Ok(_) => Err(torn("a frame is larger than any that is written")),
        Err(_) => Err(torn("a frame cannot be unpacked")),
    }
}
