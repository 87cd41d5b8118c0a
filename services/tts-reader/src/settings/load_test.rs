//! `LOAD_TEST_MODE`: what it may not meet, and what it puts in the place of the real thing.

use url::Url;

use super::{DatabaseUrl, Email, Environment, Settings, SettingsError, SpeechEngine, Storage};

/// Beginnings of Stripe's keys for real money.
const LIVE_KEYS: [&str; 2] = ["sk_live_", "rk_live_"];
/// Words of a name, between anything that is no letter, that say: not for tests.
const PRODUCTION: [&str; 3] = ["prod", "production", "live"];

/// Turns the mode on.
///
/// # Errors
/// Settings that belong to production.
pub(super) fn turn_on(settings: &mut Settings, env: &Environment) -> Result<(), SettingsError> {
    let key = env.text("STRIPE_API_KEY").unwrap_or_default();
    if let Some(live) = LIVE_KEYS.iter().find(|live| key.starts_with(**live)) {
        return Err(refused(&format!("STRIPE_API_KEY={live}…"), "use a test key, or none"));
    }
    if let Some(word) = production_word(&settings.database) {
        return Err(refused(
            &format!("the database {}", settings.database),
            &format!("`{word}` in its name says that it is real; use one of its own"),
        ));
    }
    if settings.aws.as_ref().is_some_and(|aws| aws.endpoint.is_none()) {
        let advice =
            "the load would be paid for; leave it out, or name a stand-in with AWS_ENDPOINT_URL";
        if settings.storage != Storage::Local {
            return Err(refused("STORAGE=s3", advice));
        }
        if settings.speech.engine == SpeechEngine::Polly {
            return Err(refused("SPEECH_ENGINE=polly", advice));
        }
    }
    settings.load_test = true;
    settings.email = Email::Off;
    Ok(())
}

/// What the mode has replaced, a line each, for the log at start.
pub(crate) const REPLACED: [&str; 5] = [
    "e-mail is not sent, only counted",
    "speech has the times and the quota of Amazon Polly, made up, and none is served again, unless \
     SPEECH_ENGINE and SPEECH_REUSE say otherwise",
    "payments are made up: no key is used, whatever is set",
    "sign-in is not limited by address, nor guessed passwords by account",
    "anybody can make test accounts with credits, and extraction may read pages of this machine",
];

/// The word in the name of a database, or of the server that has it, that says it is real.
fn production_word(database: &DatabaseUrl) -> Option<&'static str> {
    names(database).iter().find_map(|name| {
        let name = name.to_ascii_lowercase();
        let mut words = name.split(|c: char| !c.is_ascii_alphabetic());
        words.find_map(|word| PRODUCTION.into_iter().find(|production| *production == word))
    })
}

/// Of a file the name alone: a directory may be called anything.
fn names(database: &DatabaseUrl) -> Vec<String> {
    match database {
        DatabaseUrl::Sqlite(path) => {
            path.file_name().map(|name| name.to_string_lossy().into_owned()).into_iter().collect()
        }
        DatabaseUrl::Postgres(url) => {
            let Ok(url) = Url::parse(url.expose()) else { return Vec::new() };
            let parameters =
                url.query_pairs().filter(|(name, _)| name == "dbname" || name == "host");
            let mut names: Vec<String> = parameters.map(|(_, value)| value.into_owned()).collect();
            names.push(url.path().to_owned());
            names.extend(url.host_str().map(str::to_owned));
            names
        }
    }
}

fn refused(first: &str, advice: &str) -> SettingsError {
    SettingsError::contradiction(first, "LOAD_TEST_MODE=true", advice)
}

#[cfg(test)]
mod tests {
    use super::{DatabaseUrl, production_word};

    #[test]
    fn whole_words_of_the_name_count() {
        for (url, word) in [
            ("data/tts_production.db", Some("production")),
            ("tts-PROD.db", Some("prod")),
            ("live.db", Some("live")),
            ("prod/tts-reader.db", None),
            ("products.db", None),
            ("olive.db", None),
            ("postgres://ann:live@db/tts_prod", Some("prod")),
            ("postgres://ann:live@db-prod.example.com/tts", Some("prod")),
            ("postgres:///?host=/run/postgresql&dbname=tts-live", Some("live")),
            ("postgres://prod:live@db/tts_test", None),
        ] {
            let database = DatabaseUrl::parse("test", url).unwrap();
            assert_eq!(production_word(&database), word, "{url}");
        }
    }
}
