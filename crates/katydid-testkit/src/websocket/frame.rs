//! Frames by hand (RFC 6455, 5), so that wrong ones are possible.

use bytes::{Buf as _, Bytes, BytesMut};

/// The last part of a message.
pub(crate) const FIN: u8 = 0x80;
pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xA;

/// The bit that says that a key for unmasking follows.
const MASKED: u8 = 0x80;

/// A frame of the client, unmasked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) opcode: u8,
    pub(crate) payload: Bytes,
}

/// A frame of a server: its first byte as given, its length announced as `length`.
pub(crate) fn write(out: &mut Vec<u8>, first: u8, length: u64, payload: &[u8]) {
    out.push(first);
    match length {
        0..126 => out.push(length as u8),
        126..0x1_0000 => {
            out.push(126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}

/// The same as only a client may send it.
pub(crate) fn write_masked(out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    let key = [1, 2, 3, 4];
    out.extend_from_slice(&[first, MASKED | payload.len() as u8]);
    out.extend_from_slice(&key);
    out.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
}

/// Takes the first frame out of `bytes`, if it is there in whole. Parts of a message stay parts.
///
/// # Errors
/// When it is not masked: a client has to.
pub(crate) fn read(bytes: &mut BytesMut) -> Result<Option<Frame>, ()> {
    let [first, second, rest @ ..] = &bytes[..] else { return Ok(None) };
    if second & MASKED == 0 {
        return Err(());
    }
    let (extra, length) = match second & !MASKED {
        126 => {
            (2, rest.get(..2).map(|it| it.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))))
        }
        127 => {
            (8, rest.get(..8).map(|it| it.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))))
        }
        length => (0, Some(u64::from(length))),
    };
    let Some(length) = length.and_then(|length| usize::try_from(length).ok()) else {
        return Ok(None);
    };
    let head = 2 + extra + 4;
    if bytes.len() < head || bytes.len() - head < length {
        return Ok(None);
    }
    let opcode = first & 0x0F;
    let key: [u8; 4] = [0, 1, 2, 3].map(|at| bytes[head - 4 + at]);
    bytes.advance(head);
    let mut payload = bytes.split_to(length);
    payload.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    Ok(Some(Frame { opcode, payload: payload.freeze() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455, 5.7.
    #[test]
    fn a_masked_hello_is_read_once_it_is_whole() {
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        let mut bytes = BytesMut::new();
        for byte in &hello[..10] {
            bytes.extend_from_slice(&[*byte]);
            assert_eq!(read(&mut bytes), Ok(None));
        }
        bytes.extend_from_slice(&hello[10..]);
        let frame = Frame { opcode: TEXT, payload: Bytes::from_static(b"Hello") };
        assert_eq!(read(&mut bytes), Ok(Some(frame)));
        assert!(bytes.is_empty());
        bytes.extend_from_slice(&[0x81, 0x05]);
        assert_eq!(read(&mut bytes), Err(()), "not masked");
    }
}
