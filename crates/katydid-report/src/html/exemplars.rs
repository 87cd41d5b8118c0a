//! Single requests, whole: what was sent, what came back, how to send it again.

use katydid_core::{Exemplar, Phases, Snapshot, Why};

use super::markup::escape;
use crate::number::{fine, millis};
use crate::stated::stated;
use crate::text::shorten;

/// Requests that the page shows, and letters of each text.
const MOST: usize = 60;
const LONGEST: usize = 2_000;

/// Failures by row and class, then slow ones; nothing where none were kept.
pub(super) fn section(snapshot: &Snapshot, out: &mut String) {
    let count = snapshot.exemplars().count();
    if count == 0 {
        return;
    }
    let more = match count.saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" {more} more are in the saved run."),
    };
    *out += &format!(
        "<section aria-labelledby=\"exemplars\">\n<h2 id=\"exemplars\">Single requests</h2>\n\
         <p class=\"note\">A few of each kind of failure, and successes that took longer than 99 of \
         100 of their name; secrets are masked.{more}</p>\n"
    );
    snapshot.exemplars().take(MOST).for_each(|exemplar| one(exemplar, out));
    *out += "</section>\n";
}

fn one(exemplar: &Exemplar, out: &mut String) {
    let Exemplar { method, name, class, flow, task, user, url, .. } = exemplar;
    let what = match (exemplar.why, &exemplar.error) {
        (Why::Failed(kind), Some(error)) => format!("{kind}: {error}"),
        (Why::Failed(kind), None) => kind.to_string(),
        (Why::Slow, _) => format!("slow: {} ms", fine(millis(exemplar.response_time))),
    };
    let kind = if matches!(exemplar.why, Why::Slow) { "slow" } else { "bad" };
    *out += &format!(
        "<details class=\"exemplar\">\n<summary><span class=\"{kind}\">{}</span> <bdi>{} {}</bdi> \
         <span class=\"soft\">at {:.1} s</span></summary>\n<dl class=\"facts\">\n",
        escape(&shorten(&what, 200)),
        escape(method),
        escape(&shorten(name, 160)),
        exemplar.ended.as_secs_f64(),
    );
    let place = [class, flow, task].map(|part| &**part);
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let status = exemplar.status.map_or_else(|| "no answer".to_owned(), |code| code.to_string());
    let trace = exemplar.traceparent.as_deref().unwrap_or("none");
    let facts = [
        ("Address", url.clone()),
        ("User", format!("{user} ({})", place.join(" / "))),
        ("Status", status),
        ("Response time", format!("{} ms", fine(millis(exemplar.response_time)))),
        ("Service time", format!("{} ms", fine(millis(exemplar.service_time)))),
        ("Phases", phases(exemplar.phases)),
        ("traceparent", trace.to_owned()),
    ];
    let stated = stated(&exemplar.server_timing);
    let stated = (!stated.is_empty()).then_some(("Server-Timing", stated));
    for (name, value) in facts.into_iter().chain(stated) {
        let value = escape(&shorten(&value, LONGEST));
        *out += &format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n");
    }
    *out += "</dl>\n";
    let texts =
        [("Request", &exemplar.request), ("Answer", &exemplar.answer), ("curl", &exemplar.curl)];
    for (title, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        let copy = if title == "curl" { " data-copy=\"the curl command line\"" } else { "" };
        *out += &format!("<h3>{title}</h3>\n<pre tabindex=\"0\"{copy}>{}</pre>\n", lines(text));
    }
    *out += "</details>\n";
}

/// Its line ends stay; everything else that is not printable is shown.
pub(super) fn lines(text: &str) -> String {
    let short: String = text.chars().take(LONGEST).collect();
    let cut = if short.len() < text.len() { "\n… (cut)" } else { "" };
    let lines = short.lines().map(|line| escape(&line.replace('\t', "    ")));
    lines.collect::<Vec<_>>().join("\n") + cut
}

fn phases(phases: Phases) -> String {
    let all = [
        ("dns", phases.dns_ns),
        ("connect", phases.connect_ns),
        ("tls", phases.tls_ns),
        ("send", phases.send_ns),
        ("wait", phases.wait_ns),
        ("receive", phases.receive_ns),
    ];
    let some = all.into_iter().filter(|(_, ns)| *ns > 0);
    let texts: Vec<String> =
        some.map(|(name, ns)| format!("{name} {} ms", fine(ns as f64 / 1e6))).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}
