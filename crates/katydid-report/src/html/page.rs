//! The page as a whole.

use std::time::SystemTime;

use katydid_core::{Diagnosis, Snapshot, Verdict, Warnings};

use super::markup::escape;
use super::{facts, requests, sections};

const STYLE: &str = include_str!("style.css");

/// No request of any kind may leave the page; the style stands in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// What the page says beside the statistics. Nothing of it may be secret.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Name of the suite.
    pub suite: &'a str,
    /// The state at the end of the run.
    pub snapshot: &'a Snapshot,
    /// What is said of it.
    pub verdict: &'a Verdict,
    /// When the run began.
    pub started: SystemTime,
    /// The host, or hosts.
    pub host: &'a str,
    /// The scenario, if one was named.
    pub scenario: Option<&'a str>,
    /// Settings of the run: name, value, and where it comes from.
    pub settings: &'a [[String; 3]],
    /// What the run shows of the target.
    pub diagnosis: &'a [Diagnosis],
    /// Known mistakes of the run.
    pub advice: &'a Warnings,
    /// What was said while it went on.
    pub warnings: &'a [String],
}

/// The page, in UTF-8.
pub fn page(page: &Page<'_>) -> Vec<u8> {
    let title = escape(&format!("{}: load test report", page.suite));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    facts::head(page, &mut out);
    out += "<main>\n";
    facts::figures(page.snapshot, &mut out);
    let knee_note = sections::knee_note(page.verdict);
    for section in [
        sections::advice(page.advice),
        sections::diagnosis(page.diagnosis),
        sections::targets(page.verdict),
        sections::expectations(page.verdict),
        sections::knee(page.verdict, &knee_note),
        sections::stages(page.snapshot),
        requests::requests(page.snapshot),
        requests::transactions(page.snapshot),
        requests::percentiles(page.snapshot),
        sections::failures(page.snapshot, page.started),
        sections::exceptions(page.snapshot),
        requests::phases(page.snapshot),
        sections::tasks(page.snapshot),
        sections::mix(page.snapshot),
        sections::warnings(page.warnings),
        sections::settings(page.settings),
    ] {
        section.write(&mut out);
    }
    let version = env!("CARGO_PKG_VERSION");
    out += &format!("</main>\n<footer>Written by Katydid {version}.</footer>\n</body>\n</html>\n");
    out.into_bytes()
}
