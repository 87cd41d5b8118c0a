//! What goes on in the background: old progress is forgotten, sessions are looked at, and where several
//! services share a database each tells the others what its requests are at.
//!
//! Records go into a table, and a notification says of which requests there are new ones; who follows one
//! of these reads them from there. So a notification that is lost costs time, not records: what is
//! followed is looked up every few seconds anyway, and after each reconnection.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    beyond::Beyond,
    entry::Entry,
    id::{Key, ProgressId},
    record::{Moment, Record, Status},
    sessions,
};
use crate::{app::App, store::StoreError};

/// Records of so long go together.
const TOGETHER: Duration = Duration::from_millis(40);
/// How often what is followed is looked up without being told to, and requests at work say that they are.
const ROUND: Duration = Duration::from_secs(5);
/// The pause after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// What telling the last records may take when the service ends.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Requests in one statement.
const MOST_AT_ONCE: usize = 1_000;

/// Runs until nothing is at work any more; then tells what is left to tell.
pub(crate) async fn run(app: Arc<App>, done: CancellationToken) {
    let Some(beyond) = &app.progress.beyond else {
        tokio::select! {
            () = done.cancelled() => {}
            () = tidy(&app) => {}
            () = watch_sessions(&app) => {}
        }
        return;
    };
    tokio::select! {
        () = done.cancelled() => {}
        () = tidy(&app) => {}
        () = watch_sessions(&app) => {}
        () = deliver(&app, beyond) => {}
        () = listen(&app, beyond) => {}
        () = look_up(&app, beyond) => {}
    }
    if timeout(LAST_WORDS, deliver_all(&app, beyond)).await.is_err() {
        tracing::debug!("progress of the last requests was not told to other services");
    }
}

async fn tidy(app: &App) {
    loop {
        sleep(ROUND).await;
        app.progress.sweep();
    }
}

async fn watch_sessions(app: &App) {
    let mut trouble = Trouble::of("look at the sessions of those who follow progress");
    loop {
        sleep(sessions::PAUSE).await;
        trouble.note(&sessions::look(app).await);
    }
}

async fn deliver(app: &App, beyond: &Beyond) {
    let mut trouble = Trouble::of("tell other services of progress");
    loop {
        beyond.told.notified().await;
        sleep(TOGETHER).await;
        let delivered = deliver_all(app, beyond).await;
        trouble.note(&delivered);
        if delivered.is_err() {
            sleep(PAUSE).await;
        }
    }
}

async fn deliver_all(app: &App, beyond: &Beyond) -> Result<(), StoreError> {
    loop {
        let records = beyond.take();
        if records.is_empty() {
            return Ok(());
        }
        if let Err(error) = app.store.add_progress(&records).await {
            beyond.put_back(records);
            return Err(error);
        }
    }
}

async fn listen(app: &App, beyond: &Beyond) {
    let mut trouble = Trouble::of("hear of progress at other services at once");
    loop {
        let ended = hear(app, beyond, &mut trouble).await;
        trouble.note(&ended);
        sleep(PAUSE).await;
    }
}

/// Ends with the connection.
async fn hear(app: &App, beyond: &Beyond, trouble: &mut Trouble) -> Result<(), StoreError> {
    let mut bell = app.store.progress_bell().await?;
    trouble.is_over();
    // What was told before is told once.
    beyond.look_at_all();
    loop {
        let keys = bell.next().await?;
        beyond.look_at(keys.split(',').filter_map(Key::parse));
    }
}

async fn look_up(app: &App, beyond: &Beyond) {
    let mut trouble = Trouble::of("look up progress at other services");
    let mut round = interval(ROUND);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let seen = tokio::select! {
            biased;
            _ = round.tick() => go_round(app, beyond).await,
            () = beyond.look.notified() => look(app, beyond).await,
        };
        trouble.note(&seen);
        if seen.is_err() {
            sleep(PAUSE).await;
            beyond.look_at_all();
        }
    }
}

/// Looks at what was asked for.
async fn look(app: &App, beyond: &Beyond) -> Result<(), StoreError> {
    let looks = beyond.take_looks();
    let among = if looks.all { None } else { Some(&looks.keys) };
    read(app, &app.progress.elsewhere(among)).await
}

/// Says that requests here are at work, and ends those of services that do not say so any more.
async fn go_round(app: &App, beyond: &Beyond) -> Result<(), StoreError> {
    for some in app.progress.at_work().chunks(MOST_AT_ONCE) {
        app.store.keep_progress(&hex(some.iter().copied())).await?;
    }
    let elsewhere = app.progress.elsewhere(None);
    read(app, &elsewhere).await?;
    let under_way = |entry: &&Arc<Entry>| entry.last().is_some_and(|last| !last.last);
    let under_way: Vec<Key> = elsewhere.iter().filter(under_way).map(|it| it.key).collect();
    for some in under_way.chunks(MOST_AT_ONCE) {
        for silent in app.store.silent_progress(&hex(some.iter().copied())).await? {
            let entry = elsewhere.iter().find(|entry| entry.key.hex() == silent);
            if let Some(last) = entry.and_then(|entry| epitaph(&entry.last()?)) {
                app.store.end_progress(&silent, last.sequence, &last.text).await?;
                beyond.look_at(Key::parse(&silent));
            }
        }
    }
    Ok(())
}

/// Reads what other services have told of requests since.
async fn read(app: &App, entries: &[Arc<Entry>]) -> Result<(), StoreError> {
    for some in entries.chunks(MOST_AT_ONCE) {
        let wanted: Vec<(String, u64)> =
            some.iter().map(|entry| (entry.key.hex(), entry.newest().sequence)).collect();
        let told = app.store.progress_since(&wanted).await?;
        for (entry, (key, _)) in some.iter().zip(&wanted) {
            let own = told.iter().filter(|it| it.key == *key);
            entry.add(own.map(|it| Record {
                sequence: it.sequence as u64,
                last: it.last,
                text: it.record.as_str().into(),
            }));
            entry.asked();
        }
    }
    Ok(())
}

/// The last record of a request whose service is gone.
fn epitaph(last: &Record) -> Option<Record> {
    let shown = last.shown()?;
    Some(Record::of(Moment {
        id: &ProgressId::parse(&shown.extraction_id)?,
        sequence: last.sequence + 1,
        status: Status::Failed,
        message: "The service that was at work on it ended",
        progress: 1.0,
        method: shown.method.as_deref(),
    }))
}

fn hex(keys: impl Iterator<Item = Key>) -> Vec<String> {
    keys.map(Key::hex).collect()
}

/// Says once that something fails, and once that it works again.
struct Trouble {
    what: &'static str,
    now: bool,
}

impl Trouble {
    fn of(what: &'static str) -> Self {
        Self { what, now: false }
    }

    fn note(&mut self, result: &Result<(), StoreError>) {
        match result {
            Ok(()) => self.is_over(),
            Err(error) if !self.now => {
                self.now = true;
                tracing::warn!(%error, "cannot {}; will try again", self.what);
            }
            Err(_) => {}
        }
    }

    fn is_over(&mut self) {
        if std::mem::take(&mut self.now) {
            tracing::info!("can {} again", self.what);
        }
    }
}
