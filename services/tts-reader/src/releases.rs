//! What work that is over still holds in the database: reserved credits, claimed keys. The database
//! is told at once, and where it cannot take that now (it is away, or its disk is full), again and
//! again until it can.
//!
//! It alone decides what becomes of a release: one that was told before, whoever did it, changes
//! nothing. So nothing is given back twice, whatever became of an earlier try.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::Timestamp,
    metrics::Moved,
    store::{Claim, Reservation, StoreError},
};

/// How many may wait, a few hundred bytes each. What finds no place is left to the upkeep.
const PLACES: usize = 10_000;
/// The pause before the next try. There is one at a time, however many wait.
const PAUSE: Duration = Duration::from_secs(1);

/// What is released.
#[derive(Debug)]
pub(crate) enum Release {
    /// Credits that nothing came of.
    Credits(Reservation),
    /// An `Idempotency-Key` that has no answer.
    Key(Claim),
}

/// Those that wait for the database.
#[derive(Debug, Default)]
pub(crate) struct Releases {
    /// Each stays here until the database was told. Only [`run`] removes or moves any.
    waiting: Mutex<VecDeque<Arc<Release>>>,
    /// Heard by [`run`].
    added: Notify,
}

/// Releases it now, or as soon as the database can.
pub(crate) async fn release(app: &App, it: Release) {
    if let Err(error) = tell(app, &it).await {
        tracing::warn!(%error, "cannot release {} now; will try again", it.what());
        app.releases.add(it);
    }
}

/// Sees to those that wait; when it is told to stop, once more. What is left then is released at the
/// next start.
pub(crate) async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.releases.due() => catch_up(&app).await,
        }
    }
    let last = tokio::time::timeout(app.settings.shutdown_grace, catch_up(&app)).await;
    if last.is_err() || app.releases.waiting() > 0 {
        tracing::warn!(
            "stopped before the database was told all that is over; it is at the next start"
        );
    }
}

/// Until the first that cannot be released. That one goes behind the others: if the trouble is its
/// own, they need not wait for it.
async fn catch_up(app: &App) {
    let mut released = 0;
    while let Some(it) = app.releases.first() {
        if let Err(error) = tell(app, &it).await {
            tracing::debug!(%error, "cannot release {} yet", it.what());
            app.releases.put_behind();
            break;
        }
        app.releases.remove_first();
        released += 1;
    }
    if released > 0 {
        tracing::info!(released, "released what had to wait for the database");
    }
}

async fn tell(app: &App, it: &Release) -> Result<(), StoreError> {
    match it {
        Release::Credits(reservation) => {
            app.store.refund(reservation, Timestamp::now()).await?;
            app.metrics.credits(Moved::GivenBack, reservation.credits());
        }
        Release::Key(claim) => app.store.unclaim(claim).await?,
    }
    Ok(())
}

impl Release {
    fn what(&self) -> &'static str {
        match self {
            Self::Credits(_) => "reserved credits",
            Self::Key(_) => "an idempotency key",
        }
    }
}

impl Releases {
    pub(crate) fn waiting(&self) -> usize {
        self.lock().len()
    }

    fn add(&self, it: Release) {
        let mut waiting = self.lock();
        if waiting.len() >= PLACES {
            tracing::warn!("too many releases wait; {} are left to the upkeep", it.what());
            return;
        }
        waiting.push_back(Arc::new(it));
        self.added.notify_one();
    }

    /// Resolves when it is time for the next try.
    async fn due(&self) {
        while self.waiting() == 0 {
            self.added.notified().await;
        }
        tokio::time::sleep(PAUSE).await;
    }

    fn first(&self) -> Option<Arc<Release>> {
        self.lock().front().map(Arc::clone)
    }

    fn remove_first(&self) {
        self.lock().pop_front();
    }

    /// The first behind all others.
    fn put_behind(&self) {
        let mut waiting = self.lock();
        if let Some(first) = waiting.pop_front() {
            waiting.push_back(first);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Release>>> {
        // A list is whole after each of these calls, so a panic cannot leave it half changed.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
