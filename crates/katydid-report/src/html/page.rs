//! The page as a whole.

use std::sync::LazyLock;
use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use katydid_core::{Diagnosis, Snapshot, Verdict, Warnings, coincidences};
use sha2::{Digest as _, Sha256};

use super::assets::{SCRIPT, STYLE};
use super::markup::{Section, escape};
use super::{charts, data, exemplars, facts, monitors, requests, sections};
use crate::headline;

/// Nothing runs but the one script, nothing is fetched, and no style counts but the one: each is
/// named by its hash. The data is a script that no browser runs.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

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
    /// A command line that runs the same again; empty where nobody knows one.
    pub command: &'a str,
    /// What ran, and which version of it.
    pub versions: &'a [[String; 2]],
}

/// The page, in UTF-8. The same run gives the same bytes.
pub fn page(page: &Page<'_>) -> Vec<u8> {
    let mut body = String::new();
    facts::head(page, &headline(page.snapshot, page.verdict, page.diagnosis), &mut body);
    let mut main = String::new();
    content(page, &mut main);
    body += &format!("{}<main>\n{main}</main>\n", contents(&main));
    let version = env!("CARGO_PKG_VERSION");
    body += &format!("<footer>Written by Katydid {version}.</footer>\n");
    let title = escape(&format!("{}: load test report", page.suite));
    let policy = &*POLICY;
    let data = data::json(page.snapshot, page.verdict);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}\
         <script type=\"application/json\" id=\"data\">{data}</script>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
    .into_bytes()
}

/// All sections, what matters most first.
fn content(page: &Page<'_>, out: &mut String) {
    let (snapshot, verdict) = (page.snapshot, page.verdict);
    let write = |sections: &[Section<'_>], out: &mut String| {
        for section in sections {
            section.write(out);
        }
    };
    let slowest_note = requests::slowest_note(snapshot);
    let knee_note = sections::knee_note(verdict);
    let judged = [
        sections::targets(verdict),
        sections::expectations(verdict),
        sections::diagnosis(page.diagnosis),
        requests::slowest(snapshot, &slowest_note),
        sections::advice(page.advice),
        sections::knee(verdict, &knee_note),
        sections::stages(snapshot),
    ];
    write(&judged, out);
    charts::over_time(snapshot, out);
    charts::distribution(snapshot, out);
    charts::filter(snapshot, verdict, out);
    let measured = [
        requests::requests(snapshot),
        requests::transactions(snapshot),
        requests::percentiles(snapshot),
        requests::phases(snapshot),
        requests::server_timing(snapshot),
        sections::failures(snapshot, page.started),
    ];
    write(&measured, out);
    exemplars::section(snapshot, out);
    let moved = coincidences(snapshot);
    let moved_note = monitors::moved_note(&moved);
    let beside = [
        sections::exceptions(snapshot),
        monitors::monitors(snapshot),
        monitors::moved(&moved, &moved_note),
    ];
    write(&beside, out);
    let done = [
        sections::tasks(snapshot),
        sections::mix(snapshot),
        sections::events(snapshot),
        sections::warnings(page.warnings),
    ];
    write(&done, out);
    facts::about(page, out);
    write(&[sections::settings(page.settings), sections::versions(page.versions)], out);
    facts::again(page.command, out);
}

/// Links to the sections that there are.
fn contents(main: &str) -> String {
    let headings = main.split("<h2 id=\"").skip(1).filter_map(|rest| {
        let (id, rest) = rest.split_once("\">")?;
        let (title, _) = rest.split_once("</h2>")?;
        Some(format!("<a href=\"#{id}\">{title}</a>\n"))
    });
    let links: String = headings.collect();
    format!("<nav aria-label=\"Contents\">\n{links}</nav>\n")
}
