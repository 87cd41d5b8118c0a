//! Instants as the database keeps them and as JSON shows them.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use super::kept::kept_as;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(i64);

kept_as!(Timestamp(i64));

impl Timestamp {
    pub(crate) fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// The instant so many seconds after 1970 began.
    pub(crate) fn of_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Seconds since 1970, rounded down.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant moved into the future.
    pub(crate) fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// This instant moved into the past.
    pub(crate) fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// Whole days from `earlier` until this instant; negative when it is over.
    pub(crate) fn days_after(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(86_400_000_000)
    }

    /// Midnight (UTC) of this instant's day.
    pub(crate) fn day_start(self) -> Self {
        Self(self.0 - self.0.rem_euclid(86_400_000_000))
    }

    /// Midnight (UTC) of the first day of this instant's month.
    pub(crate) fn month_start(self) -> Self {
        let day = i64::from(self.civil().day()) - 1;
        Self(self.day_start().0 - day * 86_400_000_000)
    }

    /// `2026-11`, in UTC.
    pub(crate) fn month(self) -> String {
        self.civil().strftime("%Y-%m").to_string()
    }

    fn civil(self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC)
            .datetime()
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// `2026-11-23T02:27:28.741526+00:00`: UTC, always with microseconds and the offset.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.civil().strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00"))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn json_shows_utc_with_microseconds() {
        let instant = Timestamp(1_795_400_848_741_526);
        let text = serde_json::to_string(&instant).unwrap();
        assert_eq!(text, r#""2026-11-23T02:27:28.741526+00:00""#);
        let month = serde_json::to_string(&instant.month_start()).unwrap();
        assert_eq!(month, r#""2026-11-01T00:00:00.000000+00:00""#);
    }

    #[test]
    fn days_are_whole_and_may_be_over() {
        let day = 86_400_000_000;
        assert_eq!(Timestamp(90 * day).days_after(Timestamp(1)), 89);
        assert_eq!(Timestamp(0).days_after(Timestamp(1)), -1);
    }
}
