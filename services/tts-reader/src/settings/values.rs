//! The settings themselves.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use tts_reader_extraction::FetchPolicy;

use super::{
    Aws, DatabaseUrl, Email, Limits, Networks, Payments, ProgressLimits, RequestLog, Secret,
    ServerTiming, Speech, Storage,
};

/// Everything a running service was told. Start from [`Settings::in_directory`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Where `serve` listens; of no effect when a listener is handed in.
    pub bind: SocketAddr,
    /// Where accounts, credits and usage are kept.
    pub database: DatabaseUrl,
    /// The token secret and the audit log live here, and audio unless it has a directory of its own.
    pub data_dir: PathBuf,
    /// Opens the routes that make test accounts, lets extraction reach loopback addresses, and
    /// does not limit sign-in by address.
    pub dev: bool,
    /// A load test is under way: `dev`, no e-mail, made-up payments.
    pub load_test: bool,
    /// Threads of the event loop, and as many for password hashing, which give way to them.
    pub workers: usize,
    /// Connections to PostgreSQL; of SQLite those for reading, writing has one of its own.
    pub database_pool_size: u32,
    /// Signs tokens and audio links. `None`: kept in a file of the data directory.
    pub jwt_secret: Option<Secret>,
    /// How long an access token opens doors.
    pub access_token_lifetime: Duration,
    /// Requests one account (or one address, for sign-in) may make in any hour.
    pub rate_limit_per_hour: u32,
    /// Wrong passwords that one account may be tried with in any hour.
    pub login_failures_per_hour: u32,
    /// Where e-mail goes.
    pub email: Email,
    /// Whom letters come from: an address, with or without a name.
    pub email_from: String,
    /// Letters of each kind that one address is sent in any hour.
    pub emails_per_hour: u32,
    /// What the links in letters start with, and where people come back to after they paid. Without a slash at the end.
    pub frontend_url: String,
    /// Syntheses that may wait for their turn before the next one is refused with 503.
    pub speech_queue: usize,
    /// How pages are fetched. Its `allow_loopback` is of no effect: `dev` decides.
    pub extraction: FetchPolicy,
    /// The `tts-reader` program, which is started to read a PDF document. `None`: none is read.
    pub pdf_reader: Option<PathBuf>,
    /// Who speaks, and how much of it at a time.
    pub speech: Speech,
    /// Whether answers tell in `Server-Timing` what took how long.
    pub server_timing: ServerTiming,
    /// Extractions that may wait for one of those places before the next is refused with 503.
    pub extraction_queue: usize,
    /// Who takes money for credits and subscriptions.
    pub payments: Payments,
    /// E-mail addresses of administrators, in lower case.
    pub admin_emails: Vec<String>,
    /// Whether PRO accounts may ask for the neural engine.
    pub neural_voices: bool,
    /// What links start with, when clients reach the service by another name than the one in their
    /// `Host` header (behind a proxy, say). Without a slash at the end.
    pub public_url: Option<String>,
    /// Proxies before the service, whose word is taken for whom they speak for.
    pub trusted_proxies: Networks,
    /// Origins whose pages may read answers; empty: any, which is safe because nothing here is
    /// authenticated by cookie.
    pub cors_origins: Vec<String>,
    /// Largest request body in bytes.
    pub max_body_bytes: usize,
    /// Where audio is kept.
    pub storage: Storage,
    /// How AWS is reached, when there are keys.
    pub aws: Option<Aws>,
    /// The directory of audio; services on one database share it. `None`: `users` in the data directory.
    pub audio_dir: Option<PathBuf>,
    /// What else a connection and a request may take.
    pub limits: Limits,
    /// What those who follow requests may take.
    pub progress: ProgressLimits,
    /// How long a link to audio works, and for how long one may be made again for the same audio.
    pub audio_link_lifetime: Duration,
    /// Ties the lines of the audit log together. `None`: kept in a file of the data directory.
    pub audit_key: Option<Secret>,
    /// Which requests get a line in the log.
    pub log_requests: RequestLog,
    /// The audit log's file.
    pub audit_log: PathBuf,
    /// Size in bytes at which the audit log is renamed to `….1` and a new file begun.
    pub audit_log_bytes: u64,
    /// Older files of the audit log that are kept, `….1` the youngest.
    pub audit_log_files: u32,
    /// Memory that is kept for ever for each request: a leak on purpose, for tests of load tests.
    pub leak_bytes_per_request: usize,
    /// How much longer each use of the database takes: a slow one on purpose, for tests of load
    /// tests.
    pub database_delay: Duration,
    /// How long running requests may take to end once the service was told to stop.
    pub shutdown_grace: Duration,
}

impl Settings {
    /// The defaults, with every file below that directory.
    pub fn in_directory(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 5_000)),
            database: DatabaseUrl::Sqlite(data_dir.join("tts-reader.db")),
            audit_log: data_dir.join("tts_api_audit.log"),
            audit_log_bytes: 64 * 1024 * 1024,
            audit_log_files: 5,
            data_dir,
            dev: false,
            load_test: false,
            workers,
            database_pool_size: 8,
            jwt_secret: None,
            audit_key: None,
            access_token_lifetime: Duration::from_hours(1),
            rate_limit_per_hour: 500,
            login_failures_per_hour: 20,
            email: Email::Files,
            email_from: "TTS Reader <no-reply@localhost>".to_owned(),
            emails_per_hour: 5,
            frontend_url: "http://localhost:3000".to_owned(),
            speech_queue: 128,
            extraction: FetchPolicy::default(),
            pdf_reader: None,
            speech: Speech::default(),
            server_timing: ServerTiming::Told,
            extraction_queue: 256,
            payments: Payments::Off,
            admin_emails: Vec::new(),
            neural_voices: false,
            public_url: None,
            trusted_proxies: Networks::default(),
            cors_origins: Vec::new(),
            max_body_bytes: 2 * 1024 * 1024,
            storage: Storage::Local,
            aws: None,
            audio_dir: None,
            limits: Limits::default(),
            progress: ProgressLimits::default(),
            log_requests: RequestLog::Failed,
            audio_link_lifetime: Duration::from_hours(1),
            leak_bytes_per_request: 0,
            database_delay: Duration::ZERO,
            shutdown_grace: Duration::from_secs(10),
        }
    }

    /// How long audio is kept: a link that is made as late as may be works for its whole life.
    pub(crate) fn audio_retention(&self) -> Duration {
        self.audio_link_lifetime * 2
    }

    /// The directory of audio.
    pub(crate) fn audio_dir(&self) -> PathBuf {
        self.audio_dir.clone().unwrap_or_else(|| self.data_dir.join("users"))
    }
}
