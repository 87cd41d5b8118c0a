//! Counters become rates.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::probe::{Reading, Value};

/// What counters said last.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    last: HashMap<Arc<str>, (Duration, f64, f64)>,
    /// A counter has fallen since this was asked last.
    fallen: bool,
}

impl Rates {
    /// The moment and the number that a reading gives its series. Of a counter the first says
    /// nothing; one that fell began anew at zero.
    pub(crate) fn point(&mut self, at: Duration, reading: &Reading) -> Option<(Duration, f64)> {
        let (sum, count) = match reading.value {
            Value::Gauge(value) => return Some((at, value)),
            Value::Counter(value) => (value, 0.0),
            Value::Mean { sum, count } => (sum, count),
        };
        let (then, sum_then, count_then) =
            self.last.insert(Arc::clone(&reading.name), (at, sum, count))?;
        let fell = sum < sum_then || count < count_then;
        self.fallen |= fell;
        let (sum_then, count_then) = if fell { (0.0, 0.0) } else { (sum_then, count_then) };
        let by = match reading.value {
            Value::Mean { .. } => count - count_then,
            _ => at.saturating_sub(then).as_secs_f64(),
        };
        (by > 0.0).then(|| ((then + at) / 2, (sum - sum_then) / by))
    }

    /// Whether a counter has fallen since the last question.
    pub(crate) fn take_fallen(&mut self) -> bool {
        std::mem::take(&mut self.fallen)
    }
}

#[cfg(test)]
mod tests {
    use katydid_core::Unit;

    use super::*;

    fn points(values: &[Value]) -> (Vec<Option<f64>>, bool) {
        let mut rates = Rates::default();
        let each = values.iter().enumerate().map(|(second, value)| {
            let reading = Reading { name: "x".into(), unit: Unit::PerSecond, value: *value };
            rates.point(Duration::from_secs(2 * second as u64), &reading).map(|(_, rate)| rate)
        });
        (each.collect(), rates.take_fallen())
    }

    #[test]
    fn a_counter_that_falls_began_at_zero() {
        let counter = [10.0, 30.0, 30.0, 4.0].map(Value::Counter);
        assert_eq!(points(&counter), (vec![None, Some(10.0), Some(0.0), Some(2.0)], true));
    }

    #[test]
    fn a_mean_is_that_of_what_came_since() {
        let mean = [(1.0, 10.0), (3.0, 14.0), (3.0, 14.0)];
        let means = mean.map(|(sum, count)| Value::Mean { sum, count });
        // Nothing came: no mean, not zero.
        assert_eq!(points(&means), (vec![None, Some(0.5), None], false));
    }
}
