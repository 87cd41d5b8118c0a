//! The statistics as JSON.

use katydid_report::json;
use serde_json::Value;

use crate::run::{Run, empty, eventful, started};

fn read(run: &katydid_core::Snapshot) -> Vec<Value> {
    let bytes = json::statistics(run, started());
    serde_json::from_slice(&bytes).expect("an array")
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().expect("an object").values().filter_map(Value::as_u64).sum()
}

#[test]
fn an_entry_is_locusts_to_the_letter() {
    let run = Run::new(&[("V", 1)], &[])
        .answers("GET", "/a \"b\"", &[1_400, 1_600, 120_200])
        .tick(1)
        .answers("GET", "/a \"b\"", &[1_500])
        .done(2);
    insta::assert_snapshot!(String::from_utf8(json::statistics(&run, started())).unwrap());
}

#[test]
fn counts_by_time_and_by_second_add_up() {
    let entries = read(&eventful());
    assert_eq!(entries.len(), 6);
    for entry in entries {
        assert_eq!(sum(&entry["response_times"]), entry["num_requests"], "{entry}");
        assert_eq!(sum(&entry["num_reqs_per_sec"]), entry["num_requests"], "{entry}");
        assert_eq!(sum(&entry["num_fail_per_sec"]), entry["num_failures"], "{entry}");
        let longest = entry["max_response_time"].as_f64().unwrap();
        let keys = entry["response_times"].as_object().unwrap().keys();
        assert!(keys.map(|ms| ms.parse::<f64>().unwrap()).all(|ms| ms <= longest.round()));
    }
}

#[test]
fn nothing_is_an_empty_array() {
    assert_eq!(json::statistics(&empty(), started()), b"[]\n");
}
