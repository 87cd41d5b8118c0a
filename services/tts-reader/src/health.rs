//! How the database and the disk are: asked once a second in the background, told at once.
//!
//! A load balancer, or an attacker, may ask for the health as often as it likes; the database and the
//! disk notice nothing of it.

use std::{
    fmt::Display,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest wait for the database or the disk.
const PATIENCE: Duration = Duration::from_secs(2);
/// A look as old as this says nothing any more: whoever should look hangs.
const OLD: Duration = Duration::from_secs(10);

/// What was seen last.
#[derive(Debug, Default)]
pub(crate) struct Health {
    last: Mutex<Option<Look>>,
    /// Whether each part was unwell when last asked: a failure is logged when it begins and when it
    /// ends, not once per look.
    database_failing: AtomicBool,
    storage_failing: AtomicBool,
}

/// One look at what the service cannot do without.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) database: Probe,
    pub(crate) storage: Probe,
    at: Instant,
}

/// How one part answered.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    /// Why it is not well.
    pub(crate) trouble: Option<String>,
    pub(crate) took: Duration,
}

impl Health {
    /// Asks database and disk now.
    pub(crate) async fn look(&self, app: &App) -> Look {
        let at = Instant::now();
        let (database, storage) = tokio::join!(
            // Large, and kept in everything that looks.
            probe("database", &self.database_failing, Box::pin(app.store.ping())),
            probe("storage", &self.storage_failing, app.storage.probe()),
        );
        let look = Look { database, storage, at };
        *self.lock() = Some(look.clone());
        look
    }

    /// Whether the database and the disk are well, as far as is known: by the last look, and by
    /// requests that could not reach the database since.
    pub(crate) fn told(&self, app: &App) -> (bool, bool) {
        match &*self.lock() {
            Some(look) if look.at.elapsed() < OLD => {
                (look.database.is_well() && !app.store.is_away(), look.storage.is_well())
            }
            _ => (false, false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Look>> {
        // Replaced as a whole.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Probe {
    pub(crate) fn is_well(&self) -> bool {
        self.trouble.is_none()
    }
}

/// Looks again and again, until the service stops.
pub(crate) async fn watch(app: &App, stop: &CancellationToken) {
    let looking = async {
        loop {
            sleep(PAUSE).await;
            app.health.look(app).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = looking => {}
    }
}

async fn probe<E: Display>(
    what: &str,
    failing: &AtomicBool,
    check: impl Future<Output = Result<(), E>>,
) -> Probe {
    let start = Instant::now();
    let trouble = match timeout(PATIENCE, check).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let failed_before = failing.swap(trouble.is_some(), Ordering::Relaxed);
    match &trouble {
        Some(cause) if !failed_before => tracing::error!(cause, "the {what} is not healthy"),
        None if failed_before => tracing::info!("the {what} is healthy again"),
        _ => {}
    }
    Probe { trouble, took: start.elapsed() }
}
