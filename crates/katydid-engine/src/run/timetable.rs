//! What a thread has to do to its users, and when: its part of the ramps.

/// One thread's part of a ramp. It replaces what is left of the one before.
#[derive(Clone, Debug)]
pub(crate) struct Ramp {
    /// The number of the ramp in the run.
    pub(crate) id: u32,
    /// When it replaces the one before, in ns since the start of the run.
    pub(crate) start_ns: u64,
    /// Users that the thread should have then.
    pub(crate) users: u32,
    pub(crate) steps: Vec<Step>,
}

/// One user more or less.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// When, in ns since the start of the run. From the arithmetic, so that nothing adds up.
    pub(crate) due_ns: u64,
    pub(crate) change: Change,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A user starts.
    Start(Member),
    /// The user with this number is removed.
    Stop(u32),
    /// No deed: so many users should be there from now on.
    Base(u32),
}

/// A user as the dispatcher knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its number in the run, in the order of starts; never given twice.
    pub(crate) index: u32,
    /// The lowest number that no present user had when it started.
    pub(crate) seat: u32,
    pub(crate) class: usize,
    pub(crate) thread: usize,
}

/// The steps of one thread.
#[derive(Debug, Default)]
pub(crate) struct Timetable {
    steps: Vec<Step>,
    next: usize,
    planned: u32,
    /// Time of all users together that was planned until `counted_ns`.
    user_ns: u64,
    counted_ns: u64,
    /// The ramp whose end has not been told.
    ramp: Option<u32>,
    /// Since when the ramps stand still, in ns: nothing is due from then on.
    paused_ns: Option<u64>,
}

impl Timetable {
    /// Takes over `ramp`: earlier steps due before its start remain, the others are dropped.
    ///
    /// The answer is what was done already and should not have been, last first. That happens only
    /// to a dispatcher that was itself held up while it gave the order.
    pub(crate) fn replace(&mut self, ramp: Ramp) -> Vec<Change> {
        let valid = self.steps.partition_point(|step| step.due_ns < ramp.start_ns);
        let undo = self.steps.get(valid..self.next).unwrap_or_default();
        let undo: Vec<Change> = undo.iter().rev().map(|step| step.change.clone()).collect();
        self.steps.truncate(valid);
        self.steps.drain(..self.next.min(valid));
        self.next = 0;
        self.steps.push(Step { due_ns: ramp.start_ns, change: Change::Base(ramp.users) });
        self.steps.extend(ramp.steps);
        self.ramp = Some(ramp.id);
        undo
    }

    /// Drops everything: the run ends.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The ramps stand still from `since_ns` on, a moment that all threads are given.
    pub(crate) fn pause(&mut self, since_ns: u64) {
        self.paused_ns = Some(since_ns);
    }

    /// They go on: every step that was due since then comes `after_ns` later. Also one that was
    /// taken before the pause was heard of, so that these books stay those of the dispatcher.
    pub(crate) fn resume(&mut self, after_ns: u64) {
        let Some(since_ns) = self.paused_ns.take() else { return };
        for step in self.steps.iter_mut().filter(|step| step.due_ns >= since_ns) {
            step.due_ns = step.due_ns.saturating_add(after_ns);
        }
    }

    /// When the next step is due.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        self.next_step().map(|step| step.due_ns)
    }

    fn next_step(&self) -> Option<&Step> {
        self.steps.get(self.next).filter(|step| self.goes_on(step))
    }

    /// Whether a pause leaves the step where it is.
    fn goes_on(&self, step: &Step) -> bool {
        self.paused_ns.is_none_or(|since_ns| step.due_ns < since_ns)
    }

    /// The next step that is due at `now_ns`, and when it was due.
    pub(crate) fn pop(&mut self, now_ns: u64) -> Option<(Change, u64)> {
        let step = self.next_step().filter(|step| step.due_ns <= now_ns)?;
        let (change, due_ns, planned) =
            (step.change.clone(), step.due_ns, after(self.planned, step));
        self.count_until(due_ns);
        self.next += 1;
        self.planned = planned;
        Some((change, due_ns))
    }

    /// The time of all users together that was planned since the last time, in ns; every step due
    /// at `now_ns` has been taken.
    pub(crate) fn take_user_ns(&mut self, now_ns: u64) -> u64 {
        self.count_until(now_ns);
        std::mem::take(&mut self.user_ns)
    }

    fn count_until(&mut self, until_ns: u64) {
        self.user_ns += u64::from(self.planned) * until_ns.saturating_sub(self.counted_ns);
        self.counted_ns = self.counted_ns.max(until_ns);
    }

    /// The number of the ramp whose last step has been taken; told once.
    pub(crate) fn finished(&mut self) -> Option<u32> {
        if self.next < self.steps.len() { None } else { self.ramp.take() }
    }

    /// Users that should be there at `now_ns`, whether or not the thread has come to it.
    pub(crate) fn planned(&self, now_ns: u64) -> u32 {
        let is_due = |step: &&Step| step.due_ns <= now_ns && self.goes_on(step);
        let due = self.steps[self.next..].iter().take_while(is_due);
        due.fold(self.planned, after)
    }
}

fn after(users: u32, step: &Step) -> u32 {
    match step.change {
        Change::Start(_) => users + 1,
        Change::Stop(_) => users.saturating_sub(1),
        Change::Base(users) => users,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(id: u32, start_ns: u64, users: u32, dues: &[u64]) -> Ramp {
        let step = |due: &u64| Step { due_ns: *due, change: Change::Stop(*due as u32) };
        Ramp { id, start_ns, users, steps: dues.iter().map(step).collect() }
    }

    fn take(table: &mut Timetable, now_ns: u64) -> Vec<Change> {
        std::iter::from_fn(|| table.pop(now_ns)).map(|(change, _)| change).collect()
    }

    #[test]
    fn a_new_ramp_replaces_what_is_due_after_its_start_and_nothing_before() {
        let mut table = Timetable::default();
        assert!(table.replace(stops(1, 0, 9, &[0, 10, 20, 30])).is_empty());
        assert_eq!(take(&mut table, 5), [Change::Base(9), Change::Stop(0)]);
        assert!(table.replace(stops(2, 25, 5, &[25, 35])).is_empty());
        assert_eq!((table.planned(24), table.planned(25), table.planned(40)), (6, 4, 3));
        let rest = [10, 20].map(Change::Stop).into_iter().chain([Change::Base(5)]);
        assert_eq!(take(&mut table, 25), rest.chain([Change::Stop(25)]).collect::<Vec<_>>());
        assert_eq!((table.finished(), table.next_ns()), (None, Some(35)));
        take(&mut table, 35);
        assert_eq!((table.finished(), table.finished()), (Some(2), None));
    }

    #[test]
    fn in_a_pause_nothing_is_due_and_then_all_of_it_later() {
        let mut table = Timetable::default();
        table.replace(stops(1, 0, 9, &[0, 10, 20, 30]));
        take(&mut table, 12);
        table.pause(15);
        assert_eq!((table.next_ns(), table.planned(100)), (None, 7));
        assert!(take(&mut table, 100).is_empty());
        table.resume(85);
        assert_eq!((table.next_ns(), table.planned(104), table.planned(105)), (Some(105), 7, 6));
        assert_eq!(take(&mut table, 115), [20, 30].map(Change::Stop));
        assert_eq!(table.finished(), Some(1));
    }

    #[test]
    fn a_ramp_that_is_ordered_in_a_pause_begins_with_its_end() {
        let mut table = Timetable::default();
        table.replace(stops(1, 0, 9, &[0, 10, 20, 30]));
        // The pause is heard of late: the step at 20 was taken, and the dispatcher does not count it.
        take(&mut table, 22);
        table.pause(15);
        assert_eq!(table.replace(stops(2, 15, 7, &[15, 25])), [Change::Stop(20)]);
        assert!(take(&mut table, 90).is_empty());
        table.resume(85);
        let rest = [Change::Base(7), Change::Stop(15)];
        assert_eq!(take(&mut table, 100), rest);
        assert_eq!((take(&mut table, 110), table.finished()), (vec![Change::Stop(25)], Some(2)));
    }

    #[test]
    fn the_time_of_users_is_planned_from_due_to_due() {
        let mut table = Timetable::default();
        table.replace(stops(1, 10, 3, &[20, 40]));
        take(&mut table, 25);
        // Three of them for 10 ns, two for 5; what is taken late counts from when it was due.
        assert_eq!(table.take_user_ns(25), 30 + 10);
        take(&mut table, 60);
        assert_eq!(table.take_user_ns(60), 2 * 15 + 20);
    }

    #[test]
    fn what_was_done_beyond_the_start_of_a_late_order_is_told() {
        let mut table = Timetable::default();
        table.replace(stops(1, 0, 9, &[0, 10, 20, 30]));
        take(&mut table, 20);
        assert_eq!(table.replace(stops(2, 10, 8, &[])), [20, 10].map(Change::Stop));
        assert_eq!((table.planned(20), take(&mut table, 20).len()), (8, 1));
        assert_eq!(table.finished(), Some(2));
    }
}
