//! A share of requests, spread evenly: a test that asks for 1 % gets 1 %, and not about 1 %.

/// Whether the `n`-th request, counted from 1, is one of a `share` from 0 to 1.
///
/// Of 100 requests exactly one is of a share of 0.01, and it is the one in the middle.
pub(crate) fn hits(n: u64, share: f64) -> bool {
    let until = |n: u64| (n as f64).mul_add(share, 0.5).floor();
    until(n) > until(n.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::hits;

    #[test]
    fn a_share_is_exact_and_spread_evenly() {
        let hit = |share: f64, of: u64| (1..=of).filter(|n| hits(*n, share)).collect::<Vec<_>>();
        assert_eq!(hit(0.01, 300), [50, 150, 250]);
        assert_eq!(hit(0.5, 6), [1, 3, 5]);
        assert_eq!(hit(1.0, 4), [1, 2, 3, 4]);
        assert!(hit(0.0, 1000).is_empty());
    }
}
