//! This machine's clock against the target's, by the `Date` of an answer.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use katydid_engine::RehearsedRequest;

use super::check::Check;

/// More than this is told: tokens and signed links begin and end by the clock.
const MOST: f64 = 5.0;

/// The offset, by the first answer that has a date.
pub(super) fn check(requests: &[RehearsedRequest]) -> Check {
    let dated = requests.iter().find_map(|request| Some((request, date(request)?)));
    let Some((request, date)) = dated else {
        return Check::unknown("clock", "no answer had a Date header");
    };
    let offset = offset(date, request.at, request.time);
    let seen = format!("{offset:+.1} s against this machine, by the Date of an answer (±0.5 s)");
    if offset.abs() <= MOST {
        return Check::passed("clock", seen);
    }
    let next = "set both clocks by NTP: tokens, signed links and the times of both logs go by them";
    Check::suspicious("clock", seen, next)
}

fn date(request: &RehearsedRequest) -> Option<SystemTime> {
    let text = request.header("date")?;
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().into())
}

/// Seconds that the target's clock is ahead. A date is cut to whole seconds, and was made within
/// the time of the request.
fn offset(date: SystemTime, answered: SystemTime, took: Duration) -> f64 {
    let seconds = |time: SystemTime| {
        Timestamp::try_from(time).map_or(0.0, |time| time.as_duration().as_secs_f64())
    };
    seconds(date) + 0.5 - (seconds(answered) - took.as_secs_f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_half_a_second_more_than_it_says() {
        let at = |ms: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        let took = Duration::from_millis(200);
        assert!((offset(at(100_000), at(10_600), took) - 90.0).abs() < 1e-6);
        assert!(offset(at(10_000), at(10_600), took).abs() < 1e-6);
    }
}
