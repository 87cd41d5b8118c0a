//! The page, read as a browser reads it.

use std::time::Duration;

use dom_query::Document;
use katydid_core::{
    Expectation, FailureKind, RunFacts, Silence, Snapshot, Target, Warning, WarningName, Warnings,
    diagnose, judge,
};
use katydid_report::html::{Page, page};

use crate::run::{Run, counts, empty, eventful, started, task};

fn made(suite: &str, snapshot: &Snapshot, said: &[String]) -> String {
    made_with(suite, snapshot, said, &[])
}

/// The page of a run that was expected to show something.
pub(crate) fn made_with(
    suite: &str,
    snapshot: &Snapshot,
    said: &[String],
    expectations: &[Expectation],
) -> String {
    let targets =
        [Target::success_at_least(1.0), Target::percentile_below(0.95, Duration::from_millis(500))];
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let settings: Vec<_> = said.iter().map(|text| [(); 3].map(|()| text.clone())).collect();
    let silences =
        said.iter().map(|text| Silence { name: WarningName::Redirects, reason: text.clone() });
    let mut advice = Warnings::new(silences.collect());
    for text in said {
        advice.add(Warning::new(WarningName::FewSamples, text, text));
    }
    let bytes = page(&Page {
        suite,
        snapshot,
        verdict: &judge(snapshot, &targets, expectations, facts),
        started: started(),
        host: suite,
        scenario: Some(suite),
        settings: &settings,
        diagnosis: &diagnose(snapshot, &[]),
        advice: &advice,
        warnings: said,
    });
    String::from_utf8(bytes).expect("UTF-8")
}

/// Cells of the section `id`, row by row.
fn table(document: &Document, id: &str) -> Vec<Vec<String>> {
    let rows = document.select(&format!("div[aria-labelledby={id}] tbody tr"));
    let cells = |row: dom_query::Selection<'_>| {
        row.select("td").iter().map(|cell| cell.text().to_string()).collect()
    };
    rows.iter().map(cells).collect()
}

#[test]
fn everything_of_an_eventful_run_is_on_the_page() {
    let run = eventful();
    let text = made("shop", &run, &["a".to_owned()]);
    let document = Document::from(text.as_str());
    let counts = [
        ("targets", 2, 6),
        ("requests", 7, 14),
        ("percentiles", 7, 13),
        ("failures", 7, 7),
        ("exceptions", 2, 4),
        ("phases", 7, 14),
        ("tasks", 6, 8),
        ("mix", 5, 5),
        ("advice", 2, 3),
        ("warnings", 1, 1),
        ("settings", 1, 3),
    ];
    for (id, rows, columns) in counts {
        let table = table(&document, id);
        assert_eq!(table.len(), rows, "{id}: {table:?}");
        let headings = document.select(&format!("div[aria-labelledby={id}] thead th")).length();
        assert_eq!(headings, columns, "{id}");
        assert!(table.iter().all(|row| row.len() == columns), "{id}: {table:?}");
    }
    let total = table(&document, "requests").pop().unwrap();
    assert_eq!(total[..5], ["", "Aggregated", "153", "15", "9.80%"]);
    assert_eq!(document.select(".verdict strong").text().as_ref(), "INVALID");
    assert_eq!(document.select(".run strong").text().as_ref(), "INVALID");
    let facts = document.select(".facts").text().to_string();
    assert!(facts.contains("2026-11-23 02:38:35 UTC") && facts.contains("10.0 s"), "{facts}");
}

#[test]
fn transactions_have_a_section_and_their_reasons_are_failures() {
    let run = Run::new(&[("V", 1)], &[])
        .transactions("buy", &[2_000], "GET /: HTTP 503 Busy")
        .answers("GET", "/", &[900])
        .done(10);
    let document = Document::from(made("shop", &run, &[]));
    assert_eq!(table(&document, "transactions")[0][..3], ["buy", "2", "1"]);
    assert_eq!(
        table(&document, "failures")[0][2..5],
        ["buy", "transaction", "GET /: HTTP 503 Busy"]
    );
    assert_eq!(table(&document, "requests").len(), 2);
}

#[test]
fn the_page_is_html_without_a_fault() {
    let broken = Document::from("<!doctype html><table><p>x</table>");
    assert!(!broken.errors.borrow().is_empty(), "the parser finds faults");
    for run in [eventful(), empty()] {
        let text = made("shop", &run, &[]);
        let document = Document::from(text.as_str());
        let faults = document.errors.borrow();
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let text = made("shop", &eventful(), &[]);
    for word in ["<script", "<link", "<img", "<iframe", "src=", "href=", "url(", "@import", "//"] {
        assert!(!text.contains(word), "{word}");
    }
    assert!(text.contains("content=\"default-src 'none'; style-src 'unsafe-inline';"));
}

/// Names come from the suite, error texts from the target: neither may become markup.
#[test]
fn foreign_text_stays_text() {
    let evil = "</td></title></style><script>alert(1)</script><img src=x onerror='x'>&lt;\"\x1b[2J";
    let run = Run::new(&[(evil, 1)], &[task(evil, evil, evil, 1.0)])
        .task(0, counts(2, 0, 0, 1))
        .answers(evil, evil, &[1_000])
        .fails((evil, evil), (FailureKind::Check, evil), 1, 0)
        .exception(0, evil, evil)
        .done(1);
    let text = made(evil, &run, &[evil.to_owned()]);
    assert!(!text.contains("<script") && !text.contains("<img") && !text.contains('\x1b'));
    let document = Document::from(text.as_str());
    assert!(document.errors.borrow().is_empty());
    let shown = evil.replace('\x1b', "\\u{1b}");
    for id in ["requests", "failures", "exceptions", "tasks", "mix", "warnings", "settings"] {
        let cells = table(&document, id).concat();
        assert!(cells.iter().any(|cell| cell.contains(&shown)), "{id}: {cells:?}");
    }
    assert!(document.select("title").text().starts_with(&shown));
}
