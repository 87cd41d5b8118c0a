//! Searches against simulated targets, steady and noisy ones.

use std::time::Duration;

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn ladder(from: u32, factor: f64, most: u32, precision: f64) -> Ladder {
    Ladder { plan: CapacityPlan { from, factor, precision, ..CapacityPlan::default() }, most }
}

/// Leads a search to its end; the loads in their order.
fn lead(ladder: Ladder, mut target: impl FnMut(u32) -> Probe) -> (Search, Capacity, Vec<u32>) {
    let (mut search, mut loads) = (Search::new(ladder), Vec::new());
    loop {
        match search.next() {
            Next::Probe(users) => {
                loads.push(users);
                search.note(users, target(users));
            }
            Next::Done(capacity) => return (search, capacity, loads),
        }
    }
}

fn steady(knee: u32) -> impl FnMut(u32) -> Probe {
    move |users| if users > knee { Probe::Broke } else { Probe::Held }
}

#[test]
fn it_climbs_halves_and_repeats() {
    let (search, capacity, loads) = lead(ladder(10, 2.0, 500, 0.1), steady(60));
    assert_eq!(loads, [10, 20, 40, 80, 60, 70, 65, 60, 65, 60, 65]);
    assert_eq!(capacity, Capacity::Found { held: 60, broke: 65 });
    assert_eq!((search.tries(60), search.tries(65)), ((3, 0), (3, 3)));
}

#[test]
fn both_ends_of_the_range_are_repeated_too() {
    let (_, capacity, loads) = lead(ladder(10, 2.0, 35, 0.1), steady(35));
    assert_eq!((capacity, loads), (Capacity::Above { held: 35 }, vec![10, 20, 35, 35, 35]));
    let (_, capacity, loads) = lead(ladder(10, 2.0, 35, 0.1), steady(9));
    assert_eq!((capacity, loads), (Capacity::Below { broke: 10 }, vec![10, 10, 10]));
}

/// The first request of a target that has just started is slow; a neighbour's backup runs once.
#[test]
fn a_single_unlucky_run_does_not_decide() {
    for unlucky in 0..8 {
        let mut probes = 0;
        let (search, capacity, _) = lead(ladder(10, 2.0, 500, 0.1), |users| {
            probes += 1;
            if probes - 1 == unlucky { Probe::Broke } else { steady(60)(users) }
        });
        let Capacity::Found { held, broke } = capacity else { panic!("{capacity:?}") };
        assert!(held <= 60 && 60 <= broke && broke - held <= 6, "{unlucky}: {held} {broke}");
        assert!(search.is_proven(held), "{unlucky}");
    }
}

#[test]
fn a_single_lucky_run_does_not_decide() {
    let mut lucky = true;
    let (_, capacity, _) = lead(ladder(10, 2.0, 500, 0.1), |users| {
        let held = users == 80 && std::mem::take(&mut lucky);
        if held { Probe::Held } else { steady(60)(users) }
    });
    let Capacity::Found { held, broke } = capacity else { panic!("{capacity:?}") };
    assert!((55..=60).contains(&held) && (61..=66).contains(&broke), "{held} {broke}");
}

#[test]
fn a_load_with_too_few_samples_is_climbed_over_and_not_proven() {
    let few = |users: u32| if users > 60 { Probe::Broke } else { Probe::TooFew };
    let (search, capacity, _) = lead(ladder(10, 2.0, 500, 0.1), few);
    assert_eq!(capacity, Capacity::Found { held: 60, broke: 65 });
    assert!(!search.is_proven(60));
}

#[test]
fn the_duration_is_said_before() {
    let mut ladder = ladder(10, 2.0, 80, 0.1);
    ladder.plan.step_time = Duration::from_secs(10);
    // 80 users hold: 10, 20, 40, 80, 80, 80. Or 20 break: 10, 20, four halvings, four repeats.
    let (shortest, longest) = ladder.estimate(10.0);
    let probe = |users: u32| Duration::from_secs(10) + Duration::from_secs(u64::from(users)) / 10;
    let highest = probe(10) + probe(20) + probe(40) + probe(80) * 3;
    assert_eq!(shortest, highest);
    // Each may wait for first tasks as long as it measures.
    let probes = probe(10) + probe(20) + probe(40) + probe(80) * 9;
    assert_eq!(longest, probes + Duration::from_secs(10) * 12);
}

/// Found by the property below, once in some hundred runs of it.
#[test]
fn a_search_whose_larger_halves_hold_takes_no_longer_than_was_said() {
    let ladder = ladder(1, 1.4, 205, 0.01);
    let mut time = Duration::ZERO;
    let (_, capacity, _) = lead(ladder, |users| {
        time += ladder.probe_time(users, 20.0) + ladder.patience();
        steady(158)(users)
    });
    assert_eq!(capacity, Capacity::Found { held: 158, broke: 159 });
    let longest = ladder.estimate(20.0).1;
    assert!(time <= longest, "{time:?} of {longest:?}");
}

proptest! {
    /// Whatever a steady target's capacity is, it is found to the precision asked for, in no more
    /// time than was said.
    #[test]
    fn a_steady_target_is_measured(
        knee in 1u32..3_000,
        from in 1u32..40,
        tenths in 11u32..40,
        most in 40u32..2_000,
        percent in 1u32..60,
    ) {
        let ladder = ladder(from, f64::from(tenths) / 10.0, most, f64::from(percent) / 100.0);
        let mut time = Duration::ZERO;
        let (_, capacity, _) = lead(ladder, |users| {
            time += ladder.probe_time(users, 20.0) + ladder.patience();
            steady(knee)(users)
        });
        match capacity {
            Capacity::Found { held, broke } => {
                prop_assert!(held <= knee && knee < broke && ladder.near(held, broke));
            }
            Capacity::Above { held } => prop_assert!(held == most && knee >= most),
            Capacity::Below { broke } => prop_assert!(broke == from && knee < from),
            other => prop_assert!(false, "{other:?}"),
        }
        prop_assert!(time <= ladder.estimate(20.0).1);
    }

    /// A target that breaks by chance, the more often the higher the load, or that answers nothing
    /// but noise: the search ends within its bound, and what it reports held in most probes.
    #[test]
    fn a_noisy_target_ends_within_the_bound_and_never_reports_what_mostly_broke(
        seed in any::<u64>(),
        knee in 5.0f64..600.0,
        width in 0.0f64..200.0,
        noise in 0.0f64..1.0,
        most in 20u32..800,
    ) {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let ladder = ladder(10, 1.7, most, 0.1);
        let (search, capacity, loads) = lead(ladder, |users| {
            let odds = ((f64::from(users) - knee) / width.max(0.001)).clamp(-0.5, 0.5) + 0.5;
            let broke = random.random_bool(odds * (1.0 - noise) + noise / 2.0);
            if broke { Probe::Broke } else { Probe::Held }
        });
        prop_assert!(loads.len() as u32 <= ladder.most_probes());
        if let Capacity::Found { held, .. } | Capacity::Above { held } = capacity {
            let (tries, broke) = search.tries(held);
            prop_assert!(tries >= 3 && 2 * broke < tries, "{held}: {broke} of {tries}");
            prop_assert!(search.is_proven(held));
        }
        if let Capacity::Found { broke: load, .. } | Capacity::Below { broke: load } = capacity {
            let (tries, broke) = search.tries(load);
            prop_assert!(tries >= 3 && 2 * broke > tries, "{load}: {broke} of {tries}");
        }
    }
}
