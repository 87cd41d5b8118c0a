//! Who speaks, and where audio is kept.

use super::setting::{Setting, row};

pub(super) const ROWS: &[Setting] = &[
    row(
        "AUDIO_DIR",
        "directory of the audio, one for all services on a database",
        "DATA/users",
        |s, _| s.audio_dir().display().to_string(),
    ),
    row(
        "AUDIO_LINK_EXPIRE_SECONDS",
        "life of a link to audio; the audio is kept twice as long",
        "3600",
        |s, _| s.audio_link_lifetime.as_secs().to_string(),
    ),
    row(
        "NEURAL_VOICES_ENABLED",
        "true: PRO accounts may ask for neural voices",
        "false",
        |s, _| s.neural_voices.to_string(),
    ),
    row(
        "PUBLIC_URL",
        "what links to audio start with",
        "http:// and the request's Host",
        |s, _| s.public_url.clone().unwrap_or_else(|| "http:// and the request's Host".to_owned()),
    ),
    row("S3_BUCKET_NAME", "the bucket that keeps audio, with STORAGE=s3", "none", |s, _| {
        s.storage.bucket().unwrap_or("none").to_owned()
    }),
    row(
        "SPEECH_CALLS",
        "texts that an engine elsewhere (load-test, polly) is asked for at the same time",
        "256",
        |s, _| s.speech.calls.to_string(),
    ),
    row(
        "SPEECH_ENGINE",
        "who speaks: local, load-test (the times and the quota of Amazon Polly, made up) or polly",
        "local; load-test with LOAD_TEST_MODE",
        |s, _| s.speech.engine.word().to_owned(),
    ),
    row("SPEECH_QUEUE", "syntheses that may wait before 503 is answered", "128", |s, _| {
        s.speech_queue.to_string()
    }),
    row(
        "SPEECH_QUEUE_PER_ACCOUNT",
        "syntheses of one account at the same time, waiting ones too, before 503 is answered",
        "64",
        |s, _| s.speech.queue_per_account.to_string(),
    ),
    row(
        "SPEECH_QUOTA",
        "calls a second that the load-test engine takes before it throttles",
        "100",
        |s, _| s.speech.quota.to_string(),
    ),
    row(
        "SPEECH_REUSE",
        "whether audio is served again when an account asks for the same text, voice and engine",
        "true; false with LOAD_TEST_MODE",
        |s, _| s.speech.reuse.to_string(),
    ),
    row(
        "SPEECH_THREADS",
        "threads that speak; they give way to those of requests",
        "one per core but one, at least one",
        |s, _| s.speech.threads.to_string(),
    ),
    row(
        "STORAGE",
        "where audio is kept: local (AUDIO_DIR), or s3 (feature `s3`)",
        "local",
        |s, _| s.storage.word().to_owned(),
    ),
];
