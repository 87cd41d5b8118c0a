//! Numbers as text: milliseconds, rates, shares and bytes.

use std::time::Duration;

use katydid_core::Latency;

/// Milliseconds with their fraction.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}

/// Whole milliseconds, cut off.
pub(crate) fn cut(time: Duration) -> u64 {
    time.as_millis() as u64
}

/// Whole milliseconds, to the nearest.
pub(crate) fn nearest(time: Duration) -> u64 {
    ((time.as_nanos() + 500_000) / 1_000_000) as u64
}

/// Whole milliseconds, rounded up: a maximum is never shown below what was measured.
pub(crate) fn up(time: Duration) -> u64 {
    time.as_nanos().div_ceil(1_000_000) as u64
}

/// A percentile for tables: the last one (100 %) is the maximum and rounded like it.
pub(crate) fn percentile(times: &Latency, quantile: f64) -> Option<u64> {
    if quantile >= 1.0 { times.max().map(up) } else { times.quantile(quantile).map(nearest) }
}

/// Milliseconds that keep a fast target readable: `0.31`, `12.3`, `105`.
pub(crate) fn fine(millis: f64) -> String {
    // The limits are where the rounded text would grow a digit.
    if millis < 9.995 {
        format!("{millis:.2}")
    } else if millis < 99.95 {
        format!("{millis:.1}")
    } else {
        format!("{millis:.0}")
    }
}

/// A time in milliseconds for a table: `0.31`, `12.3`, `105`.
pub fn fine_millis(time: Duration) -> String {
    fine(millis(time))
}

/// A time for a sentence or a single figure: `0.31 ms`, `105 ms`, `4302 ms`, `12.7 s`.
pub(crate) fn span(time: Duration) -> String {
    match millis(time) {
        ms if ms < 9_995.0 => format!("{} ms", fine(ms)),
        ms => format!("{:.1} s", ms / 1_000.0),
    }
}

/// `count` per second of `time`; 0 before any time has passed.
pub(crate) fn per_second(count: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

/// `part ÷ whole`, `None` when there is no whole.
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Bytes in decimal units: `999 B`, `12.3 kB`, `4.0 MB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut amount = count as f64 / 1e3;
    let mut unit = 0;
    // 999.95 would be shown as 1000.0.
    while amount >= 999.95 && unit + 1 < UNITS.len() {
        amount /= 1e3;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_never_round_into_a_longer_form() {
        assert_eq!([9.994, 9.996, 99.94, 99.96].map(fine), ["9.99", "10.0", "99.9", "100"]);
        assert_eq!(
            [999, 1_000, 999_949, 999_950].map(bytes),
            ["999 B", "1.0 kB", "999.9 kB", "1.0 MB"]
        );
    }

    #[test]
    fn whole_milliseconds_keep_their_order() {
        let time = Duration::from_micros(21_810);
        assert_eq!((cut(time), nearest(time), up(time)), (21, 22, 22));
        let exact = Duration::from_millis(7);
        assert_eq!((cut(exact), nearest(exact), up(exact)), (7, 7, 7));
    }
}
