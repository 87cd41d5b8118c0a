//! Every table of an eventful run, of an empty one, and of one with hostile texts.

use std::time::Duration;

use katydid_core::{FailureKind, RunFacts, Snapshot, TagClass, Target, TaskInfo, Verdict, judge};
use katydid_report::table;

use crate::run::{Run, counts, empty, eventful, task};

fn judged(run: &Snapshot, targets: &[Target]) -> Verdict {
    judge(run, targets, &[], RunFacts { interrupted: false, failed_code: 1 })
}

fn targets() -> [Target; 2] {
    let limit = Duration::from_millis(500);
    [Target::success_at_least(1.0), Target::percentile_below(0.95, limit)]
}

#[test]
fn each_target_has_its_scope_limit_margin_and_samples() {
    let class = TagClass::in_order([("standard", &[][..])]);
    let texts = [
        "success == 100%",
        "success >= 90% on class standard",
        "p95 < 500ms on POST /api/synthesize",
        "p99.9 < 2s",
        "p95 < 100ms on /api/helth",
        "max < 200ms on tag tts",
        "rate >= 10/s",
    ];
    let targets = texts.map(|text| Target::parse(text, &class).unwrap());
    insta::assert_snapshot!("targets", table::verdict(&judged(&eventful(), &targets)));
}

#[test]
fn tables_of_an_eventful_run() {
    let run = eventful();
    insta::assert_snapshot!("periodic", table::periodic(&run, None));
    insta::assert_snapshot!("requests", table::requests(&run, None));
    insta::assert_snapshot!("percentiles", table::percentiles(&run, None));
    insta::assert_snapshot!("failures", table::failures(&run, None));
    insta::assert_snapshot!("failure_classes", table::failure_classes(&run));
    insta::assert_snapshot!("exceptions", table::exceptions(&run));
    insta::assert_snapshot!("tasks", table::tasks(&run));
    insta::assert_snapshot!("mix", table::mix(&run));
    insta::assert_snapshot!("phases", table::phases(&run));
    insta::assert_snapshot!("verdict", table::verdict(&judged(&run, &targets())));
}

#[test]
fn what_the_target_says_of_its_time_stands_beside_the_wait() {
    let run = Run::new(&[], &[])
        .answers("GET", "/b", &[9_000; 4])
        .stated("GET", "/b", &["sql;dur=1.25, cache;desc=hit", "sql;dur=12.5, a\u{1b}[2J"])
        .answers("POST", "/a", &[5_000])
        .stated("POST", "/a", &["speech;dur=4"])
        .done(1);
    insta::assert_snapshot!("server_timing", table::server_timing(&run));
    assert_eq!(table::server_timing(&eventful()), "");
}

#[test]
fn tables_before_anything_has_happened() {
    let run = empty();
    assert_eq!(table::failures(&run, None) + &table::exceptions(&run) + &table::phases(&run), "");
    let all = [
        table::periodic(&run, None),
        table::requests(&run, None),
        table::percentiles(&run, None),
        table::tasks(&run),
        table::mix(&run),
        table::verdict(&judged(&run, &targets())),
    ];
    insta::assert_snapshot!("empty_tables", all.join("\n"));
    let without_tasks = Run::new(&[], &[]).done(0);
    assert_eq!(table::tasks(&without_tasks) + &table::mix(&without_tasks), "");
}

/// Beside a sticky flow only the code of its tasks says how often they run.
#[test]
fn where_nothing_is_documented_nothing_is_compared() {
    let free = TaskInfo { expected_share: None, ..task("V", "Sticky", "stay", 0.0) };
    let run = Run::new(&[("V", 1)], &[free]).task(0, counts(4, 0, 4, 0)).done(1);
    let mix = table::mix(&run);
    let row: Vec<&str> = mix.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(row, ["V", "Sticky", "4", "-", "100.0%", "-"]);
}

/// The last line is what scripts read.
#[test]
fn the_last_line_is_the_verdict() {
    let last = |verdict: &Verdict| table::verdict(verdict).lines().last().unwrap().to_owned();
    let look = || Run::new(&[("V", 1)], &[task("V", "", "look", 1.0)]);
    let good = look().task(0, counts(1, 0, 1, 0)).answers("GET", "/", &[900; 20]).done(1);
    assert_eq!(last(&judged(&good, &targets())), "VERDICT: PASS");
    let silent = look().task(0, counts(3, 0, 0, 0)).done(1);
    let line = last(&judged(&silent, &[]));
    assert!(line.starts_with("VERDICT: INVALID - V executed tasks and sent no request"), "{line}");
    let failed = look()
        .task(0, counts(1, 0, 1, 0))
        .fails(("GET", "/"), (FailureKind::Timeout, "late"), 1, 0)
        .done(1);
    assert_eq!(last(&judged(&failed, &[])), "VERDICT: FAIL - 1 of 1 request failed");
}

#[test]
fn an_interrupted_run_says_so() {
    let run = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[900]).done(1);
    let verdict = judge(&run, &[], &[], RunFacts { interrupted: true, failed_code: 1 });
    let text = table::verdict(&verdict);
    assert_eq!(text, "RUN: VALID\n\nExit code 130 (interrupted)\nVERDICT: PASS\n");
}

/// Headings, rules and rows of Locust 2.47 with its output to a file, as its own formats make them.
#[test]
fn locusts_columns_stand_at_locusts_places() {
    let head = format!(
        "{:<8} {:<76} {:>7} {:>12} |{:>7} {:>7} {:>7}{:>7} | {:>7} {:>11}",
        "Type", "Name", "# reqs", "# fails", "Avg", "Min", "Max", "Med", "req/s", "failures/s"
    );
    let rule = [8, 76, 7, 13, 7, 7, 7, 7, 8, 11].map(|width| "-".repeat(width)).join("|");
    let run = Run::new(&[("V", 1)], &[])
        .answers("POST", "/slow/[id]", &[121_000, 123_000, 125_000])
        .fails(("GET", "/err"), (FailureKind::Status(500), "HTTP 500"), 1, 0)
        .done(8);
    let row = |type_: &str, name: &str, fails: &str, [count, avg, min, max, med]: [u32; 5]| {
        let (rate, failing) =
            (f64::from(count) / 8.0, if fails.starts_with('0') { 0.0 } else { 0.125 });
        format!(
            "{type_:<8} {name:<76} {count:>7} {fails:>12} |{avg:>7} {min:>7} {max:>7}{med:>7} | \
             {rate:>7.2} {failing:>11.2}"
        )
    };
    let expected = [
        head,
        rule.clone(),
        row("GET", "/err", "1(100.00%)", [1, 1, 1, 2, 1]),
        row("POST", "/slow/[id]", "0(0.00%)", [3, 123, 121, 125, 123]),
        rule,
        row("", "Aggregated", "1(25.00%)", [4, 92, 1, 125, 121]),
    ];
    let table = table::requests(&run, None);
    assert_eq!(table.lines().count(), expected.len());
    for (line, expected) in table.lines().zip(&expected) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
    let quantiles = ["66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"];
    let cells: String = quantiles.iter().map(|cell| format!(" {cell:>6}")).collect();
    let head = format!("{:<8} {:<80} {:>8}{cells} {:>6}", "Type", "Name", "50%", "# reqs");
    let rule = format!(
        "{}|{}|{}|{}",
        "-".repeat(8),
        "-".repeat(80),
        "-".repeat(8),
        ["------"; 11].join("|")
    );
    let table = table::percentiles(&run, None);
    assert_eq!(table.lines().skip(1).take(2).collect::<Vec<_>>(), [head, rule]);
}

/// Rates of the live table fall when traffic stops; those at the end are over the whole run.
#[test]
fn current_and_whole_run_rates_differ() {
    let thousand = vec![1_000; 1_000];
    let run = Run::new(&[("V", 1)], &[]).answers("GET", "/", &thousand).tick(1).tick(40).done(50);
    let rate = |table: String| {
        let line = table.lines().last().unwrap().to_owned();
        line.split('|').nth(2).unwrap().split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(rate(table::periodic(&run, None)), "0.00");
    assert_eq!(rate(table::requests(&run, None)), "20.00");
}

/// R19: Locust shows a 100 % of 22 beside a maximum of 21.
#[test]
fn no_percentile_is_shown_above_the_maximum() {
    for slowest in [400, 940, 9_960, 9_999, 21_200, 21_810, 99_960, 250_400] {
        let run = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[200, slowest]).done(1);
        let cells = |table: String| -> Vec<f64> {
            let line = table.lines().last().unwrap().replace('|', " ");
            line.split_whitespace().skip(1).filter_map(|cell| cell.parse().ok()).collect()
        };
        // # reqs, Avg, Min, Max, Med, two rates, p95, p99.
        let row = cells(table::requests(&run, None));
        assert!(row[7] <= row[8] && row[8] <= row[3], "{row:?}");
        let percentiles = cells(table::percentiles(&run, None));
        assert!(percentiles[..11].is_sorted(), "{percentiles:?}");
        assert_eq!(percentiles[10], row[3]);
    }
}

/// A target's answer must not be able to move the cursor of whoever reads the report.
#[test]
fn no_control_character_reaches_the_terminal() {
    let evil = "\x1b[2J\x1b]0;title\x07\r\u{9b}31m\u{202e}\u{2028}x";
    let run = Run::new(&[(evil, 1)], &[task(evil, evil, evil, 1.0), task(evil, "", evil, 0.0)])
        .task(0, counts(2, 0, 0, 1))
        .answers(evil, evil, &[1_000])
        .fails((evil, evil), (FailureKind::Check, evil), 1, 0)
        .exception(0, evil, evil)
        .done(1);
    let verdict = judged(&run, &targets());
    let all = [
        table::periodic(&run, Some(90)),
        table::requests(&run, None),
        table::percentiles(&run, None),
        table::failures(&run, Some(90)),
        table::exceptions(&run),
        table::tasks(&run),
        table::mix(&run),
        table::phases(&run),
        table::verdict(&verdict),
    ];
    for text in all {
        let bad = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2028}".contains(c));
        assert!(!text.contains(bad), "{text:?}");
        assert!(text.contains("\\u{1b}[2J"), "{text}");
    }
}

fn journeys() -> Snapshot {
    Run::new(&[("V", 1)], &[])
        .answers("GET", "/", &[900, 1_100])
        .retried("GET", "/")
        .transactions("listen to an article", &[900_000, 1_200_000], "GET /: HTTP 503 Busy")
        .done(10)
}

#[test]
fn transactions_have_a_table_of_their_own_with_their_reasons() {
    let run = journeys();
    insta::assert_snapshot!("transactions", table::transactions(&run, None));
    assert!(!table::requests(&run, None).contains("article"));
    assert_eq!(table::failures(&run, None), "");
    assert_eq!(table::transactions(&eventful(), None), "");
}

#[test]
fn retries_have_a_column_when_there_were_any() {
    let text = table::phases(&journeys());
    assert!(text.lines().nth(1).unwrap().contains(" retries "), "{text}");
    assert!(!table::phases(&eventful()).contains("retries"));
}

#[test]
fn users_that_ended_by_themselves_are_missing_from_the_load() {
    let run = || Run::new(&[("V", 100)], &[]).planned(100).answers("GET", "/", &[900]).tick(1);
    let stayed = table::conclusion(&run().tick(2).done(10));
    assert!(stayed.contains("  Load     100 users at most, as planned\n"), "{stayed}");
    let left = table::conclusion(&run().with_users(40).tick(2).done(10));
    let says = "100 users at most, as planned; on average 46.0 of 100.0 were there: the others had";
    assert!(left.contains(says), "{left}");
}

#[test]
fn what_a_run_can_conclude_is_said_in_numbers() {
    let conclusion = |requests: usize| {
        let answers = vec![900; requests];
        table::conclusion(&Run::new(&[("V", 1)], &[]).answers("GET", "/", &answers).done(1))
    };
    assert!(conclusion(99).contains("  Samples  99 requests; a p99 needs 100, here it is the"));
    assert!(conclusion(250).contains("  Samples  250 requests, 2 beyond p99: few, 1000 would"));
    let text = conclusion(1_000);
    assert!(text.contains("  Samples  1000 requests, 10 beyond p99\n"), "{text}");
    assert!(text.contains("  Window   1.0 s from the start on, the ramp included\n"), "{text}");
    let mut cut = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[900; 1_000]).done(1);
    cut.cut_requests = 3;
    let text_of_cut = table::conclusion(&cut);
    let says = "10 beyond p99; 3 requests cut off by the end, in no number\n";
    assert!(text_of_cut.contains(says), "{text_of_cut}");
    let ended = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[900]);
    let text_of_end = table::conclusion(&ended.after_the_end("DELETE", "/", &[900, 900]).done(1));
    let says = "ramp included; 2 requests were begun after the end of the run, all at one time, by users \
                who finished (on_stop)\n";
    assert!(text_of_end.contains(says), "{text_of_end}");
    assert!(!text.contains("Floor"), "nothing was measured before this run: {text}");
}
