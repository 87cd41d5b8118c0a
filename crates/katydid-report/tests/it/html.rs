//! The page, read as a browser reads it.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use dom_query::Document;
use katydid_core::{
    Expectation, FailureKind, MonitorKind, MonitorRule, Monitored, RunFacts, Series, Silence,
    Snapshot, Target, Unit, Warning, WarningName, Warnings, diagnose, judge,
};
use katydid_report::html::{Page, page};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

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
        command: &said.first().map_or_else(String::new, |text| format!("load --host={text}")),
        versions: &said.iter().map(|text| [(); 2].map(|()| text.clone())).collect::<Vec<_>>(),
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
        ("requests", 7, 17),
        ("percentiles", 7, 14),
        ("bottlenecks", 6, 6),
        ("failures", 7, 7),
        ("exceptions", 2, 4),
        ("phases", 7, 14),
        ("tasks", 6, 8),
        ("mix", 5, 5),
        ("advice", 2, 3),
        ("warnings", 1, 1),
        ("settings", 1, 3),
        ("versions", 1, 2),
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
    assert_eq!(document.select(".run strong").text().as_ref(), "RUN INVALID");
    assert_eq!(document.select(".headline li").length(), 3);
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

/// A queue that leads p95 by two seconds, free memory that falls as it rises, and a clock that has
/// nothing to do with it.
#[test]
fn what_moved_with_latency_is_ranked_and_called_a_coincidence() {
    // Numbers that jump about, so that no other lag fits.
    let busy = |second: u64| (second * second * 7_919 + second * 104_729) % 97;
    let monitor = "db <b>";
    let mut run = Run::new(&[("V", 1)], &[]);
    let [mut queue, mut free] = ["queue", "free"].map(|name| Series::new(name, Unit::Count));
    let mut clock = Series::new("clock", Unit::Count);
    for second in 0..80u64 {
        run = run.answers("GET", "/", &[1_000 + 900 * busy(second); 20]).tick(second + 1);
        let at = Duration::from_millis(second * 1_000 + 500);
        queue.note(at, busy(second + 2) as f64);
        // A little noise, for the second place.
        free.note(at, 200.0 - busy(second) as f64 - (second % 5 * 6) as f64);
        clock.note(at, (second % 2) as f64);
    }
    let mut run = run.snapshot();
    run.monitors.push(Monitored::new(monitor, MonitorKind::Postgres));
    run.monitors[0].series.extend([clock, free, queue]);
    let expected = Expectation::Monitor(MonitorRule::parse(monitor, "queue < 5").expect("a rule"));
    let document = Document::from(made_with("shop", &run, &[], &[expected]));
    let moved = table(&document, "moved");
    let told: Vec<_> = moved.iter().map(|row| [&*row[1], &*row[2], &*row[3]]).collect();
    let expected = [["queue", "rose", "2 s before p95"], ["free", "fell", "in the same step"]];
    assert_eq!(told, expected, "{moved:?}");
    assert!(moved.iter().all(|row| row[0] == monitor), "{moved:?}");
    let note = document.select("section[aria-labelledby=moved] .note").text().to_string();
    assert!(note.contains("no proof of cause"), "{note}");
    // A rule on a monitor is judged beside the other expectations.
    let judged = table(&document, "expectations").concat();
    assert!(judged[0].contains("queue < 5") && judged[3] == "MISSED", "{judged:?}");
    assert!(table(&Document::from(made("shop", &eventful(), &[])), "moved").is_empty());
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
    for word in
        ["<link", "<img", "<iframe", "src=", "url(", "@import", "fetch(", "XMLHttp", "import("]
    {
        assert!(!text.contains(word), "{word}");
    }
    // Links lead to parts of the page; the one address is a name of its drawing language.
    assert_eq!(text.matches("href=").count(), text.matches("href=\"#").count());
    let others = text.matches("://").count() - text.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(others, 0);
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
    assert_eq!(text.matches("<script").count(), 2, "the data and the one script");
    assert!(!text.contains("<img") && !text.contains('\x1b'));
    let document = Document::from(text.as_str());
    assert!(document.errors.borrow().is_empty());
    let shown = evil.replace('\x1b', "\\u{1b}");
    for id in ["requests", "failures", "exceptions", "tasks", "mix", "warnings", "settings"] {
        let cells = table(&document, id).concat();
        assert!(cells.iter().any(|cell| cell.contains(&shown)), "{id}: {cells:?}");
    }
    assert!(document.select("title").text().starts_with(&shown));
}

/// The policy names the script and the style by their hashes; a browser runs and uses no other.
#[test]
fn the_policy_fits_the_page() {
    let text = made("shop", &eventful(), &[]);
    let policy = text.split("Content-Security-Policy\" content=\"").nth(1).expect("a policy");
    let policy = policy.split('"').next().expect("its end");
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let between = |begin: &str, end: &str| text.split(begin).nth(1)?.split(end).next().map(hash);
    for (name, begin, end) in
        [("script", "<script>", "</script>"), ("style", "<style>", "</style>")]
    {
        let hash = between(begin, end).expect(name);
        assert!(policy.contains(&format!("{name}-src 'sha256-{hash}'")), "{name}: {policy}");
    }
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"));
    // Neither could be used by a policy of hashes.
    for word in ["style=\"", " onclick", " onload", "javascript:"] {
        assert!(!text.contains(word), "{word}");
    }
}

fn data(text: &str) -> Value {
    let data = text.split("id=\"data\">").nth(1).expect("data").split("</script>").next();
    serde_json::from_str(data.expect("its end")).expect("JSON")
}

#[test]
fn the_charts_have_every_request_of_the_run() {
    let run = eventful();
    let data = data(&made("shop", &run, &[]));
    let sum = |list: &Value| list.as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).sum();
    let (requests, failed): (u64, u64) =
        (sum(&data["steps"]["requests"]), sum(&data["steps"]["failed"]));
    assert_eq!((requests, failed), (run.requests(), run.failed()));
    let counts = data["steps"]["times"].as_array().unwrap().iter();
    let counts = counts.flat_map(|step| step.as_array().unwrap().iter().skip(1).step_by(2));
    assert_eq!(counts.map(|count| count.as_u64().unwrap()).sum::<u64>(), run.requests());
    let kinds: u64 =
        data["failures"].as_array().unwrap().iter().map(|kind| sum(&kind["counts"])).sum();
    assert_eq!(kinds, run.failed());
    let names = data["names"].as_array().unwrap().iter();
    assert_eq!(names.map(|name| sum(&name["requests"])).sum::<u64>(), run.requests());
}

/// An hour of twenty names, and as many names as a run of many threads can have, each very long.
#[test]
fn the_page_stays_small() {
    let mut hour = Run::new(&[("V", 9)], &[]);
    for second in 1..=3_600u64 {
        for name in 0..20 {
            let micros: Vec<u64> = (0..4)
                .map(|index| 900 + (second * 7_919 + name * 31_337 + index * 4_243) % 90_000)
                .collect();
            hour = hour.answers("GET", &format!("/api/things/{name}"), &micros);
        }
        hour = hour.tick(second);
    }
    let page = made("shop", &hour.snapshot(), &[]);
    assert!(page.len() < 1_500_000, "an hour: {} bytes", page.len());

    let mut names = Run::with_names(5_000);
    for index in 0..5_000 {
        let name = format!("/{index}/{}", "<\"é日\n".repeat(1_000));
        names = names.answers("GET", &name, &[1_000 + index, 90_000]);
    }
    let names = names.done(10);
    let page = made("shop", &names, &[]);
    assert!(page.len() < 1_500_000, "many names: {} bytes", page.len());
    let document = Document::from(page.as_str());
    let rows = table(&document, "requests");
    assert_eq!(rows.len(), 252);
    assert_eq!(rows[250][1], "(4750 more names)");
    assert_eq!(rows[251][2], "10000");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let run = eventful();
    assert_eq!(made("shop", &run, &[]), made("shop", &run, &[]));
}
