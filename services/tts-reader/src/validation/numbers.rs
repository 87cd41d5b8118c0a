//! Whole numbers as JSON has them: `8512.0` is one, too.

use serde_json::{Number, Value};

/// A whole number, as long as a float can tell it from its neighbours.
pub(super) fn whole(number: &Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let of_float = |it: f64| (it.fract() == 0.0 && it.abs() < EXACT).then_some(it as i64);
    number.as_i64().or_else(|| of_float(number.as_f64()?))
}

/// The same with every whole number written as one, for what serde reads into types.
pub(crate) fn with_whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => whole(&number).map_or(Value::Number(number), Value::from),
        Value::Array(items) => items.into_iter().map(with_whole_numbers).collect(),
        Value::Object(fields) => {
            let each = |(name, value)| (name, with_whole_numbers(value));
            Value::Object(fields.into_iter().map(each).collect())
        }
        other => other,
    }
}
