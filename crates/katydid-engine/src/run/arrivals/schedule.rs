//! Which task starts are due when, of which class: known to every thread without asking anybody.

use std::sync::Arc;

use katydid_core::{ArrivalRate, Dealer};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::settings::{Arrivals, Spacing};

/// One planned task start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// In ns since the start of the run.
    pub(crate) due_ns: u64,
    pub(crate) class: usize,
}

/// The starts of one thread, in order: of all starts of the run every n-th.
///
/// Each thread draws the whole schedule, which costs it a few nanoseconds per start of another, so
/// that times and classes depend on the seed and not on the number of threads.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    rate: Arc<ArrivalRate>,
    threads: u64,
    /// The number of the next start of this thread within the run.
    next: u64,
    /// In the open model with random gaps.
    gaps: Option<Gaps>,
    classes: Cycle,
    until_ns: u64,
    /// Stretches of time in which nothing is due: from, and to before.
    pauses: Vec<(u64, u64)>,
}

impl Schedule {
    /// The part of `thread` out of `threads`; `weights` are those of the classes, not all 0.
    pub(crate) fn new(
        arrivals: &Arrivals,
        weights: &[u32],
        seed: u64,
        (thread, threads): (usize, usize),
        until_ns: u64,
    ) -> Self {
        let gaps = (arrivals.spacing == Spacing::Poisson).then(|| Gaps::new(seed, thread));
        let mut classes = Cycle::new(weights);
        (0..thread).for_each(|_| classes.advance());
        let rate = Arc::clone(&arrivals.rate);
        let (threads, next, pauses) = (threads as u64, thread as u64, Vec::new());
        Self { rate, threads, next, gaps, classes, until_ns, pauses }
    }

    /// Nothing is due from `from_ns` on, before `until_ns`.
    pub(crate) fn pause(&mut self, from_ns: u64, until_ns: u64) {
        if from_ns < until_ns {
            self.pauses.push((from_ns, until_ns));
            self.leave_pauses();
        }
    }

    /// From the moment on at which it differs, starts are due by this rate. What has been passed by
    /// stays passed.
    pub(crate) fn change_rate(&mut self, rate: &Arc<ArrivalRate>) {
        self.rate = Arc::clone(rate);
        self.leave_pauses();
    }

    /// For how long the run was paused after `due_ns`.
    pub(crate) fn paused_since(&self, due_ns: u64) -> u64 {
        let later = self.pauses.iter().filter(|(from_ns, _)| *from_ns >= due_ns);
        later.map(|(from_ns, until_ns)| until_ns - from_ns).sum()
    }

    /// What is due next; `None` when there is no more.
    pub(crate) fn peek(&self) -> Option<Arrival> {
        let starts = self.gaps.as_ref().map_or(self.next as f64, |gaps| gaps.sum);
        let due_ns = self.rate.due_ns(starts).filter(|due_ns| *due_ns < self.until_ns)?;
        Some(Arrival { due_ns, class: self.classes.present })
    }

    /// Goes on to the next one.
    pub(crate) fn advance(&mut self) {
        self.step();
        self.leave_pauses();
    }

    /// Passes by what would be due in a pause: nobody was to come then.
    fn leave_pauses(&mut self) {
        while self.peek().is_some_and(|arrival| {
            let due_ns = arrival.due_ns;
            self.pauses.iter().any(|(from_ns, until_ns)| (*from_ns..*until_ns).contains(&due_ns))
        }) {
            self.step();
        }
    }

    fn step(&mut self) {
        self.next += self.threads;
        for _ in 0..self.threads {
            if let Some(gaps) = &mut self.gaps {
                gaps.draw();
            }
            self.classes.advance();
        }
    }

    /// Passes everything due up to `now_ns`; how many that was.
    pub(crate) fn pass(&mut self, now_ns: u64) -> u64 {
        let mut passed = 0;
        while self.peek().is_some_and(|arrival| arrival.due_ns <= now_ns) {
            self.advance();
            passed += 1;
        }
        passed
    }
}

/// The moments of a Poisson process of one start per unit; the rate stretches the units to time.
#[derive(Clone, Debug)]
struct Gaps {
    rng: Xoshiro256PlusPlus,
    sum: f64,
}

impl Gaps {
    fn new(seed: u64, thread: usize) -> Self {
        let mut gaps = Self { rng: Xoshiro256PlusPlus::seed_from_u64(seed), sum: 0.0 };
        (0..=thread).for_each(|_| gaps.draw());
        gaps
    }

    fn draw(&mut self) {
        // 1 - [0, 1) is never 0, whose logarithm would be an endless gap.
        self.sum -= (1.0 - self.rng.random::<f64>()).ln();
    }
}

/// Classes in turn, so that starts dealt so far always have the proportions of the weights.
#[derive(Clone, Debug)]
struct Cycle {
    shares: Vec<(u32, u32)>,
    sum: u64,
    dealt: u64,
    dealer: Dealer,
    present: usize,
}

impl Cycle {
    fn new(weights: &[u32]) -> Self {
        let shares: Vec<(u32, u32)> = weights.iter().map(|weight| (*weight, 0)).collect();
        let sum = weights.iter().copied().map(u64::from).sum();
        let dealer = Dealer::new(&shares, &vec![0; shares.len()]);
        let mut cycle = Self { shares, sum, dealt: 0, dealer, present: 0 };
        cycle.advance();
        cycle
    }

    fn advance(&mut self) {
        if self.shares.len() == 1 {
            return;
        }
        if self.dealt == self.sum {
            // Everybody has exactly its share: it begins again, and no count ever overflows.
            self.dealer = Dealer::new(&self.shares, &vec![0; self.shares.len()]);
            self.dealt = 0;
        }
        self.present = self.dealer.next().unwrap_or_default();
        self.dealt += 1;
    }
}
