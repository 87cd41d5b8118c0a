//! Whom a certificate names and until when it holds, read from its DER (RFC 5280, 4.1).
//!
//! Nothing is trusted because of this: whether a certificate is believed, rustls decides.

use std::time::SystemTime;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Certificate;

const INTEGER: u8 = 0x02;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// A DNS name among the names of a certificate.
const DNS_NAME: u8 = 0x82;
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.29.17
const OTHER_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

/// What it says of itself; `None` where it is none.
pub(super) fn read(der: &[u8], sent: usize) -> Option<Certificate> {
    let mut certificate = Der(Der(der).take(SEQUENCE)?);
    let mut body = Der(certificate.take(SEQUENCE)?);
    if body.tag() == Some(VERSION) {
        body.next()?;
    }
    // Serial number, algorithm, issuer.
    body.take(INTEGER)?;
    body.take(SEQUENCE)?;
    body.take(SEQUENCE)?;
    let mut validity = Der(body.take(SEQUENCE)?);
    let (not_before, not_after) = (time(validity.next()?)?, time(validity.next()?)?);
    let subject = common_name(body.take(SEQUENCE)?).or_else(|| first_name(body));
    Some(Certificate { subject, not_before, not_after, sent })
}

/// Values of DER one after the other.
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next value: its tag and what is in it.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, length, rest @ ..] = self.0 else { return None };
        let (length, rest) = match *length {
            short @ 0..=0x7f => (usize::from(short), rest),
            // Lengths of more bytes than these are beyond any certificate.
            long @ 0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
                let length = bytes.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, value))
    }

    /// What is in the next value, which must have this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(is, _)| *is == tag).map(|(_, value)| value)
    }
}

/// The common name among the parts of a name.
fn common_name(name: &[u8]) -> Option<String> {
    let mut parts = Der(name);
    while let Some(part) = parts.take(SET) {
        let mut pair = Der(Der(part).take(SEQUENCE)?);
        if pair.take(OBJECT_IDENTIFIER)? == COMMON_NAME {
            return text(pair.next()?.1);
        }
    }
    None
}

/// The first DNS name of the extensions, which follow the subject.
fn first_name(mut rest: Der<'_>) -> Option<String> {
    while let Some((tag, list)) = rest.next() {
        if tag != EXTENSIONS {
            continue;
        }
        let mut extensions = Der(Der(list).take(SEQUENCE)?);
        while let Some(extension) = extensions.take(SEQUENCE) {
            let mut extension = Der(extension);
            if extension.take(OBJECT_IDENTIFIER)? == OTHER_NAMES {
                return dns_name(extension);
            }
        }
    }
    None
}

fn dns_name(mut extension: Der<'_>) -> Option<String> {
    // Perhaps whether it is critical, then the value, wrapped.
    while let Some((_, value)) = extension.next() {
        let Some(names) = Der(value).take(SEQUENCE) else { continue };
        let mut names = Der(names);
        while let Some((tag, name)) = names.next() {
            if tag == DNS_NAME {
                return text(name);
            }
        }
    }
    None
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.chars().any(char::is_control))
}

/// `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` after.
fn time((tag, value): (u8, &[u8])) -> Option<SystemTime> {
    let text = std::str::from_utf8(value).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let year: i16 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let number = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let day = Date::new(year, number(0)?, number(2)?).ok()?;
    let time = Time::new(number(4)?, number(6)?, number(8)?, 0).ok()?;
    let moment = day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(moment.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_forms_are_read_and_others_are_not() {
        let utc = time((UTC_TIME, b"261231235959Z")).unwrap();
        assert_eq!(Some(utc), time((GENERALIZED_TIME, b"20261231235959Z")));
        assert!(time((UTC_TIME, b"500101000000Z")).unwrap() < SystemTime::UNIX_EPOCH);
        for wrong in
            [&b"261331000000Z"[..], b"2612312359", b"Z", b"\xff\xff", b"26123123595\xc3\xa9Z"]
        {
            assert_eq!(time((UTC_TIME, wrong)), None);
        }
    }

    #[test]
    fn lengths_that_reach_beyond_the_end_are_no_certificate() {
        for wrong in
            [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x85", b"\x30\x03\x30\x01"]
        {
            assert_eq!(read(wrong, 1), None);
        }
    }
}
