//! What has to be done now and then: give back what was abandoned, mark what lapsed, remove what
//! nobody can reach any more.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::Timestamp,
    health,
    siblings::{self, Told},
    store::StoreError,
};

const PAUSE: Duration = Duration::from_mins(1);
/// A reservation this old belongs to work that died; no synthesis takes nearly as long.
const ABANDONED: Duration = Duration::from_mins(30);
/// Audio stays a little longer than its link, for those who just started to listen.
const LISTENING: Duration = Duration::from_mins(1);

/// Gives back what this service reserved before it ended early. Only right at start, while the lock
/// on the data directory says that no other process reserves in its name.
pub(crate) async fn recover(app: &App) -> Result<(), StoreError> {
    app.store.unclaim_own().await?;
    app.store.leave_progress().await?;
    let refunded = app.store.refund_own(Timestamp::now()).await?;
    if refunded > 0 {
        tracing::warn!(
            refunded,
            "gave back credits that were reserved when the service ended early"
        );
    }
    // Before anybody can log in.
    note_hashes(app).await
}

/// Looks after the service until it is told to stop.
pub(crate) async fn run(app: Arc<App>, stop: CancellationToken) {
    tokio::join!(health::watch(&app, &stop), upkeep(&app, &stop), learn(&app, &stop));
}

/// Which voices there are.
async fn learn(app: &App, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = app.speaker.keep_learning() => {}
    }
}

async fn upkeep(app: &App, stop: &CancellationToken) {
    let mut told = Told::default();
    loop {
        report("meet other services", siblings::meet(app, &mut told, Timestamp::now()).await);
        tidy(app).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Whether everybody's password is hashed by us, or some by the original still.
async fn note_hashes(app: &App) -> Result<(), StoreError> {
    app.passwords.expect_both_hashes(app.store.has_original_hashes().await?);
    Ok(())
}

async fn tidy(app: &App) {
    let now = Timestamp::now();
    report("look for old hashes", note_hashes(app).await);
    report("mark lapsed credits", app.store.mark_expired(now).await);
    report("forget old sessions", app.store.forget_sessions(now).await);
    report("forget old tokens of letters", app.store.forget_tokens(now).await);
    report("remove old letters", app.post.sweep());
    let limit = now.minus(ABANDONED);
    report("refund abandoned reservations", app.store.refund_abandoned(limit, now).await);
    report("forget old answers", app.store.forget_answers(limit, now).await);
    let age = app.settings.audio_retention() + LISTENING;
    report("remove old audio", app.storage.sweep(age).await);
    report("forget old counts", app.store.forget_counts().await);
    let kept = app.settings.progress.keep.as_secs();
    report("forget old progress", app.store.forget_progress(kept).await);
    app.account_limit.forget_idle();
    app.address_limit.forget_idle();
    app.guesses.forget_idle();
    app.letter_limit.forget_idle();
}

fn report<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) {
    if let Err(error) = result {
        tracing::error!(%error, "cannot {what}; will try again");
    }
}
