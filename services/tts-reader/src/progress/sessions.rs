//! Whose subscribers there are: so many of an account, and none of a session that is over.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::board::Board;
use crate::{app::App, domain::UserId, store::StoreError};

/// How often sessions are looked at: a subscriber outlives its session by no more, and by what the
/// database takes.
pub(super) const PAUSE: Duration = Duration::from_secs(2);
/// Sessions in one statement.
const MOST_AT_ONCE: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    sessions: HashMap<String, Watched>,
    accounts: HashMap<UserId, usize>,
}

#[derive(Debug, Default)]
struct Watched {
    subscribers: usize,
    over: CancellationToken,
}

/// One subscriber of a session, counted until it is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    board: Arc<Board>,
    session: String,
    user: UserId,
    /// The session is over.
    pub(super) over: CancellationToken,
}

impl Counted {
    /// One more; none when the account has all it may.
    pub(super) fn of(board: &Arc<Board>, session: &str, user: &UserId) -> Option<Self> {
        let mut inner = board.sessions.lock();
        let count = inner.accounts.entry(user.clone()).or_default();
        if *count >= board.limits.subscribers_of_account {
            return None;
        }
        *count += 1;
        let watched = inner.sessions.entry(session.to_owned()).or_default();
        watched.subscribers += 1;
        let over = watched.over.clone();
        let (session, user) = (session.to_owned(), user.clone());
        Some(Self { board: Arc::clone(board), session, user, over })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut inner = self.board.sessions.lock();
        if let Some(count) = inner.accounts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                inner.accounts.remove(&self.user);
            }
        }
        if let Some(watched) = inner.sessions.get_mut(&self.session) {
            watched.subscribers -= 1;
            if watched.subscribers == 0 {
                inner.sessions.remove(&self.session);
            }
        }
    }
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Counts are changed in one place each, where nothing panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ids(&self) -> Vec<String> {
        self.lock().sessions.keys().cloned().collect()
    }

    fn end(&self, session: &str) {
        if let Some(watched) = self.lock().sessions.get(session) {
            watched.over.cancel();
        }
    }
}

/// Ends the subscribers of sessions that are over: one statement, however many subscribers there are.
pub(super) async fn look(app: &App) -> Result<(), StoreError> {
    for some in app.progress.sessions.ids().chunks(MOST_AT_ONCE) {
        let live = app.store.live_sessions(some).await?;
        for session in some.iter().filter(|session| !live.contains(*session)) {
            app.progress.sessions.end(session);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Counted;
    use crate::{domain::UserId, progress::board::Board, settings};

    #[test]
    fn an_account_has_so_many_subscribers_and_nothing_stays_of_them() {
        let limits = settings::ProgressLimits { subscribers_of_account: 2, ..Default::default() };
        let board = Board::new(&limits, false);
        let (ann, bob) = (UserId::new(), UserId::new());
        let one = Counted::of(&board, "a", &ann).unwrap();
        let other = Counted::of(&board, "b", &ann).unwrap();
        assert!(Counted::of(&board, "c", &ann).is_none());
        let bobs = Counted::of(&board, "d", &bob).unwrap();
        drop(one);
        let again = Counted::of(&board, "b", &ann).unwrap();
        board.sessions.end("b");
        assert!(other.over.is_cancelled() && again.over.is_cancelled());
        assert!(!bobs.over.is_cancelled());
        drop((other, again, bobs));
        assert!(board.sessions.ids().is_empty());
        assert!(board.sessions.lock().accounts.is_empty());
    }
}
