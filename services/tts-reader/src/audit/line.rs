//! The documented form of a line.

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

/// Longest text of one line; a caller must not be able to fill the disk with one name.
const LINE_CHARACTERS: usize = 1_000;

/// `2026-11-23 10:05:16,123 - app.auth - WARNING - [auth] Login failed - …`, without a line end.
pub(super) fn format_line(level: Level, logger: &str, text: &str) -> String {
    let time = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S,%3f").to_string();
    let level = match level {
        Level::Info => "INFO",
        Level::Warning => "WARNING",
        Level::Error => "ERROR",
    };
    let module = logger.rsplit('.').next().unwrap_or(logger);
    let mut line = format!("{time} - {logger} - {level} - [{module}] ");
    // What callers sent may hold line ends; a log line must stay one line.
    for c in text.chars().take(LINE_CHARACTERS) {
        if is_dangerous(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// Whether a reader might begin a new line there, or show what follows in another order.
fn is_dangerous(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}
