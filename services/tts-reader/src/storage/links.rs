//! Links to audio that work for a while and for nobody who did not get one.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Key, Storage, StorageError};
use crate::domain::Timestamp;

/// What opens something that is kept, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// Path and query of this service's own route.
    Here(String),
    /// All of it: right where it is kept.
    Direct(String),
}

impl Link {
    /// The whole link, where this service is reached at `base`.
    pub(crate) fn url(&self, base: &str) -> String {
        match self {
            Self::Here(path) => format!("{base}{path}"),
            Self::Direct(url) => url.clone(),
        }
    }
}

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

    /// A link to something that is kept there, valid from now on.
    pub(crate) async fn link(
        &self,
        storage: &dyn Storage,
        key: &Key,
        now: Timestamp,
    ) -> Result<Link, StorageError> {
        let direct = storage.direct_link(key, self.lifetime).await?;
        Ok(direct.map_or_else(|| Link::Here(self.own(key, now)), Link::Direct))
    }

    /// Path and query of this service's own route.
    fn own(&self, key: &Key, now: Timestamp) -> String {
        let expires = now.plus(self.lifetime).unix_seconds();
        let signature = hex(&sign(&self.key, &message(key, expires)));
        let (user, file) = (key.user(), key.file());
        format!("/audio/{user}/{file}?expires={expires}&signature={signature}")
    }

    /// Whether a link with these parts was made here and still works.
    pub(crate) fn holds(&self, key: &Key, expires: i64, signature: &str, now: Timestamp) -> bool {
        let Some(signature) = unhex(signature) else { return false };
        let genuine = mac(&self.key, &message(key, expires)).verify_slice(&signature).is_ok();
        genuine && now.unix_seconds() < expires
    }
}

fn message(key: &Key, expires: i64) -> String {
    format!("{}/{}\n{expires}", key.user(), key.file())
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

    use super::{Key, Link, Links};
    use crate::{
        domain::{Timestamp, UserId},
        storage::Kind,
    };

    #[test]
    fn a_link_works_until_it_expires_and_for_its_own_file_only() {
        let (user, now) = (UserId::new(), Timestamp::now());
        let key = Key::fresh(&user, Kind::Mp3);
        let links = Links::new(b"secret", Duration::from_hours(1));
        let link = links.own(&key, now);
        assert!(link.starts_with(&format!("/audio/{user}/{}?", key.file())), "{link}");
        let (_, query) = link.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        let expires: i64 = expires.parse().unwrap();
        let at = |seconds| now.plus(Duration::from_secs(seconds));

        assert!(links.holds(&key, expires, signature, at(3_599)));
        assert!(!links.holds(&key, expires, signature, at(3_600)));
        assert!(!links.holds(&Key::fresh(&user, Kind::Mp3), expires, signature, now));
        let others = Key::parse(UserId::new().as_str(), key.file()).unwrap();
        assert!(!links.holds(&others, expires, signature, now));
        assert!(!links.holds(&key, expires + 1, signature, now));
        assert!(!links.holds(&key, expires, &signature[2..], now));
        let others = Links::new(b"other", Duration::from_hours(1));
        assert!(!others.holds(&key, expires, signature, now));
    }

    #[test]
    fn only_links_of_this_service_begin_with_its_address() {
        let url = |link: Link| link.url("https://tts.example");
        assert_eq!(url(Link::Here("/audio/a".to_owned())), "https://tts.example/audio/a");
        let direct = "https://bucket.s3.us-east-1.amazonaws.com/a";
        assert_eq!(url(Link::Direct(direct.to_owned())), direct);
    }
}
