//! What a running service is made of.

use std::{net::IpAddr, path::PathBuf, time::Instant};

use tokio_util::task::TaskTracker;

use crate::{
    audit::Audit,
    auth::{Passwords, Tokens},
    domain::UserId,
    extraction::Extraction,
    instance,
    leak::Leak,
    metrics::Metrics,
    rate_limit::RateLimiter,
    routes::system::Health,
    server::ServeError,
    settings::{self, Settings},
    speech::{AudioFiles, Links, Speaker},
    store::Store,
};

/// Shared by every request.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) account_limit: RateLimiter<UserId>,
    pub(crate) address_limit: RateLimiter<IpAddr>,
    pub(crate) speaker: Speaker,
    pub(crate) audio: AudioFiles,
    pub(crate) links: Links,
    pub(crate) extraction: Extraction,
    pub(crate) audit: Audit,
    pub(crate) metrics: Metrics,
    pub(crate) health: Health,
    pub(crate) leak: Leak,
    /// Work that outlives its request: what was reserved must be settled or refunded.
    pub(crate) tasks: TaskTracker,
    pub(crate) started: Instant,
    /// Keeps a second service out of the data directory; unlocked by the end of the process.
    _lock: std::fs::File,
}

impl App {
    /// Opens everything the service needs.
    ///
    /// # Errors
    /// When a file, the database or a thread cannot be had.
    pub(crate) async fn open(settings: Settings) -> Result<Self, ServeError> {
        let dir = settings.data_dir.clone();
        std::fs::create_dir_all(&dir)
            .map_err(|source| ServeError::DataDirectory { path: dir.clone(), source })?;
        let lock = lock(dir.join("lock"))?;
        let secret = match settings.jwt_secret.clone() {
            Some(secret) => secret,
            None => settings::load_or_create(&dir)?,
        };
        let audit = Audit::open(&settings.audit_log)
            .map_err(|source| ServeError::AuditLog { path: settings.audit_log.clone(), source })?;
        let instance = instance::load_or_create(&dir)
            .map_err(|source| ServeError::DataDirectory { path: dir.clone(), source })?;
        let store = Store::open(&settings.database, settings.database_pool_size)
            .await?
            .delayed(settings.database_delay)
            .owned_by(&instance);
        let audio = AudioFiles::open(&dir)
            .map_err(|source| ServeError::DataDirectory { path: dir, source })?;
        Ok(Self {
            store,
            tokens: Tokens::new(secret.bytes(), settings.access_token_lifetime),
            passwords: Passwords::new(settings.workers)?,
            account_limit: RateLimiter::new(settings.rate_limit_per_hour),
            address_limit: RateLimiter::new(settings.rate_limit_per_hour),
            speaker: Speaker::new(settings.workers, settings.speech_queue)?,
            audio,
            links: Links::new(secret.bytes(), settings.audio_link_lifetime),
            extraction: Extraction::new(&settings)
                .map_err(|error| ServeError::Start(error.to_string()))?,
            audit,
            metrics: Metrics::new(),
            health: Health::default(),
            leak: Leak::of(settings.leak_bytes_per_request),
            tasks: TaskTracker::new(),
            started: Instant::now(),
            settings,
            _lock: lock,
        })
    }
}

fn lock(path: PathBuf) -> Result<std::fs::File, ServeError> {
    let failed = |source| ServeError::DataDirectory { path: path.clone(), source };
    let file = std::fs::File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::InUse { path }),
        Err(std::fs::TryLockError::Error(source)) => {
            Err(ServeError::DataDirectory { path, source })
        }
    }
}
