//! What is known of the TTS Reader's troubles: the guide's table, with the service's settings.

use katydid::{Advice, Symptom};

const BUSY_SPEECH: &str = "speech is made on SPEECH_THREADS threads and SPEECH_QUEUE (128) \
                           syntheses may wait; more are refused";
const LESS_SPEECH: &str = "fewer users or shorter texts (--text-length), or more SPEECH_THREADS \
                           where there are cores for them; a longer \
                           SPEECH_QUEUE only makes them wait longer";

/// The first that fits counts, so what is special comes first.
pub(crate) fn known() -> impl Iterator<Item = Advice> {
    refusals().into_iter().chain(slowness())
}

fn refusals() -> [Advice; 9] {
    let status = |status| Symptom::Status(status);
    [
        Advice::new(
            status(402),
            "the accounts have no credits left: each started 1,000 characters cost one",
            "`tts-load accounts top-up --credits 1000 --file accounts.csv --target URL`, or make \
             accounts with more (`accounts create --credits`)",
        ),
        Advice::new(
            status(429),
            "RATE_LIMIT_REQUESTS_PER_HOUR (500) counts requests of each account, and of each \
             address for sign-in",
            "start the service with a limit above what one account sends in an hour, or give the \
             load more accounts",
        ),
        Advice::new(
            status(401),
            "tokens end after ACCESS_TOKEN_EXPIRE_MINUTES (60), and these were accepted before",
            "start the service with longer tokens, or look why the login again did not come in time",
        ),
        Advice::new(
            status(503),
            "all connections of the database's pool are taken, or its disk is slow",
            "start the service with a larger DATABASE_POOL_SIZE (8 by default), and look at its disk",
        )
        .saying("database"),
        Advice::new(
            status(503),
            "the speech engine takes SPEECH_QUOTA (100) calls a second where it is the one for load \
             tests, Amazon Polly what its quota allows, and each text is two calls at least",
            "fewer users or longer waits, or a higher SPEECH_QUOTA; of Amazon a higher quota",
        )
        .saying("speech engine is busy"),
        Advice::new(
            status(503),
            "SPEECH_QUEUE_PER_ACCOUNT (64) syntheses of one account are spoken or wait; more are \
             refused",
            "give each user an account of its own, or raise SPEECH_QUEUE_PER_ACCOUNT",
        )
        .saying("for this account"),
        Advice::new(status(503), BUSY_SPEECH, LESS_SPEECH).at("/api/synthesize"),
        Advice::new(
            status(503),
            "EXTRACTION_FETCHES (32) pages are fetched at one time and 256 may wait; more are \
             refused",
            "start the service with more EXTRACTION_FETCHES, or extract faster pages \
             (--article-hosts)",
        )
        .saying("Extraction"),
        Advice::new(status(503), BUSY_SPEECH, LESS_SPEECH).at("/api/extract-and-synthesize"),
    ]
}

fn slowness() -> [Advice; 4] {
    [
        Advice::new(
            Symptom::PoolFull,
            "the pool of connections for reading, DATABASE_POOL_SIZE (8 by default), is too small for this \
             load: requests queue for a connection",
            "start the service with a larger DATABASE_POOL_SIZE, and look why the database takes so \
             long",
        ),
        Advice::new(
            Symptom::Slow,
            "the page that is extracted is slow, or waits for one of EXTRACTION_FETCHES (32) places",
            "measure with the load test's own pages (without --article-hosts); then raise \
             EXTRACTION_FETCHES",
        )
        .at("/api/extract/"),
        Advice::new(
            Symptom::Slow,
            "speech takes CPU and waits for one of SPEECH_THREADS threads",
            LESS_SPEECH,
        )
        .at("/api/synthesize"),
        Advice::new(
            Symptom::Slow,
            "passwords are hashed on purpose slowly, on WORKERS threads",
            "start users more slowly (-r): each logs in when it starts",
        )
        .at("/api/login"),
    ]
}
