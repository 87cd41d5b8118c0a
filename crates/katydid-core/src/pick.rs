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

/// Deals users to classes so that the users dealt *so far* always have the weights' proportions, and
/// goes on from any mix: fixed counts first (as Locust gives them), then the class that lacks most.
///
/// From an empty start this is the smooth weighted round-robin: 3 : 1 deals a a b a, again and
/// again. After weights changed or users left, the same rule leads back to the proportions.
#[derive(Clone, Debug)]
pub struct Dealer {
    /// Weight and fixed count per class.
    shares: Vec<(u32, u32)>,
    /// Users that each class has.
    counts: Vec<u32>,
}

impl Dealer {
    /// A dealer for classes given as (weight, fixed count), which have `counts` users already.
    ///
    /// # Panics
    /// When the two differ in length.
    pub fn new(shares: &[(u32, u32)], counts: &[u32]) -> Self {
        assert_eq!(shares.len(), counts.len(), "one count per class");
        Self { shares: shares.to_vec(), counts: counts.to_vec() }
    }

    /// The weight that counts: a class with a fixed count has no share of the rest.
    fn weight(&self, class: usize) -> i64 {
        let (weight, fixed) = self.shares[class];
        if fixed > 0 { 0 } else { i64::from(weight) }
    }
}

impl Iterator for Dealer {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let classes = 0..self.shares.len();
        let missing = classes.clone().find(|class| self.counts[*class] < self.shares[*class].1);
        let weighted = || classes.clone().filter(|class| self.weight(*class) > 0);
        let next = missing.or_else(|| {
            let sum: i64 = weighted().map(|class| self.weight(class)).sum();
            let dealt: i64 = weighted().map(|class| i64::from(self.counts[class])).sum();
            let lacks = |class: usize| {
                self.weight(class) * (dealt + 1) - sum * i64::from(self.counts[class])
            };
            // The first of equals wins, so that classes start in the order they were declared.
            weighted().max_by_key(|class| (lacks(*class), std::cmp::Reverse(*class)))
        })?;
        self.counts[next] += 1;
        Some(next)
    }
}

/// Which class each of `users` users has, in the order of their start: fixed counts first (as
/// Locust gives them), the rest by weight.
///
/// Classes are given as (weight, fixed count). Fewer users than fixed counts ask for go to the
/// first classes that ask.
pub fn share_out(classes: &[(u32, u32)], users: u32) -> Vec<usize> {
    Dealer::new(classes, &vec![0; classes.len()]).take(users as usize).collect()
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

    #[test]
    fn a_dealer_leads_from_any_mix_to_the_weights() {
        let all_of_the_first: Vec<usize> =
            Dealer::new(&[(1, 0), (1, 0)], &[4, 0]).take(4).collect();
        assert_eq!(all_of_the_first, [1, 1, 1, 1]);
        let missing_fixed: Vec<usize> = Dealer::new(&[(1, 0), (9, 2)], &[5, 1]).take(2).collect();
        assert_eq!(missing_fixed, [1, 0], "the missing fixed one first");
    }

    proptest! {
        /// Any prefix is within one user of the exact share.
        #[test]
        fn every_prefix_has_the_proportions(
            weights in proptest::collection::vec(0u32..20, 1..6), users in 1u32..200,
        ) {
            let sum: u32 = weights.iter().sum();
            prop_assume!(sum > 0);
            let shares: Vec<(u32, u32)> = weights.iter().map(|weight| (*weight, 0)).collect();
            let mut counts = vec![0u32; weights.len()];
            for (dealt, index) in share_out(&shares, users).into_iter().enumerate() {
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
