//! Who speaks, and how much of it at a time.

use super::{Environment, SettingsError};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpeechEngine {
    /// The engine of this program.
    Local,
    /// What stands for Amazon Polly in a load test: its times and its quota, without Amazon.
    LoadTest,
    /// Amazon Polly; in programs that were built with it.
    Polly,
}

/// Who speaks, and how much of it at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Speech {
    /// Who speaks.
    pub engine: SpeechEngine,
    /// Threads that speak and encode. They give way to the event loop, and one CPU fewer than
    /// there are is all that they take.
    pub threads: usize,
    /// Texts that an engine elsewhere is asked for at the same time; it needs no thread of ours.
    pub calls: usize,
    /// Texts of one account that may be spoken or wait at the same time.
    pub queue_per_account: usize,
    /// Calls a second that the engine of load tests takes before it throttles.
    pub quota: u32,
    /// Whether the audio of a text that an account has had spoken before is served again.
    pub reuse: bool,
}

impl SpeechEngine {
    /// As the setting has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::LoadTest => "load-test",
            Self::Polly => "polly",
        }
    }

    fn of(env: &Environment) -> Result<Option<Self>, SettingsError> {
        let Some(word) = env.text("SPEECH_ENGINE").map(str::trim) else { return Ok(None) };
        let known = [Self::Local, Self::LoadTest, Self::Polly];
        let engine = known.into_iter().find(|engine| engine.word() == word);
        engine.map(Some).ok_or_else(|| SettingsError::Value {
            name: "SPEECH_ENGINE".to_owned(),
            value: word.to_owned(),
            expected: "local, load-test or polly".to_owned(),
        })
    }
}

impl Default for Speech {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            engine: SpeechEngine::Local,
            threads: (cores - 1).max(1),
            calls: 256,
            queue_per_account: 64,
            quota: 100,
            reuse: true,
        }
    }
}

/// What the environment says of speech. In a load test speech is the load test's own, and nothing
/// is served again, unless it says otherwise: what is measured is speaking.
///
/// # Errors
/// A value that is none.
pub(super) fn resolve(env: &Environment, load_test: bool) -> Result<Speech, SettingsError> {
    let default =
        if load_test { (SpeechEngine::LoadTest, false) } else { (SpeechEngine::Local, true) };
    with_defaults(env, default)
}

/// The same for the embedded service, which speaks itself: whoever starts it looks at one program.
///
/// # Errors
/// A value that is none.
pub(super) fn embedded(env: &Environment) -> Result<Speech, SettingsError> {
    with_defaults(env, (SpeechEngine::Local, false))
}

fn with_defaults(
    env: &Environment,
    (engine, reuse): (SpeechEngine, bool),
) -> Result<Speech, SettingsError> {
    let mut speech = Speech {
        engine: SpeechEngine::of(env)?.unwrap_or(engine),
        reuse: env.truth("SPEECH_REUSE")?.unwrap_or(reuse),
        ..Speech::default()
    };
    if let Some(threads) = env.number("SPEECH_THREADS", 1, 256)? {
        speech.threads = threads as usize;
    }
    if let Some(calls) = env.number("SPEECH_CALLS", 1, 10_000)? {
        speech.calls = calls as usize;
    }
    if let Some(places) = env.number("SPEECH_QUEUE_PER_ACCOUNT", 1, 100_000)? {
        speech.queue_per_account = places as usize;
    }
    if let Some(quota) = env.number("SPEECH_QUOTA", 1, 1_000_000)? {
        speech.quota = quota as u32;
    }
    Ok(speech)
}

#[cfg(test)]
mod tests {
    use super::{Environment, Speech, SpeechEngine, embedded, resolve};

    fn env(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_load_test_speaks_for_itself_unless_it_is_told_otherwise() {
        let none = env(&[]);
        assert_eq!(resolve(&none, false).unwrap(), Speech::default());
        let speech = resolve(&none, true).unwrap();
        assert_eq!((speech.engine, speech.reuse), (SpeechEngine::LoadTest, false));
        let speech = embedded(&none).unwrap();
        assert_eq!((speech.engine, speech.reuse), (SpeechEngine::Local, false));
        let told = env(&[("SPEECH_ENGINE", "local"), ("SPEECH_REUSE", "true")]);
        let speech = resolve(&told, true).unwrap();
        assert_eq!((speech.engine, speech.reuse), (SpeechEngine::Local, true));
    }

    #[test]
    fn an_engine_that_is_none_is_refused() {
        let error = resolve(&env(&[("SPEECH_ENGINE", "poly")]), false).unwrap_err();
        let words = "SPEECH_ENGINE=poly is not local, load-test or polly";
        assert!(error.to_string().contains(words), "{error}");
    }
}
