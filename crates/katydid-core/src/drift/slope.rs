//! The slope of a series with a confidence interval that stays honest where neighbours are alike.

/// Fewest points of a series that a slope is said of.
pub(super) const FEWEST: usize = 20;
/// More than this nobody takes out of a series so short: then a handful of independent points is
/// left, and the interval is as wide as they make it.
const MOST_ALIKE: f64 = 0.85;
/// Independent points that are always assumed.
const LEAST_INDEPENDENT: f64 = 4.0;

/// A change per hour with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Slope {
    /// The best estimate, in the unit of the series per hour.
    pub per_hour: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The mean of the series: what percent are of.
    pub level: f64,
}

impl Slope {
    /// The slope of `values`, taken every `hours` hours, each of which is known no better than to a
    /// standard deviation of `error`. `None` below 20 values.
    ///
    /// Least squares; the interval is that of independent points with as many of them as the
    /// residuals are worth: n (1 − r) ÷ (1 + r), r being the correlation of neighbours, corrected
    /// for being estimated from what is left of a fit. docs/RULES.md has the reasons.
    pub fn of(values: &[f64], hours: f64, error: f64) -> Option<Self> {
        if values.len() < FEWEST || hours <= 0.0 {
            return None;
        }
        let n = values.len() as f64;
        let level = values.iter().sum::<f64>() / n;
        let place = |index: usize| (index as f64 - (n - 1.0) / 2.0) * hours;
        let spread: f64 = (0..values.len()).map(|index| place(index).powi(2)).sum();
        let product = values.iter().enumerate().map(|(index, value)| place(index) * value);
        let per_hour = product.sum::<f64>() / spread;
        let fitted = |index: usize| level + per_hour * place(index);
        let left: Vec<f64> =
            values.iter().enumerate().map(|(index, value)| value - fitted(index)).collect();
        let squares: f64 = left.iter().map(|rest| rest * rest).sum();
        let independent = independent(&left, squares);
        let freedom = independent - 2.0;
        let variance = (squares / freedom).max(error * error);
        let half = t_quantile(freedom) * (variance / spread).sqrt();
        Some(Self { per_hour, low: per_hour - half, high: per_hour + half, level })
    }

    /// Half of the interval's width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// How many independent points the residuals are worth.
fn independent(left: &[f64], squares: f64) -> f64 {
    let n = left.len() as f64;
    // A straight line leaves only the rounding of the numbers.
    if squares <= f64::MIN_POSITIVE {
        return n;
    }
    let neighbours: f64 = left.windows(2).map(|pair| pair[0] * pair[1]).sum();
    // What is left of a fit looks less alike than it was, by about 4 ÷ n and a share of itself.
    let alike = (n * neighbours / squares + 4.0) / (n - 4.0);
    let alike = alike.clamp(0.0, MOST_ALIKE);
    (n * (1.0 - alike) / (1.0 + alike)).max(LEAST_INDEPENDENT)
}

/// The 97.5 % quantile of Student's t, by the expansion around the normal one (within 1 % from two
/// degrees of freedom on).
fn t_quantile(freedom: f64) -> f64 {
    const Z: f64 = 1.959_963_985;
    let terms = [
        (Z.powi(3) + Z) / 4.0,
        (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0,
        (3.0 * Z.powi(7) + 19.0 * Z.powi(5) + 17.0 * Z.powi(3) - 15.0 * Z) / 384.0,
        (79.0 * Z.powi(9) + 776.0 * Z.powi(7) + 1_482.0 * Z.powi(5)
            - 1_920.0 * Z.powi(3)
            - 945.0 * Z)
            / 92_160.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom) + Z
}

#[cfg(test)]
mod tests;
