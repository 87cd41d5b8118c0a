//! `P_probes.csv`: a search, probe by probe.

use std::time::Duration;

use katydid_core::SearchOutcome;

use super::cell::{File, float, text};
use crate::number::millis;
use crate::table::shown;

/// `P_probes.csv`: one line for each probe, in their order. Times are in ms, `Began` and `Seconds`
/// in seconds; an empty cell has no data.
pub fn probes(outcome: &SearchOutcome) -> Vec<u8> {
    let mut file = File::with_header(&[
        "Probe",
        "Users",
        "Began",
        "Seconds",
        "Requests",
        "Failures",
        "Requests/s",
        "Median",
        "p95",
        "p99",
        "Max",
        "Run",
        "Shows",
        "Cause",
    ]);
    for probe in &outcome.probes {
        let ms = |time: Option<Duration>| time.map(|time| float(millis(time))).unwrap_or_default();
        let cause = probe.causes.first().map(String::as_str).unwrap_or_default();
        file.record([
            probe.number.to_string(),
            probe.users.to_string(),
            float(probe.began.as_secs_f64()),
            float(probe.measured.as_secs_f64()),
            probe.requests.to_string(),
            probe.failures.to_string(),
            float(probe.rate()),
            ms(probe.median),
            ms(probe.p95),
            ms(probe.p99),
            ms(probe.longest),
            probe.run.as_str().to_owned(),
            shown(probe.shows).to_owned(),
            text(cause).into_owned(),
        ]);
    }
    file.into_bytes()
}
