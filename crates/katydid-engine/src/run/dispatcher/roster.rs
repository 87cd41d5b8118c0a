//! Who runs: the dispatcher's books of users, kept in the order of their start.

use std::collections::{BTreeMap, BTreeSet};

use katydid_core::Dealer;

use crate::run::timetable::Member;

/// What a ramp leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// So many users; new ones are dealt to the classes that are marked, by their shares.
    Total(u32, Vec<bool>),
    /// So many users of each class.
    PerClass(Vec<u32>),
}

/// One user more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Start(Member),
    Stop(Member),
}

/// The users that a run has once its ramp is over.
#[derive(Debug)]
pub(super) struct Roster {
    shares: Vec<(u32, u32)>,
    members: BTreeMap<u32, Member>,
    /// Users per class.
    counts: Vec<u32>,
    /// Users per thread.
    loads: Vec<u32>,
    free_seats: BTreeSet<u32>,
    seats: u32,
    next_index: u32,
}

impl Roster {
    /// Nobody yet, of classes with these weights and fixed counts.
    pub(super) fn new(shares: Vec<(u32, u32)>, threads: usize) -> Self {
        Self {
            counts: vec![0; shares.len()],
            shares,
            members: BTreeMap::new(),
            loads: vec![0; threads],
            free_seats: BTreeSet::new(),
            seats: 0,
            next_index: 0,
        }
    }

    pub(super) fn users(&self) -> u32 {
        self.members.len() as u32
    }

    /// Users per class.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Users per thread.
    pub(super) fn loads(&self) -> &[u32] {
        &self.loads
    }

    pub(super) fn set_weight(&mut self, class: usize, weight: u32) {
        self.shares[class].0 = weight;
    }

    /// Goes to `goal`; the answer is how, user by user. The last started are the first to go.
    pub(super) fn reach(&mut self, goal: &Goal) -> Vec<Move> {
        match goal {
            Goal::Total(users, open) if *users >= self.users() => {
                let more = *users - self.users();
                let share = |(class, share): (usize, &(u32, u32))| {
                    if open[class] { *share } else { (0, 0) }
                };
                let shares: Vec<_> = self.shares.iter().enumerate().map(share).collect();
                let dealer = Dealer::new(&shares, &self.counts).take(more as usize);
                dealer.map(|class| Move::Start(self.add(class))).collect()
            }
            Goal::Total(users, _) => {
                let fewer = (self.users() - *users) as usize;
                let last: Vec<u32> = self.members.keys().rev().take(fewer).copied().collect();
                last.into_iter().filter_map(|index| self.remove(index).map(Move::Stop)).collect()
            }
            Goal::PerClass(wanted) => self.reach_per_class(wanted),
        }
    }

    /// Users of some classes go while those of others come, evenly mixed.
    fn reach_per_class(&mut self, wanted: &[u32]) -> Vec<Move> {
        let pairs = || wanted.iter().zip(&self.counts);
        let missing: Vec<(u32, u32)> =
            pairs().map(|(wanted, have)| (wanted.saturating_sub(*have), 0)).collect();
        let mut surplus: Vec<u32> =
            pairs().map(|(wanted, have)| have.saturating_sub(*wanted)).collect();
        let more: u32 = missing.iter().map(|(missing, _)| missing).sum();
        let coming: Vec<usize> =
            Dealer::new(&missing, &vec![0; wanted.len()]).take(more as usize).collect();
        let mut going = Vec::new();
        for member in self.members.values().rev() {
            if surplus[member.class] > 0 {
                surplus[member.class] -= 1;
                going.push(member.index);
            }
        }
        let (mut coming, mut going) = (coming.into_iter().peekable(), going.into_iter().peekable());
        let all = (coming.len(), going.len());
        let mut steps = Vec::with_capacity(all.0 + all.1);
        while coming.peek().is_some() || going.peek().is_some() {
            // Whichever is behind its share of the steps goes first.
            if coming.len() * all.1 >= going.len() * all.0
                && let Some(class) = coming.next()
            {
                steps.push(Move::Start(self.add(class)));
            } else if let Some(member) = going.next().and_then(|index| self.remove(index)) {
                steps.push(Move::Stop(member));
            }
        }
        steps
    }

    /// Takes back what will not be done after all. `gone`: its user has left by itself meanwhile.
    pub(super) fn undo(&mut self, undone: Move, gone: bool) {
        match undone {
            Move::Start(member) => {
                self.remove(member.index);
            }
            Move::Stop(member) if !gone => {
                self.free_seats.remove(&member.seat);
                self.count_in(member);
            }
            Move::Stop(_) => {}
        }
    }

    /// Takes a user off the books.
    pub(super) fn remove(&mut self, index: u32) -> Option<Member> {
        let member = self.members.remove(&index)?;
        self.counts[member.class] -= 1;
        self.loads[member.thread] -= 1;
        self.free_seats.insert(member.seat);
        Some(member)
    }

    /// A new user, on the thread with the fewest.
    fn add(&mut self, class: usize) -> Member {
        let thread = (0..self.loads.len()).min_by_key(|thread| self.loads[*thread]).unwrap_or(0);
        let seat = self.free_seats.pop_first().unwrap_or_else(|| {
            self.seats += 1;
            self.seats - 1
        });
        let member = Member { index: self.next_index, seat, class, thread };
        self.next_index += 1;
        self.count_in(member);
        member
    }

    fn count_in(&mut self, member: Member) {
        self.counts[member.class] += 1;
        self.loads[member.thread] += 1;
        self.members.insert(member.index, member);
    }
}
