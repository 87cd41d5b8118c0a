//! Other services on the same database: whether they were told the same where they must be.
//!
//! Each notes its settings once a minute and reads those of the others. A difference is no reason to
//! stop, because settings are changed one service after the other, but nobody should have to find out by
//! links that open half of the time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    app::App, audit::Level, domain::Timestamp, settings::Settings, storage::Mark, store::StoreError,
};

/// Who was not seen for so long has stopped.
const RECENTLY: Duration = Duration::from_mins(3);

/// What must be the same for all services on a database, by setting: values, or what shows whether they are equal.
#[derive(Debug, Clone)]
pub(crate) struct Likeness(BTreeMap<String, String>);

/// Differences that were told.
#[derive(Debug, Default)]
pub(crate) struct Told(BTreeSet<(String, String)>);

impl Likeness {
    pub(crate) fn of(settings: &Settings, secret: &[u8], audio: Mark) -> Self {
        let per_hour = |limit: u32| limit.to_string();
        let all = [
            ("JWT_SECRET_KEY", fingerprint(secret)),
            ("STORAGE", settings.storage.word().to_owned()),
            (audio.setting, audio.value),
            ("AUDIO_LINK_EXPIRE_SECONDS", settings.audio_link_lifetime.as_secs().to_string()),
            ("RATE_LIMIT_REQUESTS_PER_HOUR", per_hour(settings.rate_limit_per_hour)),
            ("LOGIN_FAILURES_PER_HOUR", per_hour(settings.login_failures_per_hour)),
            ("EMAILS_PER_HOUR", per_hour(settings.emails_per_hour)),
        ];
        Self(all.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Settings that another service was told otherwise. One that it does not know is no difference:
    /// it may be of another version.
    fn differences(&self, other: &str) -> Vec<String> {
        let other: BTreeMap<String, String> = serde_json::from_str(other).unwrap_or_default();
        let differs = |(name, own): (&String, &String)| {
            other.get(name).is_some_and(|theirs| theirs != own).then(|| name.clone())
        };
        self.0.iter().filter_map(differs).collect()
    }
}

/// Looks who else is at work; tells each difference once.
pub(crate) async fn meet(app: &App, told: &mut Told, now: Timestamp) -> Result<(), StoreError> {
    let Some(likeness) = &app.likeness else { return Ok(()) };
    let own = serde_json::to_string(&likeness.0).expect("texts are JSON");
    for (id, settings) in app.store.meet(&own, now.minus(RECENTLY), now).await? {
        for name in likeness.differences(&settings) {
            if told.0.insert((id.clone(), name.clone())) {
                let line = format!(
                    "{name} differs from that of the service {id}, which works on the same database: {}",
                    consequence(&name)
                );
                tracing::warn!("{line}");
                app.audit.write(Level::Warning, "app.main", &line);
            }
        }
    }
    Ok(())
}

fn consequence(name: &str) -> &'static str {
    match name {
        "JWT_SECRET_KEY" => "tokens and links of one are refused by the other",
        "STORAGE" | "AUDIO_DIR" => "links to audio of one lead to nothing at the other",
        "S3_BUCKET_NAME" => "neither removes what the other keeps for an account that goes",
        "AUDIO_LINK_EXPIRE_SECONDS" => "the one with less removes audio whose links still work",
        _ => "each holds what both counted against a limit of its own",
    }
}

/// Tells whether two secrets are equal, and nothing else of them.
fn fingerprint(secret: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(b"tts-reader services of one database");
    mac.finalize().into_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
