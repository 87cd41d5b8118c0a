//! `X-Load-Test`: which test this is, and whom to write to.

use jiff::Timestamp;

/// The value of the header: program, suite, a name for this run, and the contact if there is one.
pub(crate) fn label(suite: &str, contact: Option<&str>) -> String {
    let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let version = env!("CARGO_PKG_VERSION");
    // A suite may be named as it likes; a header may not.
    let suite: String = suite.chars().filter(|c| c.is_ascii_graphic() && *c != ';').collect();
    let contact = contact.map_or_else(String::new, |mail| format!("; contact={mail}"));
    format!("katydid/{version}; suite={suite}; run={now}-{}{contact}", std::process::id())
}
