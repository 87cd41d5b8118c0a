//! Lengths of time as Locust writes them: `90`, `20s`, `3m`, `1h30m`.

use std::time::Duration;

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time; write seconds (90) or 20s, 3m, 2h, 1h30m")]
pub struct SpanError(String);

/// Reads a length of time.
///
/// Digits alone are seconds; else hours, minutes and seconds in that order, each at most once
/// (Locust's syntax). Parts of a second may be given with `ms`, which Locust has not.
///
/// # Errors
/// When the text is anything else, or longer than a century.
pub fn parse_span(text: &str) -> Result<Duration, SpanError> {
    let error = || SpanError(text.to_owned());
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return seconds(text.parse().map_err(|_| error())?).ok_or_else(error);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    for (unit, length) in [("h", 3_600_000u64), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let Some(after) = tail.strip_prefix(unit) else { continue };
        if number.is_empty() || (unit == "m" && after.starts_with('s')) {
            continue;
        }
        let number: u64 = number.parse().map_err(|_| error())?;
        let millis = number.checked_mul(length).ok_or_else(error)?;
        total = total.checked_add(Duration::from_millis(millis)).ok_or_else(error)?;
        rest = after;
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(error());
    }
    seconds(total.as_secs()).map(|_| total).ok_or_else(error)
}

fn seconds(seconds: u64) -> Option<Duration> {
    (seconds <= 100 * 366 * 86_400).then(|| Duration::from_secs(seconds))
}

/// Writes a length of time so that [`parse_span`] reads the same (to the millisecond).
pub fn format_span(span: Duration) -> String {
    let (seconds, millis) = (span.as_secs(), span.subsec_millis());
    let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let mut text: String = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if millis > 0 {
        text += &format!("{millis}ms");
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn locusts_forms_are_read() {
        for (text, seconds) in [("90", 90), ("0", 0), ("20s", 20), ("3m", 180), ("1h30m", 5_400)] {
            assert_eq!(parse_span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse_span("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["", "1.5h", "1h30", "1d", " 5", "5 ", "-1", "m", "1m1h", "99999999999999999h"]
        {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(millis in 0u64..1_000_000_000) {
            let span = Duration::from_millis(millis);
            prop_assert_eq!(parse_span(&format_span(span)), Ok(span));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,20}") {
            let _ = parse_span(&text);
        }
    }
}
