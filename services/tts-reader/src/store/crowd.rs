//! One statement for all who ask the same kind of thing at the same moment.
//!
//! Who asks alone is answered at once. While a few statements are on their way, whoever comes waits for the
//! next one and shares it with all others who wait: the busier a service is, the less a question costs it
//! and its database. No timer waits for more to come.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::StoreError;
use crate::timings::{self, Stage};

/// Statements of one crowd that are on their way at the same time: one more than there must be, so that the
/// database need not wait for us.
const AT_ONCE: usize = 2;
/// Most questions of one statement: it holds the rows of all whom it counts until it ends.
const TOGETHER: usize = 64;

/// Those who ask `Q` and wait to be told `A`.
#[derive(Debug)]
pub(super) struct Crowd<Q, A> {
    queue: Mutex<Queue<Q, A>>,
}

#[derive(Debug)]
struct Queue<Q, A> {
    waiting: VecDeque<Asker<Q, A>>,
    /// Tasks that answer.
    answering: usize,
}

#[derive(Debug)]
struct Asker<Q, A> {
    question: Q,
    told: Told<A>,
}

impl<Q, A> Default for Crowd<Q, A> {
    fn default() -> Self {
        Self { queue: Mutex::new(Queue { waiting: VecDeque::new(), answering: 0 }) }
    }
}

impl<Q, A> Crowd<Q, A>
where
    Q: Send + 'static,
    A: Send + 'static,
{
    /// Asks. `work` answers many questions at once, in their order, and fails for all of them or for none.
    /// It runs in a task of its own: nobody's answer depends on whether somebody else hangs up.
    pub(super) async fn ask<W, F>(self: &Arc<Self>, question: Q, work: W) -> Result<A, StoreError>
    where
        W: Fn(Vec<Q>) -> F + Send + 'static,
        F: Future<Output = Result<Vec<A>, StoreError>> + Send + 'static,
    {
        let (told, answer) = oneshot::channel();
        if self.join(Asker { question, told }) {
            tokio::spawn(Arc::clone(self).answer(work));
        }
        let gone = |_| Err(StoreError::Lost("the work that answers several broke".to_owned()));
        // The statement is made in another task, and is waited for in this one.
        timings::measure(Stage::Sql, answer).await.unwrap_or_else(gone)
    }

    /// Whether one more task should answer.
    fn join(&self, asker: Asker<Q, A>) -> bool {
        let mut queue = self.lock();
        queue.waiting.push_back(asker);
        let more = queue.answering < AT_ONCE;
        queue.answering += usize::from(more);
        more
    }

    /// Answers until nobody waits.
    async fn answer<W, F>(self: Arc<Self>, work: W)
    where
        W: Fn(Vec<Q>) -> F,
        F: Future<Output = Result<Vec<A>, StoreError>>,
    {
        let mut turn = Turn { crowd: &self, over: false };
        while let Some((questions, told)) = turn.next() {
            match work(questions).await {
                Ok(answers) => {
                    debug_assert_eq!(answers.len(), told.len());
                    for (told, answer) in told.into_iter().zip(answers) {
                        // Whoever hung up meanwhile needs no answer.
                        let _ = told.send(Ok(answer));
                    }
                }
                Err(error) => {
                    for told in told {
                        let _ = told.send(Err(error.alike()));
                    }
                }
            }
        }
    }
}

impl<Q, A> Crowd<Q, A> {
    fn lock(&self) -> MutexGuard<'_, Queue<Q, A>> {
        // Nothing that can panic runs under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Told<A> = oneshot::Sender<Result<A, StoreError>>;

/// A task that answers, until it is over or panics: then the next one who asks begins another.
struct Turn<'c, Q, A> {
    crowd: &'c Crowd<Q, A>,
    over: bool,
}

impl<Q, A> Turn<'_, Q, A>
where
    Q: Send + 'static,
    A: Send + 'static,
{
    /// The next questions; without any this turn is over, under the same lock: nobody can join in between
    /// and be forgotten.
    fn next(&mut self) -> Option<(Vec<Q>, Vec<Told<A>>)> {
        let mut queue = self.crowd.lock();
        let (mut questions, mut all_told) = (Vec::new(), Vec::new());
        while questions.len() < TOGETHER
            && let Some(Asker { question, told }) = queue.waiting.pop_front()
        {
            if !told.is_closed() {
                questions.push(question);
                all_told.push(told);
            }
        }
        if questions.is_empty() {
            queue.answering -= 1;
            self.over = true;
            return None;
        }
        Some((questions, all_told))
    }
}

impl<Q, A> Drop for Turn<'_, Q, A> {
    fn drop(&mut self) {
        if !self.over {
            self.crowd.lock().answering -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::Semaphore;

    use super::{AT_ONCE, Crowd, TOGETHER};
    use crate::store::StoreError;

    /// Doubles numbers when it is let, and notes how many came together.
    #[derive(Default)]
    struct Desk {
        crowd: Arc<Crowd<u64, u64>>,
        batches: Arc<Mutex<Vec<usize>>>,
    }

    impl Desk {
        async fn double(&self, number: u64, gate: Arc<Semaphore>) -> Result<u64, StoreError> {
            let batches = Arc::clone(&self.batches);
            let work = move |numbers: Vec<u64>| {
                let (batches, gate) = (Arc::clone(&batches), Arc::clone(&gate));
                async move {
                    batches.lock().unwrap().push(numbers.len());
                    gate.acquire().await.unwrap().forget();
                    if numbers.contains(&13) {
                        return Err(StoreError::Busy);
                    }
                    Ok(numbers.iter().map(|number| number * 2).collect())
                }
            };
            self.crowd.ask(number, work).await
        }
    }

    #[tokio::test]
    async fn who_asks_alone_is_answered_alone() {
        let (desk, gate) = (Desk::default(), Arc::new(Semaphore::new(3)));
        for number in 0..3 {
            assert_eq!(desk.double(number, Arc::clone(&gate)).await.unwrap(), number * 2);
        }
        assert_eq!(*desk.batches.lock().unwrap(), [1, 1, 1]);
    }

    #[tokio::test]
    async fn who_comes_meanwhile_shares_the_next_one_and_each_hears_their_own() {
        let (desk, gate) = (Arc::new(Desk::default()), Arc::new(Semaphore::new(0)));
        let all: Vec<_> = (20..120)
            .map(|number| {
                let (desk, gate) = (Arc::clone(&desk), Arc::clone(&gate));
                tokio::spawn(async move { desk.double(number, gate).await.unwrap() })
            })
            .collect();
        // On one thread all have asked before the first is answered.
        tokio::task::yield_now().await;
        gate.add_permits(100);
        for (number, one) in (20..).zip(all) {
            assert_eq!(one.await.unwrap(), number * 2);
        }
        let batches = desk.batches.lock().unwrap().clone();
        assert_eq!(batches.iter().sum::<usize>(), 100);
        assert!(batches.iter().all(|&many| many <= TOGETHER), "{batches:?}");
        assert!(batches.len() <= AT_ONCE + 2, "{batches:?}");
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_the_next_are_answered() {
        let (desk, gate) = (Arc::new(Desk::default()), Arc::new(Semaphore::new(0)));
        let ask = |number| {
            let (desk, gate) = (Arc::clone(&desk), Arc::clone(&gate));
            tokio::spawn(async move { desk.double(number, gate).await })
        };
        let bad: Vec<_> = [13, 13].map(&ask).into();
        tokio::task::yield_now().await;
        gate.add_permits(8);
        for one in bad {
            assert!(matches!(one.await.unwrap(), Err(StoreError::Busy)));
        }
        assert_eq!(ask(4).await.unwrap().unwrap(), 8);
    }

    #[tokio::test]
    async fn who_hangs_up_takes_nobody_along() {
        let (desk, gate) = (Arc::new(Desk::default()), Arc::new(Semaphore::new(0)));
        let ask = |number| {
            let (desk, gate) = (Arc::clone(&desk), Arc::clone(&gate));
            tokio::spawn(async move { desk.double(number, gate).await })
        };
        let all: Vec<_> = (20..26).map(&ask).collect();
        tokio::task::yield_now().await;
        // The first began the task that answers, the fourth still waits.
        all[0].abort();
        all[3].abort();
        tokio::task::yield_now().await;
        gate.add_permits(8);
        for (number, one) in (20..).zip(all) {
            match number {
                20 | 23 => assert!(one.await.unwrap_err().is_cancelled()),
                _ => assert_eq!(one.await.unwrap().unwrap(), number * 2),
            }
        }
    }
}
