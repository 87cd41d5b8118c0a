//! Weighted choice: at random for tasks, in exact proportion for users.

use rand::{Rng, RngExt as _};

/// Draws indices with probabilities proportional to their weights.
#[derive(Clone, Debug)]
pub struct Picker {
    sums: Vec<u64>,
}

impl Picker {
    /// From weights; `None` when all are 0, for then nothing could ever be drawn.
    pub fn new(weights: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut sum = 0;
        let add = |weight: u32| {
            sum += u64::from(weight);
            sum
        };
        let sums: Vec<u64> = weights.into_iter().map(add).collect();
        (sum > 0).then_some(Self { sums })
    }

    /// The next index.
    #[inline]
    pub fn pick(&self, rng: &mut impl Rng) -> usize {
        let [.., sum] = self.sums[..] else { unreachable!("checked by `new`") };
        if self.sums.len() == 1 {
            return 0;
        }
        let at = rng.random_range(0..sum);
        self.sums.partition_point(|upper| *upper <= at)
    }
}

/// Deals indices in turn so that *every* prefix has the weights' proportions (smooth weighted
/// round-robin): 3 : 1 deals a a b a, again and again.
#[derive(Clone, Debug)]
pub struct RoundRobin {
    weights: Vec<i64>,
    credit: Vec<i64>,
}

impl RoundRobin {
    /// From weights, of which one at least must not be 0.
    pub fn new(weights: &[u32]) -> Self {
        let weights: Vec<i64> = weights.iter().map(|weight| i64::from(*weight)).collect();
        Self { credit: vec![0; weights.len()], weights }
    }
}

impl Iterator for RoundRobin {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let sum: i64 = self.weights.iter().sum();
        if sum == 0 {
            return None;
        }
        for (credit, weight) in self.credit.iter_mut().zip(&self.weights) {
            *credit += weight;
        }
        // The first of equals wins, so that classes start in the order they were declared.
        let best = (0..self.credit.len())
            .filter(|index| self.weights[*index] > 0)
            .max_by_key(|index| (self.credit[*index], std::cmp::Reverse(*index)))?;
        self.credit[best] -= sum;
        Some(best)
    }
}

/// Which class each of `users` users has, in the order of their start: fixed counts first (as
/// Locust gives them), the rest by weight.
///
/// Classes are given as (weight, fixed count). Fewer users than fixed counts ask for go to the
/// first classes that ask.
pub fn share_out(classes: &[(u32, u32)], users: u32) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(users as usize);
    for (index, (_, fixed)) in classes.iter().enumerate() {
        order.extend(std::iter::repeat_n(index, *fixed as usize));
    }
    order.truncate(users as usize);
    let weight = |(weight, fixed): &(u32, u32)| if *fixed > 0 { 0 } else { *weight };
    let rest = users as usize - order.len();
    let weights: Vec<u32> = classes.iter().map(weight).collect();
    order.extend(RoundRobin::new(&weights).take(rest));
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn nothing_can_be_drawn_from_zeros() {
        assert!(Picker::new([0, 0]).is_none());
        assert!(Picker::new([]).is_none());
    }

    #[test]
    fn weight_zero_is_never_drawn_and_the_rest_by_weight() {
        let picker = Picker::new([0, 3, 0, 1]).unwrap();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut counts = [0u32; 4];
        (0..40_000).for_each(|_| counts[picker.pick(&mut rng)] += 1);
        assert_eq!((counts[0], counts[2]), (0, 0));
        assert!((29_500..30_500).contains(&counts[1]), "{counts:?}");
    }

    #[test]
    fn fixed_counts_come_first_and_the_rest_is_shared() {
        assert_eq!(share_out(&[(1, 0), (9, 2), (3, 0)], 6), [1, 1, 2, 0, 2, 2]);
        assert_eq!(share_out(&[(1, 5)], 2), [0, 0]);
    }

    proptest! {
        /// Any prefix is within one user of the exact share.
        #[test]
        fn every_prefix_has_the_proportions(
            weights in proptest::collection::vec(0u32..20, 1..6), users in 1u32..200,
        ) {
            let sum: u32 = weights.iter().sum();
            prop_assume!(sum > 0);
            let mut counts = vec![0u32; weights.len()];
            for (dealt, index) in RoundRobin::new(&weights).take(users as usize).enumerate() {
                counts[index] += 1;
                for (count, weight) in counts.iter().zip(&weights) {
                    let exact = (dealt + 1) as f64 * f64::from(*weight) / f64::from(sum);
                    prop_assert!((f64::from(*count) - exact).abs() < weights.len() as f64);
                }
            }
            prop_assert_eq!(counts.iter().sum::<u32>(), users);
        }
    }
}
