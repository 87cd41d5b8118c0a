//! A comparison in all its reports.

use std::sync::Arc;
use std::time::Duration;

use dom_query::Document;
use katydid_core::compare::{About, Block, Caveat, Compared, FailWhen, Rule, Run, Times, compare};
use katydid_core::{Latency, RowKey, RunWord};
use katydid_report::compare::{Compares, Comparison, json, markdown, page, text};

const EVIL: &str = "/a|b`<img src=x>*\u{1b}[2J";

/// Half a minute of two names; the second one takes `factor` times as long as in the base.
fn run(factor: f64, extra: &str) -> Run {
    let key = |name: &str| RowKey::new("GET", name, &Arc::from([]));
    let block = |second: u64| {
        let times = |factor: f64, failed: u64| {
            let (mut good, mut bad) = (Latency::default(), Latency::default());
            for at in 0..40 {
                // Spread evenly, and a little different in each second.
                let micros = 20_000.0 + 97.0 * ((at * 17 + second * 29) % 40) as f64;
                let ns = (micros * factor * 1e3) as u64;
                if at < failed { bad.record(ns) } else { good.record(ns) }
            }
            Times::of(&good, &bad)
        };
        let rows = vec![(0, times(1.0, 0)), (1, times(factor, second % 2)), (2, times(1.0, 0))];
        Block { length: Duration::from_secs(1), rows }
    };
    let rows = vec![key("/books"), key(EVIL), key(extra)];
    Run { rows, stretches: vec![(0..30).map(block).collect()] }
}

fn found() -> Compared {
    let rules: Vec<Rule> = [
        "p95 > +10%",
        "avg > +5% on /books",
        "rps < -5%",
        "failures > +1%",
        "p99 > +10% on /never",
    ]
    .iter()
    .map(|rule| rule.parse().expect("a rule"))
    .collect();
    let (base, new) = ([run(1.0, "/old")], [run(1.3, "/new")]);
    compare(&base, &new, (&rules, FailWhen::Shown), katydid_core::compare::Settings::default())
}

/// A report of two runs that differ.
pub(crate) fn with(report: impl FnOnce(&Comparison<'_>) -> String) -> String {
    let side = |label: &str| {
        vec![Compares {
            label: label.to_owned(),
            cut: "30s of 40s, between 10s and 40s".to_owned(),
        }]
    };
    let about = |users: &str, word| About {
        label: "b".to_owned(),
        facts: vec![("users".to_owned(), users.to_owned())],
        word,
        kept: Duration::from_secs(30),
    };
    let caveats = Caveat::of(&[about("50", RunWord::Valid)], &[about("<60>", RunWord::Disturbed)]);
    report(&Comparison {
        compared: &found(),
        base: &side("yesterday"),
        new: &side("today<b>"),
        caveats: &caveats,
    })
}

#[test]
fn a_terminal_shows_sides_numbers_rules_and_the_conclusion() {
    insta::assert_snapshot!(with(|it| text(it, Some(120))));
}

#[test]
fn markdown_is_a_summary_in_which_foreign_text_means_nothing() {
    let told = with(markdown);
    assert!(!told.contains('\u{1b}'), "{told}");
    insta::assert_snapshot!(told);
}

#[test]
fn machines_read_the_same_numbers() {
    let told: serde_json::Value = serde_json::from_str(&with(json)).expect("JSON");
    let compared = found();
    assert_eq!(told["version"], 1);
    assert_eq!(told["different"], compared.is_different());
    assert_eq!(told["conclusion"], compared.sentence());
    let p95 = &told["all"]["differences"][3];
    let own = &compared.all.differences[3];
    assert_eq!(p95["number"], "p95");
    assert_eq!(p95["base"], own.base.map(|ns| ns / 1e6).expect("data"));
    assert_eq!(p95["change"]["low"], own.change.expect("data").low);
    assert_eq!(told["one_sided"][0]["name"], "/new");
    assert_eq!(told["rules"][4]["word"], "NO DATA");
    assert!(told["rules"][4]["difference"]["change"].is_null());
}

#[test]
fn the_page_has_all_of_it_and_fetches_nothing() {
    let told = with(|it| String::from_utf8(page(it)).expect("UTF-8"));
    let document = Document::from(told.as_str());
    assert_eq!(document.select("script, img, link, [src], [href]").length(), 0);
    let conclusion = document.select(".conclusion").text().to_string();
    assert_eq!(conclusion, found().sentence().replace('\u{1b}', "\\u{1b}"));
    assert_eq!(document.select("div[aria-labelledby=all] tbody tr").length(), 6);
    assert_eq!(document.select("div[aria-labelledby=names] tbody tr").length(), 2);
    assert_eq!(document.select("div[aria-labelledby=rules] .bad").length(), 2);
    assert_eq!(document.select("ul.bars li").length(), 6);
    assert!(document.select(".caveat").text().contains("DISTURBED"));
}
