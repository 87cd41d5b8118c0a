//! Somebody who follows a request over a WebSocket.

use std::{
    borrow::Cow,
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    net::TcpStream,
    pin,
    sync::OwnedSemaphorePermit,
    time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::{
    id::{Key, ProgressId},
    line::{End, Line},
    record::not_found,
    sessions::Counted,
    subscription::Subscription,
};
use crate::{
    app::App,
    auth::{CallerSession, sign_in},
    connections::Taken,
    errors::ApiError,
};

/// How long the answer to a handshake waits for what other services know.
const SETTLING: Duration = Duration::from_secs(2);

/// Who asked to follow which request.
#[derive(Debug)]
pub(crate) struct Follower {
    app: Arc<App>,
    id: ProgressId,
    /// The newest record that is known already.
    after: Option<u64>,
    /// Who did not show a token with the request shows it in the first message.
    following: Option<Following>,
    _place: OwnedSemaphorePermit,
}

/// One who may follow, and does.
#[derive(Debug)]
struct Following {
    subscription: Subscription,
    counted: Counted,
    /// When the token ends.
    expiry: Instant,
}

/// The first message of a client whose request had no token.
#[derive(Deserialize)]
struct First {
    token: String,
}

impl Follower {
    /// From here on nothing of the request is missed, if the caller is known.
    ///
    /// # Errors
    /// When there are as many as there may be, in all or of the account.
    pub(crate) async fn new(
        app: &Arc<App>,
        id: ProgressId,
        after: Option<u64>,
        caller: Option<CallerSession>,
    ) -> Result<Self, ApiError> {
        let place = Arc::clone(&app.progress.places)
            .try_acquire_owned()
            .map_err(|_| ApiError::Busy { what: "Following progress", retry_after: 5 })?;
        let following = match caller {
            None => None,
            Some(caller) => {
                let following = Following::begin(app, &id, after, &caller).await;
                let full = || ApiError::Throttled { what: TOO_MANY, retry_after: 5 };
                Some(following.ok_or_else(full)?)
            }
        };
        Ok(Self { app: Arc::clone(app), id, after, following, _place: place })
    }

    /// Speaks to the end; what comes back is to be read out.
    pub(crate) async fn follow(mut self, taken: Taken) -> Option<TcpStream> {
        let stop = taken.stop.clone();
        let mut line = Line::on(taken).await;
        let Err(end) = self.speak(&mut line, &stop).await;
        let counts = &self.app.progress.counts;
        match end {
            End::Slow => counts.slow.fetch_add(1, Ordering::Relaxed),
            End::Silent => counts.silent.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
        // Whoever hears of the end finds the place free.
        drop(self);
        line.close(end).await
    }

    async fn speak(
        &mut self,
        line: &mut Line,
        stop: &CancellationToken,
    ) -> Result<Infallible, End> {
        let following = match self.following.take() {
            Some(following) => following,
            None => {
                let caller = self.ask_for_token(line, stop).await?;
                let following = Following::begin(&self.app, &self.id, self.after, &caller).await;
                following.ok_or_else(|| End::told(4429, TOO_MANY))?
            }
        };
        self.tell(line, stop, following).await
    }

    /// Waits for the first message.
    async fn ask_for_token(
        &self,
        line: &mut Line,
        stop: &CancellationToken,
    ) -> Result<CallerSession, End> {
        let first = async {
            loop {
                match line.hear().await? {
                    Message::Text(text) => return Ok(text),
                    Message::Ping(_) | Message::Pong(_) => {}
                    _ => return Err(End::told(4401, NO_TOKEN)),
                }
            }
        };
        let text = tokio::select! {
            () = stop.cancelled() => return Err(End::stopping()),
            first = timeout(self.app.progress.limits.token_time, first) => {
                first.map_err(|_| End::told(4401, "No access token came in time"))??
            }
        };
        let first: First = serde_json::from_str(&text).map_err(|_| End::told(4401, NO_TOKEN))?;
        sign_in(&self.app, &first.token, None).await.map_err(|error| refused(&error))
    }

    async fn tell(
        &self,
        line: &mut Line,
        stop: &CancellationToken,
        following: Following,
    ) -> Result<Infallible, End> {
        let Following { mut subscription, counted, expiry } = following;
        let limits = &self.app.progress.limits;
        let mut begun = false;
        let mut beat = interval_at(Instant::now() + limits.heartbeat, limits.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (patience, expiry) = (sleep(limits.wait), sleep_until(expiry));
        pin!(patience, expiry);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(End::stopping()),
                () = counted.over.cancelled() => return Err(End::told(4401, "The session is over")),
                () = &mut expiry => return Err(End::told(4401, "The access token has expired")),
                () = &mut patience, if !begun => {
                    return Err(self.give_up(line, &subscription).await);
                }
                _ = beat.tick() => line.ping().await?,
                // What it says is of no interest, that it speaks is.
                heard = line.hear() => drop(heard?),
                records = subscription.next() => {
                    begun = true;
                    for record in records {
                        line.say(Message::Text(record.text)).await?;
                        self.app.progress.counts.sent.fetch_add(1, Ordering::Relaxed);
                        if record.last {
                            return Err(End::told(1000, ""));
                        }
                    }
                }
            }
        }
    }

    /// No request of that name began.
    async fn give_up(&self, line: &mut Line, subscription: &Subscription) -> End {
        if !subscription.is_settled() {
            return End::told(1013, "What other services know cannot be looked up; try again");
        }
        match line.say(Message::Text(not_found(&self.id))).await {
            Ok(()) => End::told(4404, "Extraction progress not found"),
            Err(end) => end,
        }
    }
}

impl Following {
    /// Begins to follow; none when the account follows as many as it may.
    async fn begin(
        app: &App,
        id: &ProgressId,
        after: Option<u64>,
        caller: &CallerSession,
    ) -> Option<Self> {
        let (board, user) = (&app.progress, &caller.account.user_id);
        let counted = Counted::of(board, &caller.session, user)?;
        let mut subscription = board.subscribe(Key::of(user, id), after);
        if timeout(SETTLING, subscription.settle()).await.is_err() {
            tracing::debug!("what other services know of progress was not to be had in time");
        }
        Some(Self { subscription, counted, expiry: Instant::now() + caller.time_left() })
    }
}

const NO_TOKEN: &str = "The first message must be {\"token\": \"<access token>\"}";
const TOO_MANY: &str = "The account follows as many requests as it may";

/// A refusal as a WebSocket tells it.
fn refused(error: &ApiError) -> End {
    let code = match error.status().as_u16() {
        401 => 4401,
        429 => 4429,
        _ => 1013,
    };
    End::Told(code, Cow::Owned(error.to_string()))
}
