//! Stripe's signatures: `t=SECONDS,v1=HEX,…` in `Stripe-Signature`, where HEX is the HMAC-SHA256 of
//! `SECONDS.BODY`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far a signature's time may be from ours, in seconds: older ones are replayed, and those from
/// the future would be good for too long.
const TOLERANCE: i64 = 300;

/// Whether a body was signed with the secret, lately. Several `v1` stand there while a secret is
/// being replaced; other schemes are passed over.
pub(super) fn holds(header: &str, body: &[u8], secret: &[u8], now: i64) -> bool {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", seconds)) if time.is_none() => time = Some(seconds),
            // Two times could each vouch for the other's signature.
            Some(("t", _)) => return false,
            Some(("v1", hex)) => signatures.push(hex),
            _ => {}
        }
    }
    let Some(time) = time else { return false };
    let Ok(seconds) = time.parse::<i64>() else { return false };
    if seconds.saturating_sub(now).saturating_abs() > TOLERANCE {
        return false;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    // The digits as they were signed.
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    signatures
        .iter()
        .filter_map(|hex| unhex(hex))
        // Compares in constant time.
        .any(|signature| mac.clone().verify_slice(&signature).is_ok())
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::holds;

    /// Made with Python's hmac, as Stripe's own package does.
    const SECRET: &[u8] = b"whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const TIME: i64 = 1_700_000_000;
    const V1: &str = "248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a";

    #[test]
    fn a_genuine_signature_holds_for_five_minutes_either_way() {
        let header = format!("t={TIME},v1={V1}");
        for (now, good) in [
            (TIME, true),
            (TIME + 300, true),
            (TIME - 300, true),
            (TIME + 301, false),
            (TIME - 301, false),
        ] {
            assert_eq!(holds(&header, BODY, SECRET, now), good, "{now}");
        }
        assert!(!holds(&header, br#"{"id":"evt_2"}"#, SECRET, TIME));
        assert!(!holds(&header, BODY, b"whsec_other", TIME));
    }

    #[test]
    fn one_of_several_signatures_is_enough_and_other_schemes_are_none() {
        let wrong = "0".repeat(64);
        for (header, good) in [
            (format!("t={TIME},v1={wrong},v1={V1}"), true),
            (format!("t={TIME},v1={V1},v1={wrong},v0=abc"), true),
            (format!("t={TIME}, v1={V1}"), true),
            (format!("v1={V1},t={TIME}"), true),
            (format!("t={TIME},v0={V1}"), false),
            (format!("t={TIME},t={TIME},v1={V1}"), false),
            (format!("t={TIME},v1={}", &V1[..62]), false),
            (format!("t=0{TIME},v1={V1}"), false),
            (format!("v1={V1}"), false),
            (format!("t={TIME}"), false),
            ("t=,v1=".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(holds(&header, BODY, SECRET, TIME), good, "{header}");
        }
    }

    proptest! {
        #[test]
        fn nothing_made_up_holds_and_nothing_breaks(
            header in "(t=[0-9-]{0,20},)?(v[01]=[0-9a-fg]{0,70},?){0,3}.{0,10}",
            now in any::<i64>(),
        ) {
            prop_assert!(!holds(&header, BODY, SECRET, now));
        }
    }
}
