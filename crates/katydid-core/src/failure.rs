//! Failures: their classes, and texts made equal so that a thousand ids are one row.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The row that takes failures once the table of distinct texts is full.
pub const OTHER_FAILURES: &str = "(other failures: the table of distinct texts is full)";

/// Longest failure text kept, in characters.
const LONGEST_TEXT: usize = 200;

/// Units of time, behind a number.
const UNITS: [&str; 13] = [
    "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "minute", "minutes", "h", "hour",
    "hours",
];

/// Why a request failed, as a class. Each is counted apart (R11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FailureKind {
    /// The name could not be resolved.
    Dns,
    /// No connection: refused, unreachable.
    Connect,
    /// No connection: this machine has no file descriptor left. The generator's fault.
    Descriptors,
    /// No connection: this machine has no local port left. The generator's fault.
    Ports,
    /// The TLS handshake failed, a certificate that does not verify included.
    Tls,
    /// A time limit passed.
    Timeout,
    /// The connection broke before the answer was whole.
    Connection,
    /// The answer was not HTTP, or its body could not be decoded.
    Protocol,
    /// More body than the limit allows.
    TooLarge,
    /// Too many redirects, or one that leads nowhere.
    Redirect,
    /// The status says failure (400 and above), or is not the expected one.
    Status(u16),
    /// The server has closed a WebSocket, with this code, on which something was still expected.
    Closed(u16),
    /// A check on the answer said no.
    Check,
    /// The suite's own code said so.
    Manual,
    /// The request could not be built: a bad URL, header or body.
    Request,
    /// A transaction failed: by one of its requests, or by the code between them.
    Transaction,
}

impl FailureKind {
    /// Whether such a request ended without a whole answer: no connection, a broken one, or none
    /// within the time limit. The user who sent it does not know what became of it.
    pub fn is_lost(self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::Connect
                | Self::Descriptors
                | Self::Ports
                | Self::Tls
                | Self::Timeout
                | Self::Connection
        )
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns => f.write_str("dns"),
            Self::Connect => f.write_str("connect"),
            Self::Descriptors => f.write_str("descriptors"),
            Self::Ports => f.write_str("ports"),
            Self::Tls => f.write_str("tls"),
            Self::Timeout => f.write_str("timeout"),
            Self::Connection => f.write_str("connection"),
            Self::Protocol => f.write_str("protocol"),
            Self::TooLarge => f.write_str("too large"),
            Self::Redirect => f.write_str("redirect"),
            Self::Status(code) => write!(f, "http {code}"),
            Self::Closed(code) => write!(f, "closed {code}"),
            Self::Check => f.write_str("check"),
            Self::Manual => f.write_str("manual"),
            Self::Request => f.write_str("request"),
            Self::Transaction => f.write_str("transaction"),
        }
    }
}

/// Makes texts of the same failure equal: numbers become `N`, long hexadecimal runs and UUIDs
/// `ID`, addresses `0xN`; blanks are collapsed and the text is cut after 200 characters.
///
/// Numbers of up to three digits that stand alone stay: they are status codes, counts and limits.
/// Only those that say how long to wait become `N`, too: they differ with every answer.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST_TEXT));
    let mut blank = false;
    let mut tokens = Tokens(text);
    let mut word = "";
    loop {
        let here = tokens.0;
        let Some(token) = tokens.next() else { break };
        if token.chars().all(char::is_whitespace) {
            blank = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(' ');
        }
        if let Some(rest) = after_wait(word, here) {
            tokens.0 = rest;
            out.push('N');
        } else {
            out.push_str(replacement(token).unwrap_or(token));
        }
        // `"retry_after": 37` is one place.
        if !matches!(token, "\"" | ":" | "=") {
            word = token;
        }
        if out.chars().count() > LONGEST_TEXT {
            out = out.chars().take(LONGEST_TEXT).chain(['…']).collect();
            break;
        }
    }
    out
}

/// Splits a text into runs of letters, digits and hyphens (a word), blanks, and single others.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let first = self.0.chars().next()?;
        let end = if is_word(first) {
            self.0.find(|c| !is_word(c)).unwrap_or(self.0.len())
        } else if first.is_whitespace() {
            self.0.find(|c: char| !c.is_whitespace()).unwrap_or(self.0.len())
        } else {
            first.len_utf8()
        };
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// What follows the number at the beginning of `text`, if that says how long to wait: `in 37 seconds`,
/// `after 1.5s`, `retry_after 37`.
fn after_wait<'a>(word: &str, text: &'a str) -> Option<&'a str> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let rest = &text[Some(digits(text)).filter(|length| *length > 0)?..];
    let rest = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(is_word) => &fraction[digits(fraction)..],
        _ => rest,
    };
    let is_any = |word: &str, of: &[&str]| of.iter().any(|it| it.eq_ignore_ascii_case(word));
    let unit = Tokens(rest.trim_start()).next().unwrap_or_default();
    let waits = is_any(word, &["in", "after", "wait"]) && is_any(unit, &UNITS);
    let is_key = is_any(word, &["retry-after", "retry_after", "retryAfter"]);
    (waits || is_key && !rest.starts_with(is_word)).then_some(rest)
}

fn replacement(word: &str) -> Option<&'static str> {
    let hex = |s: &str| s.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    if !has_digit {
        None
    } else if word.strip_prefix("0x").is_some_and(hex) {
        Some("0xN")
    } else if word.chars().all(|c| c.is_ascii_digit()) {
        (word.len() > 3).then_some("N")
    } else if word.len() >= 8 && hex(word) {
        Some("ID")
    } else if word.chars().filter(char::is_ascii_digit).count() > 3 {
        // loadtest_1795399248_7, req-000123: an id with a name.
        Some("ID")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::{Outcome, Recorder, RecorderLimits, Sample, Snapshot};

    #[test]
    fn ids_addresses_and_numbers_become_equal() {
        let uuid = normalise("user c2ac650e-1111-2222-3333-444455556666 not found");
        assert_eq!(uuid, "user ID not found");
        assert_eq!(normalise("at 0x7ffe12ab"), "at 0xN");
        assert_eq!(normalise("order 1795399248 failed"), "order N failed");
        assert_eq!(normalise("loadtest_1795399248_7 is taken"), "ID is taken");
        assert_eq!(normalise("127.0.0.1:45231: reset"), "127.0.0.1:N: reset");
    }

    #[test]
    fn status_codes_and_words_stay() {
        assert_eq!(normalise("HTTP 503 Service Unavailable"), "HTTP 503 Service Unavailable");
        assert_eq!(normalise("  Need 2\n credits "), "Need 2 credits");
    }

    #[test]
    fn how_long_to_wait_becomes_equal_and_limits_stay() {
        for (text, equal) in [
            ("Busy; try again in 37 seconds", "Busy; try again in N seconds"),
            (
                "100 requests per hour. Try again in 5 minutes.",
                "100 requests per hour. Try again in N minutes.",
            ),
            ("Please wait 9s.", "Please wait Ns."),
            ("again in 1.5 s, or after 20 ms", "again in N s, or after N ms"),
            (r#"{"retry_after": 0.65}"#, r#"{"retry_after": N}"#),
            ("Retry-After: 37", "Retry-After: N"),
            ("try again In 1795399248 seconds", "try again In N seconds"),
            ("no whole answer within 10s", "no whole answer within 10s"),
            ("stopped after 3 redirects", "stopped after 3 redirects"),
            ("in 5 places", "in 5 places"),
            ("retry_after: 5x", "retry_after: 5x"),
        ] {
            assert_eq!(normalise(text), equal, "{text}");
        }
    }

    #[test]
    fn refusals_that_differ_only_in_how_long_to_wait_are_one_row_of_each_status() {
        let mut recorder = Recorder::new(0, RecorderLimits::default());
        let row = recorder.row("GET", "/", &Arc::from([]));
        let sample = Sample { outcome: Outcome::Failure, ..Sample::default() };
        for (status, seconds) in [(429, 1), (503, 1), (429, 37), (503, 600), (429, 3_600)] {
            let text = format!("the service is busy; try again in {seconds} seconds");
            recorder.failure(row, &sample, FailureKind::Status(status), &text);
        }
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.absorb(0, &recorder.take(0, &[], None));
        let rows: Vec<_> = snapshot.failures().map(|row| (row.error(), row.count)).collect();
        let text = "the service is busy; try again in N seconds";
        assert_eq!(rows, [(format!("http 429: {text}"), 3), (format!("http 503: {text}"), 2)]);
    }

    proptest! {
        #[test]
        fn any_text_is_bounded(text in "\\PC{0,600}") {
            prop_assert!(normalise(&text).chars().count() <= LONGEST_TEXT + 1);
        }

        #[test]
        fn a_text_about_waiting_stays_as_it_is_once_it_is_equal(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "in", "after", "wait", "retry_after", ":", "\"", "=", " ", ".", "7", "4096", "s",
                    "12s", "0.5", "seconds",
                ]),
                0..12,
            ),
        ) {
            let once = normalise(&words.concat());
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn a_normalised_text_stays_as_it_is(text in "[a-z0-9 :/._-]{0,180}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
