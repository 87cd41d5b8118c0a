//! Every setting there is: one table behind `serve --help`, `config show` and docs/BACKEND.md.

use super::{
    Email, Environment, Prices, ServerTiming, Settings, aws::REGION, extraction,
    secret_files::SUFFIX,
};

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The environment variable, or a flag that has none.
    pub(crate) name: &'static str,
    /// The flag of `serve` that wins over it.
    pub(crate) flag: Option<&'static str>,
    pub(crate) meaning: &'static str,
    /// A value, or in words what happens without one.
    pub(crate) default: &'static str,
    /// Never shown; may be given as a file, by its name with `_FILE` after it.
    pub(crate) secret: bool,
    /// The value in force; of a secret only whether there is one.
    pub(super) shown: fn(&Settings, &Environment) -> String,
}

impl Setting {
    /// What it is called in the environment.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let file = self.secret.then(|| format!("{}{SUFFIX}", self.name));
        [self.name.to_owned()].into_iter().chain(file)
    }
}

/// By name.
pub(crate) const TABLE: &[Setting] = &[
    Setting {
        flag: Some("--dev"),
        ..row(
            "--dev",
            "routes that make test accounts; extraction may read pages of this machine; sign-in is \
             not limited by address, nor wrong passwords by account",
            "false",
            |s, _| s.dev.to_string(),
        )
    },
    row("ACCESS_TOKEN_EXPIRE_MINUTES", "life of an access token", "60", |s, _| {
        (s.access_token_lifetime.as_secs() / 60).to_string()
    }),
    row("ADMIN_EMAILS", "addresses of administrators, with commas between", "none", |s, _| {
        if s.admin_emails.is_empty() { "none".to_owned() } else { s.admin_emails.join(",") }
    }),
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
    secret(row(
        "AUDIT_KEY",
        "ties the lines of the audit log together, at least 16 characters",
        "made, and kept in DATA/audit_key",
        |s, _| masked(s.audit_key.is_some(), "made, and kept in DATA/audit_key"),
    )),
    row("AUDIT_LOG", "the audit log's file", "DATA/tts_api_audit.log", |s, _| {
        s.audit_log.display().to_string()
    }),
    row(
        "AUDIT_LOG_BYTES",
        "size at which the audit log goes on in a new file",
        "67108864",
        |s, _| s.audit_log_bytes.to_string(),
    ),
    row("AUDIT_LOG_FILES", "older files of the audit log that are kept", "5", |s, _| {
        s.audit_log_files.to_string()
    }),
    secret(row(
        "AWS_ACCESS_KEY_ID",
        "as whom AWS is asked, for what of it is used",
        "none",
        |s, _| masked(s.aws.is_some(), "none"),
    )),
    row(
        "AWS_ENDPOINT_URL",
        "where all of AWS is reached, when a stand-in has its place",
        "AWS itself",
        |_, env| env.text("AWS_ENDPOINT_URL").unwrap_or("AWS itself").to_owned(),
    ),
    row("AWS_REGION", "where that is used", REGION, |_, env| {
        env.text("AWS_REGION").unwrap_or(REGION).to_owned()
    }),
    secret(row("AWS_SECRET_ACCESS_KEY", "the other half of that key", "none", |s, _| {
        masked(s.aws.is_some(), "none")
    })),
    secret(row("AWS_SESSION_TOKEN", "what temporary keys have beside", "none", |s, _| {
        masked(s.aws.as_ref().is_some_and(|aws| aws.token.is_some()), "none")
    })),
    row(
        "BODY_TIMEOUT_SECONDS",
        "how long the body of a request may take, else 408",
        "30",
        |s, _| s.limits.body_time.as_secs().to_string(),
    ),
    row(
        "CONNECTION_IDLE_SECONDS",
        "a connection on which nothing moves for so long is closed",
        "75",
        |s, _| s.limits.idle.as_secs().to_string(),
    ),
    row(
        "CORS_ORIGINS",
        "origins, with commas between, whose pages may read answers",
        "any",
        |s, _| if s.cors_origins.is_empty() { "any".to_owned() } else { s.cors_origins.join(",") },
    ),
    secret(row(
        "DATABASE_CONNECTION_STRING",
        "older name of DATABASE_URL",
        "as DATABASE_URL",
        database,
    )),
    row(
        "DATABASE_POOL_SIZE",
        "connections to PostgreSQL, or for reading to SQLite",
        "8",
        |s, _| s.database_pool_size.to_string(),
    ),
    Setting {
        flag: Some("--database"),
        secret: true,
        ..row(
            "DATABASE_URL",
            "the database: sqlite://FILE, or postgres://USER:PASSWORD@HOST/DATABASE",
            "DATA/tts-reader.db",
            database,
        )
    },
    row("EMAILS_PER_HOUR", "letters that one address is sent in any hour", "5", |s, _| {
        s.emails_per_hour.to_string()
    }),
    row("ENVIRONMENT", "`production` refuses test-account routes and faults", "none", |_, env| {
        env.text("ENVIRONMENT").unwrap_or("none").to_owned()
    }),
    row(
        "EXTRACTION_CACHE_BYTES",
        "memory for texts of pages whose sites let them be kept; 0 keeps none",
        "67108864",
        |s, _| s.extraction.cache_bytes.to_string(),
    ),
    row("EXTRACTION_FETCHES", "pages fetched at the same time", "32", |s, _| {
        s.extraction.at_once.to_string()
    }),
    row(
        "EXTRACTION_PAUSE_MS",
        "between the beginnings of two fetches from one host",
        "200",
        |s, _| s.extraction.politeness.pause.as_millis().to_string(),
    ),
    row("EXTRACTION_PER_HOST", "pages fetched from one host at the same time", "4", |s, _| {
        s.extraction.politeness.at_once.to_string()
    }),
    row(
        "EXTRACTION_PORTS",
        "ports that are asked for pages, with commas between",
        "80,443,8080,8443",
        |s, _| extraction::listed(&s.extraction.ports),
    ),
    row(
        "EXTRACTION_ROBOTS",
        "respect: pages that robots.txt closes to EXTRACTION_USER_AGENT are not read; ignore",
        "ignore",
        |s, _| extraction::robots(&s.extraction),
    ),
    row(
        "EXTRACTION_USER_AGENT",
        "what sites are told that reads their pages",
        concat!("tts-reader/", env!("CARGO_PKG_VERSION")),
        |s, _| s.extraction.user_agent.clone(),
    ),
    row(
        "EXTRACTION_WAIT_SECONDS",
        "how long an extraction waits for its turn, else 503",
        "5",
        |s, _| s.extraction.longest_wait.as_secs().to_string(),
    ),
    row(
        "FAULT_DATABASE_DELAY_MS",
        "test only: each use of the database takes so much longer",
        "0",
        |s, _| s.database_delay.as_millis().to_string(),
    ),
    row(
        "FAULT_LEAK_BYTES_PER_REQUEST",
        "test only: keeps so much memory per request, for ever",
        "0",
        |s, _| s.leak_bytes_per_request.to_string(),
    ),
    row(
        "FRONTEND_URL",
        "what links in letters start with, and where people come back to after they paid",
        "http://localhost:3000",
        |s, _| s.frontend_url.clone(),
    ),
    row(
        "HEADER_TIMEOUT_SECONDS",
        "how long the head of a request may take from its first byte, else 408",
        "10",
        |s, _| s.limits.head_time.as_secs().to_string(),
    ),
    Setting {
        flag: Some("--bind"),
        ..row("HOST", "address to listen on", "127.0.0.1", |s, _| s.bind.ip().to_string())
    },
    secret(row(
        "JWT_SECRET_KEY",
        "signs tokens and links to audio, at least 16 characters",
        "made, and kept in DATA/jwt_secret",
        |s, _| masked(s.jwt_secret.is_some(), "made, and kept in DATA/jwt_secret"),
    )),
    row(
        "LOAD_TEST_MODE",
        "true: as --dev, without e-mail and with made-up payments; refuses settings of production",
        "false",
        |s, _| s.load_test.to_string(),
    ),
    row(
        "LOGIN_FAILURES_PER_HOUR",
        "wrong passwords that one account may be tried with in any hour",
        "20",
        |s, _| s.login_failures_per_hour.to_string(),
    ),
    row("LOG_FORMAT", "text, or json: an object a line", "text", |_, env| {
        env.text("LOG_FORMAT").unwrap_or("text").to_owned()
    }),
    row(
        "LOG_REQUESTS",
        "requests that get a line in the log: failed (5xx), refused (4xx and 503 too), all",
        "failed",
        |s, _| s.log_requests.word().to_owned(),
    ),
    row(
        "MAX_CONNECTIONS",
        "connections at the same time; then the one that is idle longest is closed, else 503",
        "10000",
        |s, _| s.limits.connections.to_string(),
    ),
    row("MAX_CONTENT_LENGTH", "largest request body in bytes, else 413", "2097152", |s, _| {
        s.max_body_bytes.to_string()
    }),
    row("MAX_HEADERS", "fields in the head of a request, else 431", "100", |s, _| {
        s.limits.head_fields.to_string()
    }),
    row("MAX_HEADER_BYTES", "bytes of the head of a request, else 431", "16384", |s, _| {
        s.limits.head_bytes.to_string()
    }),
    row("MAX_URL_LENGTH", "bytes of the address in a request, else 414", "8192", |s, _| {
        s.limits.url_bytes.to_string()
    }),
    row(
        "NEURAL_VOICES_ENABLED",
        "true: PRO accounts may ask for neural voices",
        "false",
        |s, _| s.neural_voices.to_string(),
    ),
    Setting {
        flag: Some("--bind"),
        ..row("PORT", "port to listen on", "5000", |s, _| s.bind.port().to_string())
    },
    row(
        "PROGRESS_HEARTBEAT_SECONDS",
        "how often who follows a request is asked whether it is there; two silent times end it",
        "20",
        |s, _| s.progress.heartbeat.as_secs().to_string(),
    ),
    row(
        "PROGRESS_KEEP_SECONDS",
        "how long progress is kept after the end of its request",
        "600",
        |s, _| s.progress.keep.as_secs().to_string(),
    ),
    row(
        "PROGRESS_SUBSCRIBERS",
        "WebSockets that follow requests at the same time, else 503",
        "5000",
        |s, _| s.progress.subscribers.to_string(),
    ),
    row(
        "PROGRESS_SUBSCRIBERS_PER_ACCOUNT",
        "those of one account, else closed: 4429",
        "1000",
        |s, _| s.progress.subscribers_of_account.to_string(),
    ),
    row(
        "PROGRESS_TOKEN_SECONDS",
        "how long a WebSocket may take to send the access token that its request had not",
        "5",
        |s, _| s.progress.token_time.as_secs().to_string(),
    ),
    row(
        "PROGRESS_WAIT_SECONDS",
        "how long a WebSocket waits for a request that has not begun",
        "60",
        |s, _| s.progress.wait.as_secs().to_string(),
    ),
    row(
        "PUBLIC_URL",
        "what links to audio start with",
        "http:// and the request's Host",
        |s, _| s.public_url.clone().unwrap_or_else(|| "http:// and the request's Host".to_owned()),
    ),
    row(
        "RATE_LIMIT_REQUESTS_PER_HOUR",
        "requests that an account (an address, for sign-in) may make in any hour",
        "500",
        |s, _| s.rate_limit_per_hour.to_string(),
    ),
    row(
        "REQUEST_TIMEOUT_SECONDS",
        "how long a request may take until its answer begins, else 503",
        "120",
        |s, _| s.limits.request_time.as_secs().to_string(),
    ),
    row("RUST_LOG", "what goes to stderr", "info,sqlx=warn", |_, env| {
        env.text("RUST_LOG").unwrap_or("info,sqlx=warn").to_owned()
    }),
    row("S3_BUCKET_NAME", "the bucket that keeps audio, with STORAGE=s3", "none", |s, _| {
        s.storage.bucket().unwrap_or("none").to_owned()
    }),
    row(
        "SERVER_TIMING",
        "whether answers tell in the header Server-Timing what took how long",
        "true",
        |s, _| (s.server_timing == ServerTiming::Told).to_string(),
    ),
    row(
        "SMTP_CERTIFICATES",
        "file of certificates (PEM) that may have signed that server's, beside the public ones",
        "none",
        |_, env| env.text("SMTP_CERTIFICATES").unwrap_or("none").to_owned(),
    ),
    row("SMTP_FROM", "whom letters come from", "SMTP_USERNAME, else no-reply@localhost", |s, _| {
        s.email_from.clone()
    }),
    row("SMTP_HOST", "server that takes letters", "none: files in DATA/outbox", |s, _| {
        match &s.email {
            Email::Off => "off".to_owned(),
            Email::Files => "none: files in DATA/outbox".to_owned(),
            Email::Smtp(smtp) => smtp.host.clone(),
        }
    }),
    secret(row("SMTP_PASSWORD", "password of that server", "none", |_, env| {
        masked(env.text("SMTP_PASSWORD").is_some(), "none")
    })),
    row("SMTP_PORT", "port of that server; 465: encrypted from the first byte", "587", |_, env| {
        env.text("SMTP_PORT").unwrap_or("587").to_owned()
    }),
    row("SMTP_USERNAME", "user name at that server", "none", |_, env| {
        env.text("SMTP_USERNAME").unwrap_or("none").to_owned()
    }),
    row(
        "SMTP_USE_TLS",
        "implicit, starttls or true (by the port); false: speak to that server in clear",
        "true",
        |_, env| env.text("SMTP_USE_TLS").unwrap_or("true").to_owned(),
    ),
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
    row("STRIPE_API_BASE", "where Stripe is reached", "https://api.stripe.com", |_, env| {
        env.text("STRIPE_API_BASE").unwrap_or("https://api.stripe.com").to_owned()
    }),
    secret(row(
        "STRIPE_API_KEY",
        "takes payments by Stripe; without it there are none, or with --dev made-up ones; not used with \
         LOAD_TEST_MODE, where a live key is refused",
        "none",
        |_, env| masked(env.text("STRIPE_API_KEY").is_some(), "none"),
    )),
    row(
        "STRIPE_PRICE_ID_PREMIUM_MONTHLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.premium_monthly.as_deref()),
    ),
    row(
        "STRIPE_PRICE_ID_PREMIUM_YEARLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.premium_yearly.as_deref()),
    ),
    row(
        "STRIPE_PRICE_ID_PRO_MONTHLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.pro_monthly.as_deref()),
    ),
    row(
        "STRIPE_PRICE_ID_PRO_YEARLY",
        "the subscription's price at Stripe",
        "not for sale",
        |s, _| price(s, |prices| prices.pro_yearly.as_deref()),
    ),
    secret(row(
        "STRIPE_WEBHOOK_SECRET",
        "what Stripe signs its events with, needed with a key",
        "none",
        |_, env| masked(env.text("STRIPE_WEBHOOK_SECRET").is_some(), "none"),
    )),
    row(
        "TRUSTED_PROXIES",
        "proxies before the service, addresses or networks with commas between, whose X-Forwarded-For is \
         believed",
        "none",
        |s, _| s.trusted_proxies.to_string(),
    ),
    Setting {
        flag: Some("--data"),
        ..row("TTS_READER_DATA", "directory of all data (DATA)", "tts-reader-data", |s, _| {
            s.data_dir.display().to_string()
        })
    },
    Setting {
        flag: Some("--workers"),
        ..row(
            "WORKERS",
            "threads for requests, and as many for passwords",
            "one per core",
            |s, _| s.workers.to_string(),
        )
    },
];

fn database(settings: &Settings, _: &Environment) -> String {
    settings.database.to_string()
}

fn price(settings: &Settings, of: fn(&Prices) -> Option<&str>) -> String {
    settings.payments.prices().and_then(of).unwrap_or("not for sale").to_owned()
}

fn masked(set: bool, otherwise: &str) -> String {
    if set { "(set)".to_owned() } else { otherwise.to_owned() }
}

const fn row(
    name: &'static str,
    meaning: &'static str,
    default: &'static str,
    shown: fn(&Settings, &Environment) -> String,
) -> Setting {
    Setting { name, flag: None, meaning, default, secret: false, shown }
}

/// A row whose value is a secret.
const fn secret(row: Setting) -> Setting {
    Setting { secret: true, ..row }
}
