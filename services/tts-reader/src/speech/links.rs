//! Links to audio that work for a while and for nobody who did not get one.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::{Timestamp, UserId};

/// Signs and checks links.
pub(crate) struct Links {
    key: Vec<u8>,
    lifetime: Duration,
}

impl Links {
    pub(crate) fn new(secret: &[u8], lifetime: Duration) -> Self {
        // A key of its own, so that a signed link can never be taken for a signed token.
        let key = sign(secret, "tts-reader audio links");
        Self { key, lifetime }
    }

    /// Path and query of a link to one file, valid from now on.
    pub(crate) fn link(&self, user: &UserId, file: &str, now: Timestamp) -> String {
        let expires = now.plus(self.lifetime).unix_seconds();
        let signature = hex(&sign(&self.key, &message(user, file, expires)));
        format!("/audio/{user}/{file}?expires={expires}&signature={signature}")
    }

    /// Whether a link with these parts was made here and still works.
    pub(crate) fn holds(
        &self,
        user: &UserId,
        file: &str,
        expires: i64,
        signature: &str,
        now: Timestamp,
    ) -> bool {
        let Some(signature) = unhex(signature) else { return false };
        let genuine =
            mac(&self.key, &message(user, file, expires)).verify_slice(&signature).is_ok();
        genuine && now.unix_seconds() < expires
    }
}

fn message(user: &UserId, file: &str, expires: i64) -> String {
    format!("{user}/{file}\n{expires}")
}

fn mac(key: &[u8], message: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac
}

fn sign(key: &[u8], message: &str) -> Vec<u8> {
    mac(key, message).finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// Without the key.
impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Links;
    use crate::domain::{Timestamp, UserId};

    #[test]
    fn a_link_works_until_it_expires_and_for_its_own_file_only() {
        let (user, now) = (UserId::new(), Timestamp::now());
        let links = Links::new(b"secret", Duration::from_hours(1));
        let link = links.link(&user, "a.mp3", now);
        let (_, query) = link.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        let expires: i64 = expires.parse().unwrap();
        let at = |seconds| now.plus(Duration::from_secs(seconds));

        assert!(links.holds(&user, "a.mp3", expires, signature, at(3_599)));
        assert!(!links.holds(&user, "a.mp3", expires, signature, at(3_600)));
        assert!(!links.holds(&user, "b.mp3", expires, signature, now));
        assert!(!links.holds(&UserId::new(), "a.mp3", expires, signature, now));
        assert!(!links.holds(&user, "a.mp3", expires + 1, signature, now));
        assert!(!links.holds(&user, "a.mp3", expires, &signature[2..], now));
        let others = Links::new(b"other", Duration::from_hours(1));
        assert!(!others.holds(&user, "a.mp3", expires, signature, now));
    }
}
