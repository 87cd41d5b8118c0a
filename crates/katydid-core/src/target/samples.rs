//! How many samples a target needs before it can be met (R25), and before it is firm.

use super::metric::{Comparison, Metric};
use super::rule::Target;

/// Samples beyond a percentile, or failures that a share allows, that make a number firm.
const FIRM: f64 = 10.0;

impl Target {
    /// The fewest requests with which it can be met.
    ///
    /// With fewer than 1 ÷ (1 - q) of them a percentile is only another word for the maximum; with
    /// fewer than 1 ÷ (1 - s) a single failure would miss a success rate of s, so that it was not
    /// distinguished from 100 %. Everything else needs one.
    pub fn needed(&self) -> u64 {
        self.samples(1.0)
    }

    /// The requests from which on its number is firm: ten beyond a percentile, ten failures that a
    /// share allows. Met with fewer it is met, and said to be so on few.
    pub fn firm(&self) -> u64 {
        self.samples(FIRM)
    }

    fn samples(&self, beyond: f64) -> u64 {
        let room = match self.metric {
            Metric::ResponseTime(quantile) => 1.0 - quantile,
            Metric::SuccessRate if self.comparison != Comparison::Equal => 1.0 - self.limit,
            Metric::FailureRate | Metric::LostRate if self.comparison != Comparison::Equal => {
                self.limit
            }
            _ => 0.0,
        };
        // 1 - 0.95 is a little more than 0.05.
        let room = (room * 1e9).round() / 1e9;
        if room <= 0.0 { 1 } else { (beyond / room - 1e-6).ceil().max(1.0) as u64 }
    }
}
