//! Bounded rooms for work that would block the event loop.
//!
//! A [`Pool`] lets a fixed number of jobs run on blocking threads, lets a fixed number wait in
//! order, and refuses the rest at once with an estimate of when it is worth coming back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One kind of CPU-bound work.
#[derive(Debug)]
pub(crate) struct Pool {
    /// As the caller is told when it is full.
    what: &'static str,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    threads: usize,
    queue: usize,
    refused: AtomicU64,
    /// Moving average of a job's microseconds; 0 until the first one ended.
    typical: Arc<AtomicU64>,
}

/// A place in a pool's queue; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pool: &'a Pool,
    permit: OwnedSemaphorePermit,
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// Everything is taken, the waiting places too.
    #[error("{what} is full")]
    Full { what: &'static str, retry_after: u64 },
    /// The job itself broke.
    #[error("{what} panicked")]
    Panicked { what: &'static str },
}

/// What `/metrics` tells about a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) running: usize,
    pub(crate) waiting: usize,
    pub(crate) refused: u64,
}

impl Pool {
    pub(crate) fn new(what: &'static str, threads: usize, queue: usize) -> Self {
        Self {
            what,
            running: Arc::new(Semaphore::new(threads)),
            admitted: Arc::new(Semaphore::new(threads + queue)),
            threads,
            queue,
            refused: AtomicU64::new(0),
            typical: Arc::default(),
        }
    }

    /// Takes a place in the queue, or says at once that there is none.
    pub(crate) fn admit(&self) -> Result<Place<'_>, Refused> {
        let Ok(permit) = Arc::clone(&self.admitted).try_acquire_owned() else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Refused::Full { what: self.what, retry_after: self.retry_after() });
        };
        Ok(Place { pool: self, permit })
    }

    /// Takes a place and runs the job in it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.admit()?.run(job).await
    }

    pub(crate) fn figures(&self) -> Figures {
        let running = self.threads - self.running.available_permits().min(self.threads);
        let admitted = self.threads + self.queue - self.admitted.available_permits();
        Figures {
            running,
            waiting: admitted.saturating_sub(running),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Seconds until the queue of now should have drained.
    fn retry_after(&self) -> u64 {
        let jobs = (self.figures().waiting + 1) as u64;
        let micros = jobs * self.typical.load(Ordering::Relaxed) / self.threads.max(1) as u64;
        micros.div_ceil(1_000_000).clamp(1, 60)
    }
}

impl Place<'_> {
    /// Runs the job on a blocking thread when its turn comes. Dropping the future while the job
    /// waits takes it out of the queue; a job that has started runs to its end.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let Self { pool, permit } = self;
        let turn = Arc::clone(&pool.running).acquire_owned().await;
        let typical = Arc::clone(&pool.typical);
        let done = tokio::task::spawn_blocking(move || {
            // Held by the job, not by the request: a caller who hangs up frees no thread.
            let _held = (turn, permit);
            let start = Instant::now();
            let result = job();
            note_duration(&typical, start.elapsed());
            result
        });
        done.await.map_err(|_| Refused::Panicked { what: pool.what })
    }
}

fn note_duration(typical: &AtomicU64, took: Duration) {
    let took = took.as_micros() as u64;
    // Jobs that end together may lose each other's sample; an average can bear that.
    let before = typical.load(Ordering::Relaxed);
    let after = if before == 0 { took } else { before - before / 8 + took / 8 };
    typical.store(after, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::{Pool, Refused};

    #[tokio::test]
    async fn one_runs_one_waits_the_third_is_refused() {
        let pool = std::sync::Arc::new(Pool::new("The kitchen", 1, 1));
        let (release, gate) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = std::sync::Arc::clone(&pool);
            async move { pool.run(move || gate.recv().is_ok()).await }
        });
        let second = tokio::spawn({
            let pool = std::sync::Arc::clone(&pool);
            async move { pool.run(|| 2).await }
        });
        while pool.figures().running + pool.figures().waiting < 2 {
            tokio::task::yield_now().await;
        }
        let third = pool.run(|| 3).await;
        assert!(matches!(third, Err(Refused::Full { retry_after: 1.., .. })));
        assert_eq!(pool.figures().refused, 1);
        release.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
        assert_eq!(second.await.unwrap().unwrap(), 2);
        assert_eq!(pool.run(|| 4).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn a_broken_job_frees_its_thread() {
        let pool = Pool::new("The kitchen", 1, 0);
        let broken = pool.run(|| panic!("burnt")).await;
        assert!(matches!(broken, Err(Refused::Panicked { .. })));
        assert_eq!(pool.run(|| 1).await.unwrap(), 1);
    }
}
