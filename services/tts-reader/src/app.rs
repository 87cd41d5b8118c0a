//! What a running service is made of.

use std::{path::PathBuf, sync::Arc, time::Instant};

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::{
    audit::{Audit, Key, Limits},
    auth::{Passwords, Tokens},
    connections::{Places, affordable},
    extraction::Extraction,
    health::Health,
    instance,
    leak::Leak,
    limits::Limiter,
    mail::Post,
    metrics::Metrics,
    middleware::RequestIds,
    payments::Payments,
    progress::Board,
    releases::Releases,
    server::ServeError,
    settings::{self, Kept, Settings},
    siblings::Likeness,
    speech::Speaker,
    storage::{self, Links, Storage},
    store::Store,
};

/// Letters that are being written at the same time.
const WRITING: usize = 64;

/// Shared by every request.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) account_limit: Limiter,
    pub(crate) address_limit: Limiter,
    /// Wrong passwords by user name, also of users that are not there.
    pub(crate) guesses: Limiter,
    pub(crate) letter_limit: Limiter,
    pub(crate) post: Post,
    /// A place for each letter that is being written.
    pub(crate) writing: Arc<Semaphore>,
    pub(crate) speaker: Speaker,
    /// Where audio is kept.
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) links: Links,
    pub(crate) extraction: Extraction,
    pub(crate) payments: Payments,
    pub(crate) audit: Audit,
    pub(crate) metrics: Metrics,
    pub(crate) request_ids: RequestIds,
    /// For connections.
    pub(crate) places: Arc<Places>,
    pub(crate) health: Health,
    pub(crate) leak: Leak,
    /// Where other services may be on the same database.
    pub(crate) likeness: Option<Likeness>,
    /// What requests are at, for whoever follows one.
    pub(crate) progress: Arc<Board>,
    /// What the database could not be told yet.
    pub(crate) releases: Releases,
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
            None => settings::load_or_create(&dir, Kept::Tokens)?,
        };
        let audit = open_audit(&settings)?;
        let instance = instance::load_or_create(&dir)
            .map_err(|source| ServeError::DataDirectory { path: dir.clone(), source })?;
        let store = Store::open(&settings.database, settings.database_pool_size)
            .await?
            .delayed(settings.database_delay)
            .owned_by(&instance);
        let storage = storage::open(&settings)?;
        let likeness = if store.is_shared() {
            let mark = storage.mark().await;
            let mark = mark.map_err(|error| ServeError::Start(error.to_string()))?;
            Some(Likeness::of(&settings, secret.bytes(), mark))
        } else {
            None
        };
        let (per_hour, shared) = (settings.rate_limit_per_hour, store.is_shared());
        Ok(Self {
            tokens: Tokens::new(secret.bytes(), settings.access_token_lifetime),
            passwords: Passwords::new(settings.workers)?,
            account_limit: Limiter::new("requests of an account", per_hour, &store),
            address_limit: Limiter::new("requests from an address", per_hour, &store),
            guesses: Limiter::with_returns(
                "wrong passwords",
                settings.login_failures_per_hour,
                &store,
            ),
            letter_limit: Limiter::new("letters", settings.emails_per_hour, &store),
            store,
            post: Post::open(&settings)
                .map_err(|error| ServeError::Start(format!("e-mail: {error}")))?,
            writing: Arc::new(Semaphore::new(WRITING)),
            speaker: Speaker::open(&settings)?,
            storage,
            links: Links::new(secret.bytes(), settings.audio_link_lifetime),
            extraction: Extraction::new(&settings)?,
            payments: Payments::new(&settings, secret.bytes())?,
            audit,
            metrics: Metrics::new(),
            request_ids: RequestIds::new(),
            places: Places::new(affordable(settings.limits.connections)),
            health: Health::default(),
            leak: Leak::of(settings.leak_bytes_per_request),
            likeness,
            progress: Board::new(&settings.progress, shared),
            releases: Releases::default(),
            tasks: TaskTracker::new(),
            started: Instant::now(),
            settings,
            _lock: lock,
        })
    }
}

fn open_audit(settings: &Settings) -> Result<Audit, ServeError> {
    let key = match settings.audit_key.clone() {
        Some(key) => key,
        None => settings::load_or_create(&settings.data_dir, Kept::Audit)?,
    };
    let limits =
        Limits { file_bytes: settings.audit_log_bytes, older_files: settings.audit_log_files };
    Audit::open(&settings.audit_log, Key::new(key.bytes()), limits)
        .map_err(|source| ServeError::AuditLog { path: settings.audit_log.clone(), source })
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
