//! Bounded rooms for work that would block the event loop.
//!
//! A [`Pool`] has a fixed number of threads of its own, lets a fixed number of jobs wait for them
//! in order, and refuses the rest at once with an estimate of when it is worth coming back.
//!
//! Its threads give way to those of the event loop (on Linux, where niceness is a thread's own): when both
//! want a CPU, the loop gets three times as much and gets it at once. So answers that need no such work
//! stay quick however much of it there is, and when the loop is idle the pool has all CPUs that
//! its threads can use.
//!
//! Not tokio's blocking threads: those come and go by the dozen, and each keeps the memory its
//! largest job needed (19 MiB for every password), which added up to hundreds of megabytes.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::timings::{self, Stage};

/// How much the threads give way: a third of the weight of others.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// One kind of CPU-bound work.
#[derive(Debug)]
pub(crate) struct Pool {
    /// As the caller is told when it is full.
    what: &'static str,
    shared: Arc<Shared>,
    /// One permit per job that runs or waits.
    admitted: Arc<Semaphore>,
    places: usize,
    threads: usize,
    refused: AtomicU64,
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
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn new(what: &'static str, threads: usize, queue: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(what.to_lowercase()).spawn(move || {
                give_way();
                shared.work();
            })?;
        }
        let places = threads + queue;
        Ok(Self {
            what,
            shared,
            admitted: Arc::new(Semaphore::new(places)),
            places,
            threads,
            refused: AtomicU64::new(0),
        })
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

    /// The same, counted as that stage of a request. The wait for a thread is none of it.
    pub(crate) async fn run_as<T: Send + 'static>(
        &self,
        stage: Stage,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let timed = move || {
            let start = Instant::now();
            (job(), start.elapsed())
        };
        let (result, took) = self.run(timed).await?;
        timings::add(stage, took);
        Ok(result)
    }

    pub(crate) fn figures(&self) -> Figures {
        let running = self.shared.running.load(Ordering::Relaxed);
        let admitted = self.places - self.admitted.available_permits();
        Figures {
            running,
            waiting: admitted.saturating_sub(running),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Jobs that ran to their ends, since start.
    pub(crate) fn done(&self) -> u64 {
        self.shared.done.load(Ordering::Relaxed)
    }

    /// Seconds until the queue of now should have drained.
    fn retry_after(&self) -> u64 {
        let jobs = (self.figures().waiting + 1) as u64;
        let micros = jobs * self.shared.typical.load(Ordering::Relaxed) / self.threads as u64;
        micros.div_ceil(1_000_000).clamp(1, 60)
    }
}

impl Drop for Pool {
    /// Lets the threads end after the job they are at.
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.closed = true;
        queue.jobs.clear();
        self.shared.wake.notify_all();
    }
}

impl Place<'_> {
    /// Runs the job on a thread of the pool when its turn comes. A job whose future was dropped
    /// before its turn is skipped; one that has started runs to its end.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let Self { pool, permit } = self;
        let (answer, result) = oneshot::channel();
        let queued = Instant::now();
        pool.shared.push(Box::new(move |shared| {
            // Held by the job, not by the request: a caller who hangs up frees no thread.
            let held = permit;
            // The other end is the future below; when nobody waits, nothing needs doing.
            if !answer.is_closed() {
                let waited = queued.elapsed();
                let turn = Turn::begin(shared);
                let result = job();
                // Before the answer: who has it and looks at the figures finds nothing running.
                drop((turn, held));
                let _ = answer.send((waited, result));
            }
        }));
        let (waited, result) = result.await.map_err(|_| Refused::Panicked { what: pool.what })?;
        timings::add(Stage::Queue, waited);
        Ok(result)
    }
}

/// Whoever may not be nicer runs like all others.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICENESS);
}

type Job = Box<dyn FnOnce(&Shared) + Send>;

/// A job that runs, until it is dropped.
struct Turn<'a> {
    shared: &'a Shared,
    start: Instant,
}

impl<'a> Turn<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.running.fetch_add(1, Ordering::Relaxed);
        Self { shared, start: Instant::now() }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.shared.note_duration(self.start.elapsed());
        self.shared.done.fetch_add(1, Ordering::Relaxed);
        self.shared.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a pool and its threads share.
#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    running: AtomicUsize,
    done: AtomicU64,
    /// Moving average of a job's microseconds; 0 until the first one ended.
    typical: AtomicU64,
}

#[derive(Default)]
struct Queue {
    jobs: std::collections::VecDeque<Job>,
    closed: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Jobs never run under the lock, so a panic cannot leave the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job) {
        self.queue().jobs.push_back(job);
        self.wake.notify_one();
    }

    /// The life of one thread.
    fn work(&self) {
        while let Some(job) = self.next() {
            // A broken job drops its answer, which tells its caller; the thread goes on.
            let _ = catch_unwind(AssertUnwindSafe(|| job(self)));
        }
    }

    /// Waits for a job; `None` when there will be no more.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn note_duration(&self, took: Duration) {
        let took = took.as_micros() as u64;
        // Jobs that end together may lose each other's sample; an average can bear that.
        let before = self.typical.load(Ordering::Relaxed);
        let after = if before == 0 { took } else { before - before / 8 + took / 8 };
        self.typical.store(after, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("running", &self.running).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::{Pool, Refused};

    #[tokio::test]
    async fn one_runs_one_waits_the_third_is_refused() {
        let pool = Arc::new(Pool::new("The kitchen", 1, 1).unwrap());
        let (release, gate) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(move || gate.recv().is_ok()).await }
        });
        while pool.figures().running < 1 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(|| 2).await }
        });
        while pool.figures().waiting < 1 {
            tokio::task::yield_now().await;
        }
        let third = pool.run(|| 3).await;
        assert!(matches!(third, Err(Refused::Full { retry_after: 1.., .. })));
        assert_eq!(pool.figures().refused, 1);
        release.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
        assert_eq!(second.await.unwrap().unwrap(), 2);
    }

    #[tokio::test]
    async fn who_has_an_answer_finds_nothing_running_and_the_place_free() {
        // Its thread stands still between a job and what it does after it, if it may: a free place
        // was then sometimes seen as taken. No queue, so a place that is taken refuses the next job.
        let pool = Pool::new("The kitchen", 1, 0).unwrap();
        for job in 0..10_000 {
            assert_eq!(pool.run(move || job).await.unwrap(), job);
            assert_eq!(pool.figures().running, 0);
        }
    }

    #[tokio::test]
    async fn a_broken_job_frees_its_thread() {
        let pool = Pool::new("The kitchen", 1, 1).unwrap();
        let broken = pool.run(|| panic!("burnt")).await;
        assert!(matches!(broken, Err(Refused::Panicked { .. })));
        assert_eq!(pool.run(|| 1).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_job_nobody_waits_for_is_skipped() {
        let pool = Arc::new(Pool::new("The kitchen", 1, 2).unwrap());
        let (release, gate) = mpsc::channel::<()>();
        let (told, heard) = mpsc::channel::<&str>();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(move || gate.recv().is_ok()).await }
        });
        while pool.figures().running < 1 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(move || told.send("cooked")).await }
        });
        while pool.figures().waiting < 1 {
            tokio::task::yield_now().await;
        }
        second.abort();
        let _ = second.await;
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        assert!(heard.recv().is_err(), "the sender went away unused");
    }
}
