//! `--md FILE`: the end of a run as Markdown, for the summary of a CI job or a comment.
//!
//! It fits one screen where all is well and stays below [`MOST`] bytes whatever happened. Text of
//! the target and of the suite is written so that it stays text, see `escape.rs`.

mod escape;
mod lists;
mod tables;

use crate::number::{fine, millis, per_second, ratio};
use crate::table::word;
use crate::{Facts, headline};
use escape::text;

/// Bytes that a summary has at most. CI services take a megabyte for all steps of a job, and people
/// read one screen.
const MOST: usize = 60_000;

/// The summary.
pub fn markdown(facts: &Facts<'_>) -> Vec<u8> {
    let mut out = head(facts);
    let sections = [
        ("Targets", tables::targets(facts)),
        ("Expectations", tables::expectations(facts)),
        ("Bottlenecks", tables::slowest(facts)),
        ("Failures", tables::failures(facts)),
        ("Errors of the suite's own code", tables::exceptions(facts)),
        ("Diagnosis", lists::diagnosis(facts)),
        ("Warnings", lists::warnings(facts)),
        ("The run itself", lists::trust(facts)),
    ];
    for (title, body) in sections.into_iter().filter(|(_, body)| !body.is_empty()) {
        let section = format!("\n### {title}\n\n{body}");
        if out.len() + section.len() <= MOST {
            out += &section;
        } else {
            out += &format!("\n### {title}\n\nLeft out: it is too long for a summary.\n");
        }
    }
    out += &lists::settings(facts);
    out.into_bytes()
}

/// The word, the reasons, the numbers of all requests.
fn head(facts: &Facts<'_>) -> String {
    let verdict = facts.verdict;
    let word = word(verdict);
    let code = verdict.exit_code;
    // A job that is red must not begin with a green mark.
    let (mark, but) = match word {
        "PASS" if code != 0 => ("⚠️", format!(", but exit code {code}")),
        "PASS" => ("✅", String::new()),
        "FAIL" => ("❌", String::new()),
        _ => ("⚠️", String::new()),
    };
    let name = [Some(facts.run.suite), facts.run.scenario].into_iter().flatten();
    let name = name.map(text).collect::<Vec<_>>().join(" ");
    let mut out = format!("## {mark} {word}{but}: {name}\n\n");
    // What makes a run say nothing comes before what it seems to say.
    if let Some(cause) = verdict.causes.first().filter(|_| word == "INVALID") {
        out += &format!("**{}**\n\n", text(cause));
    }
    for said in headline(facts.snapshot, verdict, facts.diagnosis) {
        out += &format!("- {}\n", escape::sentence(&said));
    }
    out += "\n";
    if let Some(reason) = crate::table::exit_reason(verdict) {
        out += &format!("Exit code {}: {}\n\n", verdict.exit_code, text(&reason));
    }
    out + &figures(facts)
}

fn figures(facts: &Facts<'_>) -> String {
    let snapshot = facts.snapshot;
    let all = snapshot.aggregated();
    let times = all.response();
    let ms = |quantile: f64| {
        let time = if quantile < 1.0 { times.quantile(quantile) } else { times.max() };
        time.map_or_else(|| "no data".to_owned(), |time| format!("{} ms", fine(millis(time))))
    };
    let failed = match ratio(all.failures(), all.requests()) {
        Some(share) => format!("{} ({:.2}%)", all.failures(), share * 100.0),
        None => "no data".to_owned(),
    };
    format!(
        "| requests | failures | requests/s | median | p95 | p99 | longest | most users | lasted |\n\
         | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n\
         | {} | {failed} | {:.1} | {} | {} | {} | {} | {} | {:.1} s |\n",
        all.requests(),
        per_second(all.requests(), snapshot.measured()),
        ms(0.5),
        ms(0.95),
        ms(0.99),
        ms(1.0),
        snapshot.peak_users,
        snapshot.elapsed.as_secs_f64(),
    )
}
