//! The head of the page: the verdict, what ran, and the figures that people ask for first.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use katydid_core::{RunWord, Snapshot, Trust, Verdict, VerdictWord};

use super::exemplars::lines;
use super::markup::{escape, told};
use super::page::Page;
use crate::conclusion::conclusion;
use crate::number::{bytes, per_second, ratio, span};
use crate::table::exit_reason;
use crate::text::shorten;

/// Causes that are shown at once, and letters of one.
const FIRST: usize = 4;
const LONGEST: usize = 600;

/// What ran, verdicts with their causes, the most important sentences, and the figures.
pub(super) fn head(page: &Page<'_>, headline: &[String], out: &mut String) {
    let title = page.scenario.map_or_else(String::new, |scenario| format!(": {scenario}"));
    let (started, lasted) = (calendar(Some(page.started)), length(page.snapshot.elapsed));
    *out += &format!(
        "<header>\n<div class=\"masthead\">\n<div>\n<p class=\"suite\">Load test report</p>\n\
         <h1>{}{}</h1>\n<p class=\"soft\"><span>{}</span> <span>{started}</span> \
         <span>{lasted}</span></p>\n</div>\n\
         <button type=\"button\" id=\"theme\" hidden>Theme: as the system</button>\n</div>\n\
         <div class=\"words\">\n",
        escape(page.suite),
        escape(&title),
        escape(page.host),
    );
    verdict(page.verdict, out);
    run(&page.verdict.run, out);
    *out += "</div>\n<ol class=\"headline\">\n";
    for sentence in headline {
        *out += &format!("<li>{}</li>\n", told(sentence));
    }
    *out += "</ol>\n";
    figures(page.snapshot, out);
    *out += "</header>\n";
}

/// What ran where and when, and on what its numbers rest.
pub(super) fn about(page: &Page<'_>, out: &mut String) {
    *out += "<section aria-labelledby=\"about\">\n<h2 id=\"about\">About the run</h2>\n\
             <dl class=\"facts\">\n";
    for (name, value) in facts(page) {
        *out += &format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escape(&value));
    }
    *out += "</dl>\n</section>\n";
}

/// What is said of the target.
fn verdict(verdict: &Verdict, out: &mut String) {
    let (word, class) = match verdict.word {
        VerdictWord::Pass => ("PASS", "pass"),
        VerdictWord::Fail => ("FAIL", "fail"),
        // A word that this crate does not know yet must not look like a pass.
        _ => ("INVALID", "invalid"),
    };
    let code = verdict.exit_code;
    let reason = exit_reason(verdict).map_or_else(String::new, |why| format!(", {why}"));
    *out += &format!(
        "<div class=\"verdict {class}\">\n<p><strong>{word}</strong> exit code {code}{}</p>\n",
        escape(&reason)
    );
    list(verdict.causes.iter(), out);
    *out += "</div>\n";
}

/// What the run says of itself.
fn run(run: &Trust, out: &mut String) {
    let (word, class, meaning) = match run.word {
        RunWord::Valid => ("VALID", "pass", "nothing was seen that could have changed its numbers"),
        RunWord::Disturbed => ("DISTURBED", "invalid", "its numbers are no proof by themselves"),
        RunWord::Invalid => ("INVALID", "fail", "its numbers say nothing about the target"),
    };
    *out += &format!("<div class=\"run {class}\">\n<p><strong>RUN {word}</strong> {meaning}</p>\n");
    let causes: Vec<&String> =
        run.findings.iter().map(|finding| &finding.text).chain(&run.notes).collect();
    // The first cause of a disturbance is among the sentences below; the words on it are long.
    match (run.word, causes.len()) {
        (RunWord::Disturbed, count) => {
            let word = if count == 1 { "cause" } else { "causes" };
            *out += &format!("<details class=\"print\"><summary>{count} {word}</summary>\n");
            list(causes.into_iter(), out);
            *out += "</details>\n";
        }
        _ => list(causes.into_iter(), out),
    }
    *out += "</div>\n";
}

/// The first ones, and the others where somebody asks.
fn list<'a>(texts: impl Iterator<Item = &'a String>, out: &mut String) {
    let lines: Vec<String> =
        texts.map(|text| format!("<li>{}</li>\n", told(&shorten(text, LONGEST)))).collect();
    let (first, more) = lines.split_at(lines.len().min(FIRST));
    if !first.is_empty() {
        *out += &format!("<ul>\n{}</ul>\n", first.concat());
    }
    if !more.is_empty() {
        let (count, more) = (more.len(), more.concat());
        *out += &format!(
            "<details class=\"print\"><summary>{count} more</summary>\n<ul>\n{more}</ul>\n</details>\n"
        );
    }
}

/// How to run it again; nothing where nobody knows.
pub(super) fn again(command: &str, out: &mut String) {
    if command.is_empty() {
        return;
    }
    *out += &format!(
        "<section aria-labelledby=\"again\">\n<h2 id=\"again\">Run it again</h2>\n\
         <p class=\"note\">From the same folder. Secrets are masked: put them in, or set them as the \
         environment of the first run did.</p>\n\
         <pre tabindex=\"0\" data-copy=\"the command line\">{}</pre>\n</section>\n",
        lines(command)
    );
}

fn facts(page: &Page<'_>) -> Vec<(&'static str, String)> {
    let snapshot = page.snapshot;
    let mut facts = vec![("Host", page.host.to_owned())];
    facts.extend(page.scenario.map(|scenario| ("Scenario", scenario.to_owned())));
    let ended = page.started.checked_add(snapshot.elapsed);
    facts.push(("Started", calendar(Some(page.started))));
    facts.push(("Ended", calendar(ended)));
    facts.push(("Lasted", length(snapshot.elapsed)));
    facts.push(("Model", model(snapshot)));
    facts.push(("Most users", snapshot.peak_users.to_string()));
    facts.extend(conclusion(snapshot));
    let classes = snapshot.users.iter().map(|(class, _)| &**class);
    facts.push(("User classes", classes.collect::<Vec<_>>().join(", ")));
    facts
}

/// What the latency means: whether users came by plan or only after their last answer.
fn model(snapshot: &Snapshot) -> String {
    match snapshot.arrivals() {
        Some(arrivals) => {
            format!("open: {} task starts planned = {arrivals}", arrivals.planned)
        }
        None => "closed: latency says nothing of users who would have come meanwhile".to_owned(),
    }
}

/// One number each for how much, how often wrong, how fast.
fn figures(snapshot: &Snapshot, out: &mut String) {
    let all = snapshot.aggregated();
    let times = all.response();
    let ms = |time: Option<Duration>| time.map_or_else(|| "no data".to_owned(), span);
    let failed = match ratio(all.failures(), all.requests()) {
        Some(share) => {
            format!("{} <span class=\"share\">{:.2}%</span>", all.failures(), share * 100.0)
        }
        None => "no data".to_owned(),
    };
    let figures = [
        ("Requests", all.requests().to_string()),
        ("Failures", failed),
        ("Requests/s", format!("{:.1}", per_second(all.requests(), snapshot.measured()))),
        ("Median", ms(times.quantile(0.5))),
        ("p95", ms(times.quantile(0.95))),
        ("p99", ms(times.quantile(0.99))),
        ("Longest", ms(times.max())),
        ("Bodies", bytes(all.bytes().body)),
    ];
    *out += "<dl class=\"figures\">\n";
    for (name, value) in figures {
        let class = if name == "Failures" && all.failures() > 0 { " class=\"bad\"" } else { "" };
        *out += &format!("<div{class}><dt>{name}</dt><dd>{value}</dd></div>\n");
    }
    *out += "</dl>\n";
}

/// `2026-11-23 02:38:35 UTC`.
pub(super) fn calendar(time: Option<SystemTime>) -> String {
    let time = time.and_then(|time| Timestamp::try_from(time).ok());
    time.map_or_else(
        || "unknown".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// `1 h 2 min 3 s`, and tenths of a second below a minute.
fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) => format!("{:.1} s", time.as_secs_f64()),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, seconds) => format!("{hours} h {minutes} min {seconds} s"),
    }
}
