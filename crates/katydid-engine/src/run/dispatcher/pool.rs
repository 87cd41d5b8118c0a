//! What a run has only so much of, as far as it is still free, dealt to the threads in slices.

/// What is not yet given to a thread.
#[derive(Debug)]
pub(super) struct Pool {
    wanted: u64,
    free: u64,
    /// Threads that have asked and got nothing.
    hungry: Vec<bool>,
    /// Done by each thread, as last told.
    done: Vec<u64>,
}

impl Pool {
    pub(super) fn new(wanted: u64, threads: usize) -> Self {
        Self { wanted, free: wanted, hungry: vec![false; threads], done: vec![0; threads] }
    }

    /// A slice for a thread that asks. 0: there is none, and it will be fed when there is.
    ///
    /// Slices shrink with what is left, so that near the end no thread sits on much.
    pub(super) fn ask(&mut self, thread: usize) -> u64 {
        let slice = self.free.div_ceil(2 * self.hungry.len() as u64);
        self.free -= slice;
        self.hungry[thread] = slice == 0;
        slice
    }

    /// Threads that may have some to share, now that `thread` has got nothing.
    pub(super) fn others(&self) -> Vec<usize> {
        (0..self.hungry.len()).filter(|thread| !self.hungry[*thread]).collect()
    }

    /// Takes some back and deals them to threads that wait: (thread, slice).
    pub(super) fn give_back(&mut self, count: u64) -> Vec<(usize, u64)> {
        self.free += count;
        let waiting: Vec<usize> =
            (0..self.hungry.len()).filter(|thread| self.hungry[*thread]).collect();
        let fed = waiting.into_iter().map(|thread| (thread, self.ask(thread)));
        fed.filter(|(_, slice)| *slice > 0).collect()
    }

    /// A thread has done so many. `true` when these were the last of all.
    pub(super) fn spent(&mut self, thread: usize, done: u64) -> bool {
        self.done[thread] = done;
        self.done.iter().fold(0, |sum: u64, done| sum.saturating_add(*done)) >= self.wanted
    }
}
