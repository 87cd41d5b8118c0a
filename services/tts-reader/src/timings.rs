//! Where a request's time went: hashing, the database, waiting for a turn, speaking …
//!
//! Whatever takes time says so here ([`span`], [`measure`], [`add`]); the request it is for is the
//! one whose task it runs in. Outside of requests nothing is kept. Two that overlap in a request
//! count once, so that stages never add up to more than the whole.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderName, HeaderValue};

use crate::metrics::StageMetrics;

/// Tells the client, in the form that browsers show.
pub(crate) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On a thread that hashes a password.
    Hash,
    /// From wanting a connection to the database until it is given back.
    Sql,
    /// Waiting for a thread, or for a turn to speak.
    Queue,
    /// Speaking; of an engine elsewhere, waiting for it.
    Synthesis,
    /// From samples to a file.
    Encoding,
    /// Writing, finding and reading audio.
    Storage,
    /// Getting somebody else's page.
    Fetch,
    /// Finding the text of a page.
    Parse,
}

impl Stage {
    pub(crate) const ALL: [Self; 8] = [
        Self::Hash,
        Self::Sql,
        Self::Queue,
        Self::Synthesis,
        Self::Encoding,
        Self::Storage,
        Self::Fetch,
        Self::Parse,
    ];

    /// As metrics and headers name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Sql => "sql",
            Self::Queue => "queue",
            Self::Synthesis => "synthesis",
            Self::Encoding => "encoding",
            Self::Storage => "storage",
            Self::Fetch => "fetch",
            Self::Parse => "parse",
        }
    }
}

tokio::task_local! {
    /// Of the request that a task works for.
    static CURRENT: Arc<Timings>;
}

/// The times of one request. When the last who works for it is done, they go to the metrics.
#[derive(Debug)]
pub(crate) struct Timings {
    clocks: Mutex<[Clock; Stage::ALL.len()]>,
    metrics: Arc<StageMetrics>,
}

/// The time of one stage.
#[derive(Debug, Clone, Copy, Default)]
struct Clock {
    total: Duration,
    /// Whether there was any, however short.
    used: bool,
    /// How many are at it now, and since when at least one.
    open: Option<(u32, Instant)>,
}

impl Timings {
    pub(crate) fn new(metrics: &Arc<StageMetrics>) -> Arc<Self> {
        Arc::new(Self { clocks: Mutex::default(), metrics: Arc::clone(metrics) })
    }

    /// `sql;dur=0.8, total;dur=1.9`, in milliseconds; only what there was.
    pub(crate) fn header(&self, whole: Duration) -> Option<HeaderValue> {
        use std::fmt::Write;
        let mut text = String::with_capacity(96);
        for (stage, clock) in Stage::ALL.into_iter().zip(self.read()) {
            if clock.used {
                let _ = write!(text, "{};dur={}, ", stage.name(), milliseconds(clock.total));
            }
        }
        let _ = write!(text, "total;dur={}", milliseconds(whole));
        HeaderValue::try_from(text).ok()
    }

    fn read(&self) -> [Clock; Stage::ALL.len()] {
        *self.lock()
    }

    fn change(&self, stage: Stage, change: impl FnOnce(&mut Clock)) {
        change(&mut self.lock()[stage as usize]);
    }

    fn lock(&self) -> MutexGuard<'_, [Clock; Stage::ALL.len()]> {
        // Nothing that could panic runs under it.
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Timings {
    fn drop(&mut self) {
        for (stage, clock) in Stage::ALL.into_iter().zip(self.read()) {
            if clock.used {
                self.metrics.observe(stage, clock.total);
            }
        }
    }
}

/// Runs what belongs to a request.
pub(crate) fn within<F: Future>(timings: Arc<Timings>, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(timings, work)
}

/// For work that is given to another task: it counts for the request that gives it away.
pub(crate) async fn carried<F: Future>(timings: Option<Arc<Timings>>, work: F) -> F::Output {
    match timings {
        Some(timings) => CURRENT.scope(timings, work).await,
        None => work.await,
    }
}

/// The times of the request that this task works for.
pub(crate) fn current() -> Option<Arc<Timings>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Counts time that was measured elsewhere: on a thread that knows of no request.
pub(crate) fn add(stage: Stage, time: Duration) {
    let _ = CURRENT.try_with(|timings| {
        timings.change(stage, |clock| {
            clock.total += time;
            clock.used = true;
        });
    });
}

/// Counts the time until it is dropped.
pub(crate) fn span(stage: Stage) -> Span {
    let timings = current();
    if let Some(timings) = &timings {
        timings.change(stage, |clock| {
            clock.open = Some(match clock.open {
                Some((others, since)) => (others + 1, since),
                None => (1, Instant::now()),
            });
        });
    }
    Span { timings, stage }
}

/// Counts the time that a future takes.
pub(crate) async fn measure<F: Future>(stage: Stage, work: F) -> F::Output {
    let _span = span(stage);
    work.await
}

/// A stretch of a stage.
#[derive(Debug)]
#[must_use = "it counts until it is dropped"]
pub(crate) struct Span {
    timings: Option<Arc<Timings>>,
    stage: Stage,
}

impl Drop for Span {
    fn drop(&mut self) {
        let Some(timings) = &self.timings else { return };
        timings.change(self.stage, |clock| match clock.open {
            Some((1, since)) => {
                clock.total += since.elapsed();
                clock.used = true;
                clock.open = None;
            }
            Some((others, since)) => clock.open = Some((others - 1, since)),
            None => {}
        });
    }
}

/// Cut to microseconds: the parts then never add up to more than the whole.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{Stage, Timings, add, carried, current, measure, span, within};
    use crate::metrics::StageMetrics;

    fn text(timings: &Timings) -> String {
        timings.header(Duration::from_millis(100)).unwrap().to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn stages_count_for_the_request_of_their_task_and_once_where_they_overlap() {
        add(Stage::Hash, Duration::from_millis(5));
        assert!(current().is_none(), "outside of requests nothing is kept");

        let timings = Timings::new(&Arc::default());
        within(Arc::clone(&timings), async {
            add(Stage::Hash, Duration::from_micros(5_250));
            add(Stage::Hash, Duration::from_millis(2));
            let other = tokio::spawn(carried(current(), async {
                add(Stage::Synthesis, Duration::from_millis(3));
            }));
            other.await.unwrap();
            // Two at once for as long as one: they count as one.
            let start = std::time::Instant::now();
            let (first, second) = (span(Stage::Sql), span(Stage::Sql));
            measure(Stage::Fetch, tokio::task::yield_now()).await;
            drop((first, second));
            let took = start.elapsed();
            assert!(timings.read()[Stage::Sql as usize].total <= took);
        })
        .await;
        let text = text(&timings);
        assert!(text.starts_with("hash;dur=7.25, sql;dur="), "{text}");
        assert!(text.contains("synthesis;dur=3, fetch;dur="), "{text}");
        assert!(text.ends_with(", total;dur=100"), "{text}");
        assert!(!text.contains("queue") && !text.contains("storage"), "{text}");
    }

    #[tokio::test]
    async fn metrics_are_told_when_the_last_is_done() {
        let metrics = Arc::new(StageMetrics::default());
        let timings = Timings::new(&metrics);
        let kept = within(Arc::clone(&timings), async {
            add(Stage::Storage, Duration::from_millis(1));
            current()
        });
        let kept = kept.await;
        drop(timings);
        assert_eq!(metrics.count(Stage::Storage), 0, "somebody still works for it");
        drop(kept);
        assert_eq!((metrics.count(Stage::Storage), metrics.count(Stage::Sql)), (1, 0));
    }
}
