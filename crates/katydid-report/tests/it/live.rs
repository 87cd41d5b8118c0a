//! The data of charts and tables while a run goes on.

use std::collections::BTreeMap;

use katydid_core::{RunFacts, Snapshot, diagnose, judge};
use katydid_report::html::{Feed, TABLES, TableSource, chart_script, name_series, styles, table};
use serde_json::Value;

use crate::run::{Run, eventful, started};

fn value(text: &str) -> Value {
    assert!(!text.contains('\n'), "a message is one line");
    serde_json::from_str(text).expect("JSON")
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

/// Seconds of three names with times that differ from second to second.
fn second(run: Run, second: u64) -> Run {
    let mut run = run;
    for name in 0..3 {
        let micros: Vec<u64> = (0..20)
            .map(|index| 900 + (second * 7_919 + name * 31 + index * 4_243) % 90_000)
            .collect();
        run = run.answers("GET", &format!("/{name}"), &micros);
    }
    run.tick(second)
}

/// What the script does: steps that are known by their edges stay, the others come with the message.
fn put_together(known: &mut BTreeMap<String, Value>, message: &Value) -> Vec<Value> {
    let steps = &message["steps"];
    let at = list(&steps["at"]);
    let mut fresh =
        list(&message["fresh"]).into_iter().map(|it| it.as_u64().expect("an index") as usize);
    let mut next = fresh.next();
    let mut new = 0;
    let mut out = Vec::new();
    for (index, edges) in at.windows(2).enumerate() {
        let place = format!("{} {}", edges[0], edges[1]);
        if next == Some(index) {
            known.insert(place.clone(), steps["times"][new].clone());
            new += 1;
            next = fresh.next();
        }
        out.push(known[&place].clone());
    }
    out
}

#[test]
fn messages_make_the_whole_and_stay_small_in_a_long_run() {
    let mut run = Run::new(&[("V", 1)], &[]);
    let mut feed = Feed::new();
    let mut known = BTreeMap::new();
    let mut largest = 0;
    for at in 1..=700u64 {
        run = second(run, at);
        let text = feed.advance(run.now());
        let message = value(&text);
        if at == 1 {
            assert_eq!(message["whole"], true);
            assert_eq!(text, feed.whole());
            let edges = list(&message["steps"]["at"]);
            known
                .insert(format!("{} {}", edges[0], edges[1]), message["steps"]["times"][0].clone());
            continue;
        }
        assert_eq!(message["whole"], false, "second {at}");
        largest = largest.max(text.len());
        let times = put_together(&mut known, &message);
        if at % 100 == 0 {
            assert_eq!(Value::from(times), value(&feed.whole())["steps"]["times"], "second {at}");
        }
    }
    assert!(largest < 16_000, "{largest} bytes");
    // Whoever comes late gets what somebody who was there from the start has.
    let mut late = Feed::new();
    assert_eq!(late.advance(run.now()), feed.whole());
}

#[test]
fn a_reset_is_said_whole() {
    let run = second(second(Run::new(&[("V", 1)], &[]), 1), 2);
    let mut feed = Feed::new();
    feed.advance(run.now());
    let mut snapshot: Snapshot = run.now().clone();
    snapshot.reset(std::time::Duration::from_secs(3));
    let message = value(&feed.advance(&snapshot));
    assert_eq!(list(&message["steps"]["at"]).len(), 0);
    assert_eq!(message["fresh"], Value::from(Vec::<u64>::new()));
}

#[test]
fn every_table_of_the_page_can_be_had_alone() {
    let run = eventful();
    let verdict = judge(&run, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    let diagnosis = diagnose(&run, &[]);
    let of = TableSource {
        snapshot: &run,
        verdict: &verdict,
        diagnosis: &diagnosis,
        started: started(),
    };
    for id in TABLES {
        let made = value(&table(id, &of).expect(id));
        assert_eq!(made["id"], id);
        let columns = list(&made["columns"]).len();
        assert!(list(&made["rows"]).iter().all(|row| list(row).len() == columns), "{id}");
    }
    let requests = value(&table("requests", &of).expect("there is one"));
    assert_eq!(requests["total"], true);
    let total = list(&requests["rows"]).pop().expect("a sum");
    assert_eq!(total[3], serde_json::json!({"text": "15", "class": "n bad"}));
    assert_eq!(table("nothing", &of), None);
}

#[test]
fn a_name_has_its_own_series() {
    let run = second(second(Run::new(&[("V", 1)], &[]), 1), 2);
    let series = value(&name_series(run.now(), "GET", "/1").expect("it is there"));
    assert_eq!(series["requests"], serde_json::json!([20, 20]));
    assert_eq!(list(&series["at"]).len(), 3);
    assert_eq!(name_series(run.now(), "GET", "/9"), None);
}

/// Whoever serves them needs no exception in the policy of the page.
#[test]
fn script_and_styles_stand_by_themselves() {
    for word in ["style=", "innerHTML", "eval(", "Function(", "fetch(", "://"] {
        let script = chart_script().replace("http://www.w3.org/2000/svg", "");
        assert!(!script.contains(word), "{word}");
    }
    assert!(!styles().contains("url(") && !styles().contains("@import"));
}
