//! The order of turns, without threads and without time: futures are polled by hand.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use proptest::prelude::*;

use super::{BEGUN, Bounds, Place, Turns};
use crate::{domain::UserId, workers::Refused};

const ROOM: Bounds = Bounds { slots: 1, queue: 1_000, of_account: 1_000 };

fn poll<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A job that speaks so many pieces and notes each in the order in which it was its turn.
async fn job(mut place: Place, name: usize, pieces: usize, order: &std::cell::RefCell<Vec<usize>>) {
    for _ in 0..pieces {
        place.turn().await;
        order.borrow_mut().push(name);
        // The others see that the turn is taken.
        yield_once().await;
    }
}

async fn yield_once() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Runs jobs of accounts (by number) with so many pieces each to their end; who spoke when.
fn spoken(bounds: Bounds, jobs: &[(usize, usize)]) -> Vec<usize> {
    let turns = Turns::new(bounds);
    let users: Vec<UserId> = jobs.iter().map(|_| UserId::new()).collect();
    let order = std::cell::RefCell::new(Vec::new());
    let mut running: Vec<_> = jobs
        .iter()
        .enumerate()
        .map(|(name, (account, pieces))| {
            let place = turns.admit(&users[*account]).unwrap();
            Some(Box::pin(job(place, name, *pieces, &order)))
        })
        .collect();
    while running.iter().any(Option::is_some) {
        for one in &mut running {
            if one.as_mut().is_some_and(|job| poll(job.as_mut()).is_some()) {
                *one = None;
            }
        }
        assert!(turns.figures().running <= bounds.slots);
    }
    let left = turns.figures();
    assert_eq!((left.running, left.waiting), (0, 0), "nothing stays behind");
    drop(running);
    order.into_inner()
}

#[test]
fn two_hundred_of_one_account_delay_anothers_single_text_by_one_turn() {
    let mut jobs = vec![(0, 1); 200];
    jobs.push((1, 1));
    let order = spoken(ROOM, &jobs);
    assert_eq!(order[..2], [0, 200], "{order:?}");
    assert_eq!(order.len(), 201);
    // Within an account it is first come, first served.
    let own: Vec<usize> = order.into_iter().filter(|job| *job < 200).collect();
    assert!(own.is_sorted());
}

#[test]
fn a_long_text_delays_nobody_by_its_length() {
    let order = spoken(ROOM, &[(0, 100), (1, 1), (2, 2)]);
    assert_eq!(order[..6], [0, 1, 2, 0, 2, 0], "{order:?}");
    // Nor are texts of its own account overtaken by it, or it by them.
    let order = spoken(ROOM, &[(0, 3), (0, 1)]);
    assert_eq!(order, [0, 0, 0, 1]);
}

#[test]
fn no_more_texts_begin_than_fit_into_memory() {
    // One long text of each of many accounts: those that have begun end before others begin.
    let jobs: Vec<(usize, usize)> = (0..BEGUN + 5).map(|account| (account, 3)).collect();
    let order = spoken(ROOM, &jobs);
    let last_of_first = order.iter().rposition(|job| *job < BEGUN).unwrap();
    let first_of_rest = order.iter().position(|job| *job == BEGUN + 1).unwrap();
    assert!(first_of_rest > 2 * BEGUN, "{order:?}");
    assert!(last_of_first < order.len());
    assert_eq!(order.len(), 3 * (BEGUN + 5));
}

#[test]
fn what_is_too_much_is_refused_for_the_account_or_for_all() {
    let turns = Turns::new(Bounds { slots: 1, queue: 2, of_account: 2 });
    let (greedy, other, late) = (UserId::new(), UserId::new(), UserId::new());
    let first = turns.admit(&greedy).unwrap();
    let _second = turns.admit(&greedy).unwrap();
    let refused = |user| match turns.admit(user) {
        Err(Refused::Full { what, retry_after }) => (what, retry_after),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&greedy), ("Speech synthesis for this account", 1));
    let _third = turns.admit(&other).unwrap();
    assert_eq!(refused(&late), ("Speech synthesis", 1));
    assert_eq!(turns.figures().refused, 2);
    drop(first);
    turns.admit(&late).unwrap();
}

#[test]
fn whoever_leaves_gives_his_turn_to_the_next() {
    let turns = Turns::new(ROOM);
    let admit = || turns.admit(&UserId::new()).unwrap();
    let (mut first, mut second, mut third) = (admit(), admit(), admit());
    assert!(poll(pin!(first.turn())).is_some(), "nobody was before it");
    let mut granted = Box::pin(second.turn());
    let mut last = Box::pin(third.turn());
    assert!(poll(granted.as_mut()).is_none() && poll(last.as_mut()).is_none());
    drop(first);
    // Granted by now, and gone before it was seen.
    drop(granted);
    assert!(poll(last.as_mut()).is_some());
    drop(last);
    // One that leaves the line takes no turn.
    let mut waiting = Box::pin(second.turn());
    assert!(poll(waiting.as_mut()).is_none());
    drop(waiting);
    assert_eq!((turns.figures().running, turns.figures().waiting), (1, 1));
    drop(third);
    assert!(poll(pin!(second.turn())).is_some(), "it may ask again");
    drop(second);
    assert_eq!((turns.figures().running, turns.figures().waiting), (0, 0));
}

#[test]
fn a_place_that_is_dropped_while_it_waits_leaves_nothing() {
    let turns = Turns::new(ROOM);
    let (mut first, mut second) =
        (turns.admit(&UserId::new()).unwrap(), turns.admit(&UserId::new()).unwrap());
    assert!(poll(pin!(first.turn())).is_some());
    assert!(poll(pin!(second.turn())).is_none());
    drop(second);
    drop(first);
    assert_eq!((turns.figures().running, turns.figures().waiting), (0, 0));
}

proptest! {
    /// Every piece of every job is spoken, once, whatever the number of slots.
    #[test]
    fn all_is_spoken(jobs in prop::collection::vec((0..6_usize, 1..6_usize), 1..6), slots in 1..4_usize) {
        let jobs: Vec<(usize, usize)> = jobs
            .iter()
            .map(|(account, pieces)| (account % jobs.len(), *pieces))
            .collect();
        let order = spoken(Bounds { slots, ..ROOM }, &jobs);
        for (name, (_, pieces)) in jobs.iter().enumerate() {
            prop_assert_eq!(order.iter().filter(|job| **job == name).count(), *pieces);
        }
    }
}
