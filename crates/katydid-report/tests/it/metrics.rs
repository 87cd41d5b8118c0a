//! docs/METRICS.md names every column and field that there is, and nothing else.

use std::fs;
use std::path::Path;
use std::time::Duration;

use dom_query::Document;
use katydid_core::{
    ArrivalCounts, CapacityPlan, Exemplar, Expectation, FailureKind, Held, Ladder, Latency, Mark,
    MonitorKind, Monitored, Occasion, PhaseTotals, ProbeRecord, Recover, RunFacts, Search,
    SearchEnd, SearchOutcome, Series, Snapshot, StatedTime, Target, Unit, Verdict, Watched, Why,
    judge,
};
use katydid_report::csv::{self, HistoryRows};
use katydid_report::{json, table};

use crate::compared::with;
use crate::html::made_with;
use crate::run::{Run, counts, started, task};

const DOCUMENT: &str = include_str!("../../../../docs/METRICS.md");

/// A run that fills every table.
fn everything() -> Snapshot {
    let mut run = Run::new(&[("Shopper", 3)], &[task("Shopper", "Buying", "pay", 1.0)])
        .staged("1@1/s:20s,2@1/s:20s")
        .planned(1)
        .tick(1)
        .answers("GET", "/", &[900; 120])
        .stated("GET", "/", &["sql;dur=0.5"])
        .tick(2)
        .redirected("/old", 1)
        .retried("POST", "/pay")
        .cached("GET", "/", 1)
        .transactions("buy", &[400_000], "GET /: HTTP 503 Busy")
        .fails(("POST", "/pay"), (FailureKind::Status(503), "HTTP 503 Busy"), 3, 1)
        .task(0, counts(9, 1, 12, 1))
        .exception(0, "no card", "")
        .kept(Exemplar {
            why: Why::Failed(FailureKind::Status(503)),
            method: "POST".into(),
            name: "/pay".into(),
            server_timing: vec![StatedTime { name: "sql".to_owned(), ..StatedTime::default() }],
            ..Exemplar::default()
        });
    // Busy as the answers are slow.
    let mut pool = Series::new("busy", Unit::Count);
    for second in 3..=40 {
        let busy = second * second * 7_919 % 97;
        run = run.answers("GET", "/", &[1_000 + 100 * busy; 20]).tick(second);
        pool.note(Duration::from_millis(second * 1_000 - 500), busy as f64);
    }
    let mut run = run.snapshot();
    run.held = Held { requests: 3, total: Duration::from_secs(1) };
    let mut floor = Latency::default();
    floor.record(10_000);
    run.generator.floor = Some(floor);
    run.mark(Mark { at: Duration::from_secs(2), kind: Occasion::Reset, text: "anew".to_owned() });
    run.monitors.push(Monitored::new("pool", MonitorKind::Postgres));
    run.monitors[0].series.push(pool);
    run.watched.push(Watched::new(4_711, "backend", 2));
    run
}

fn expectations() -> [Expectation; 1] {
    let rule = Recover::parse("p95 < 1s within 30s", &[]).expect("a rule");
    [Expectation::Recover(rule)]
}

/// The lines under a heading of the document, up to the next heading.
fn part(heading: &str) -> impl Iterator<Item = &'static str> {
    let begin = DOCUMENT.lines().skip_while(move |line| *line != heading);
    begin.skip(1).take_while(|line| !line.starts_with('#'))
}

/// The cells of the tables under a heading, without their head lines.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let lines = part(heading).filter(|line| line.starts_with('|'));
    let rows = lines.skip(2).map(|line| line.trim_matches('|').split(" | ").collect());
    rows.collect()
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The names in the first column under a heading, in order.
fn documented(heading: &str) -> Vec<&'static str> {
    rows(heading).into_iter().flat_map(|cells| quoted(cells[0])).collect()
}

/// Headings of a table of the console: its rule says where they begin and end.
fn headings(text: &str) -> Vec<String> {
    let is_rule = |line: &&str| line.contains("--|--") && line.chars().all(|c| "-|".contains(c));
    let rule = text.lines().position(|line| is_rule(&line)).expect("a table");
    let lines: Vec<&str> = text.lines().collect();
    let (head, rule) = (lines[rule - 1], lines[rule]);
    let mut begin = 0;
    let columns = rule.split('|').map(|column| {
        let end = begin + column.len() + 1;
        let heading = head.get(begin..end.min(head.len())).unwrap_or_default();
        begin = end;
        heading.trim_matches(['|', ' ']).to_owned()
    });
    columns.collect()
}

fn first_line(csv: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(csv).expect("UTF-8");
    text.lines().next().expect("a header").split(',').map(str::to_owned).collect()
}

/// The keys of objects that stand this deep, in order, each once.
fn keys(json: &[u8], depth: usize) -> Vec<String> {
    let text = std::str::from_utf8(json).expect("UTF-8");
    let begin = format!("{}\"", " ".repeat(4 * depth));
    let mut keys: Vec<String> = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix(&begin)) {
        let key = line.split('"').next().unwrap_or_default();
        if line.contains("\":") && !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

/// The keys of a line, in order.
fn keys_of_line(line: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(line).expect("UTF-8");
    let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
    keys.sort_by_key(|key| text.find(&format!("\"{key}\":")));
    keys
}

/// A search that has made one probe.
fn search(run: &Snapshot, verdict: &Verdict) -> SearchOutcome {
    let probe = ProbeRecord::read(1, 10, run, verdict);
    let ladder = Ladder { plan: CapacityPlan::default(), most: 10 };
    let (search, took) = (Search::new(ladder), run.elapsed);
    SearchOutcome { probes: vec![probe], end: SearchEnd::OutOfTime, search, took }
}

/// Headings of the two tables of a comparison; the first column of the first has none.
fn compared() -> Vec<String> {
    let text = with(|it| katydid_report::compare::text(it, None));
    let (all, names) = text.split_once("By name").expect("two tables");
    let headings = [headings(all), headings(names)].concat();
    headings.into_iter().filter(|heading| !heading.is_empty()).collect()
}

/// What there is, by the heading under which the document has it.
fn places(run: &Snapshot) -> Vec<(&'static str, Vec<String>)> {
    let targets = [Target::success_at_least(1.0)];
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(run, &targets, &[], facts);
    let expected = judge(run, &[], &expectations(), facts);
    let search = search(run, &verdict);
    let found = json::search(&search);
    let found = [keys(&found, 1), keys(&found, 3)].concat();
    let facts = table::conclusion(run);
    let facts = facts.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    vec![
        ("### Console: requests", headings(&table::requests(run, None))),
        ("### Console: percentiles", headings(&table::percentiles(run, None))),
        ("### Console: transactions", headings(&table::transactions(run, None))),
        ("### Console: error report", headings(&table::failures(run, None))),
        ("### Console: failures by class", headings(&table::failure_classes(run))),
        ("### Console: stages side by side", headings(&table::stages(run))),
        ("### Console: knee", headings(&table::knee(verdict.knee.as_ref()))),
        ("### Console: phases", headings(&table::phases(run))),
        ("### Console: server timing", headings(&table::server_timing(run))),
        ("### Console: monitors", headings(&table::monitors(run))),
        ("### Console: exceptions", headings(&table::exceptions(run))),
        ("### Console: task executions", headings(&table::tasks(run))),
        ("### Console: task mix", headings(&table::mix(run))),
        ("### Console: targets", headings(&table::verdict(&verdict))),
        ("### Console: expectations", headings(&table::verdict(&expected))),
        ("### Console: what this run can conclude", facts.map(str::to_owned).collect()),
        ("### CSV: stats", first_line(&csv::stats(run))),
        ("### CSV: history", first_line(&csv::history_header())),
        ("### CSV: failures", first_line(&csv::failures(run, started()))),
        ("### CSV: exceptions", first_line(&csv::exceptions(run))),
        ("### JSON", keys(&json::statistics(run, started()), 2)),
        ("### JSON of a failure", keys_of_line(&json::failure(&Exemplar::default(), started()))),
        ("### Console: probes of a search", headings(&table::probes(&search, None))),
        ("### CSV: probes of a search", first_line(&csv::probes(&search))),
        ("### JSON of a search", found),
        ("### Console: comparison", compared()),
    ]
}

#[test]
fn every_column_and_field_is_documented_and_no_other() {
    let run = everything();
    let places = places(&run);
    for (heading, names) in &places {
        assert_eq!(documented(heading), *names, "docs/METRICS.md, {heading}");
    }
    // `katydid URL` and the terminal view have tests of their own, beside what they show.
    let others = ["### HTML", "### Terminal view", "### katydid URL"];
    let headings = DOCUMENT.lines().filter(|line| line.starts_with("### "));
    for heading in headings.filter(|heading| !others.contains(heading)) {
        assert!(places.iter().any(|(known, _)| known == &heading), "nothing is {heading}");
    }
    assert_eq!(documented("## One request"), PhaseTotals::NAMES);
    let header = csv::history_header();
    let line = csv::history_rows(&run, 0, HistoryRows::Aggregated);
    assert_eq!(first_line(&header).len(), first_line(&line).len());
}

#[test]
fn every_heading_of_the_page_is_documented_and_no_other() {
    let text = made_with("shop", &everything(), &["said".to_owned()], &expectations());
    let page = Document::from(text.as_str());
    let texts = |inside: &dom_query::Selection<'_>, what: &str| -> Vec<String> {
        inside.select(what).iter().map(|found| found.text().to_string()).collect()
    };
    let whole = page.select("body");
    let mut parts = vec![("figures".to_owned(), texts(&whole, ".figures dt"))];
    for section in &page.select("section") {
        parts.push((texts(&section, "h2").concat(), texts(&section, "th, dt")));
    }
    let said: Vec<(String, Vec<String>)> = rows("### HTML")
        .iter()
        .map(|cells| {
            (
                cells[0].trim_matches(['|', ' ']).to_owned(),
                quoted(cells[1]).map(str::to_owned).collect(),
            )
        })
        .collect();
    assert_eq!(said, parts, "docs/METRICS.md, ### HTML");
}

#[test]
fn every_fate_of_a_start_is_documented_and_no_other() {
    let mut all = ArrivalCounts::default();
    (all.completed, all.failed, all.timed_out, all.dropped, all.unsent, all.cut) =
        (1, 1, 1, 1, 1, 1);
    let fates = all.to_string();
    let shown = fates.split(", ").map(|fate| fate.trim_start_matches("1 "));
    let mut expected = vec!["planned", "started"];
    expected.extend(shown);
    expected.push("under way");
    assert_eq!(documented("## Starts of the open model"), expected);
}

/// The net for tables that are new: every heading that a source file has is in the document.
#[test]
fn no_table_of_the_sources_is_forgotten() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for (folder, marks) in
        [("table", &["Column::left(\"", "Column::right(\""][..]), ("html", &["title: \""][..])]
    {
        for file in fs::read_dir(sources.join(folder)).expect("sources") {
            let path = file.expect("a file").path();
            if path.extension().is_none_or(|end| end != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file");
            for mark in marks {
                for rest in text.split(mark).skip(1) {
                    let name = rest.split('"').next().unwrap_or_default();
                    if name.is_empty() {
                        // The first column of a small table, whose rows say what they are.
                        continue;
                    }
                    let forms = [format!("`{name}`"), format!("| {name} |")];
                    let known = forms.iter().any(|form| DOCUMENT.contains(form));
                    assert!(known, "docs/METRICS.md lacks `{name}` of {}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 60, "only {seen} headings were found");
}

#[test]
fn the_document_keeps_the_window_and_error_that_it_tells() {
    let mut times = Latency::default();
    (1..=10_000u64).for_each(|n| times.record(n * 1_000_000));
    let p95 = times.quantile(0.95).expect("data").as_secs_f64();
    assert!((p95 / 9.5 - 1.0).abs() <= 0.001, "three digits: {p95}");
    // 100 requests in second 1, asked for at second 12: the current rate knows them no more.
    let run = Run::new(&[], &[]).answers("GET", "/", &[900; 100]).tick(1).tick(5).tick(11).done(12);
    assert_eq!(run.aggregated().current_rates(), (0.0, 0.0));
    assert_eq!(run.measured(), Duration::from_secs(12));
}
