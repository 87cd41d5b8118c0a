use katydid_core::Unit;
use proptest::prelude::*;

use super::parse::page;
use super::select::Selector;
use crate::probe::Value;

const TEXT: &str = "# HELP http_requests_total Requests, \"all\" {of} them.
# TYPE http_requests_total counter
http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000
http_requests_total{method=\"post\",code=\"400\",} 3 1395066363000

# TYPE db_connections gauge
db_connections{state=\"in_use\"} 7
db_connections { state = \"idle\" , note=\"a \\\"b\\\" \\\\ \\n }\" } 1
# TYPE took_seconds histogram
took_seconds_bucket{le=\"0.05\"} 24054
took_seconds_bucket{le=\"+Inf\"} 144320
took_seconds_sum 53423
took_seconds_count 144320
# TYPE rpc_seconds summary
rpc_seconds{quantile=\"0.99\"} 76.5
rpc_seconds_sum 1.7e+07
rpc_seconds_count 2693
# TYPE cpu_seconds counter
cpu_seconds_total 12.5 # {trace_id=\"x\"} 1.0
something_weird{problem=\"division by zero\"} +Inf -3982045
memory_bytes NaN
untyped_total 4
# EOF
";

fn read(selector: &str) -> Option<(Unit, Value)> {
    let page = page(TEXT).unwrap();
    let selector: Selector = selector.parse().unwrap();
    selector.read(&page).map(|reading| (reading.unit, reading.value))
}

#[test]
fn what_fits_is_added_up_and_read_by_its_type() {
    let counter = |unit, value| Some((unit, Value::Counter(value)));
    let gauge = |unit, value| Some((unit, Value::Gauge(value)));
    assert_eq!(read("http_requests_total"), counter(Unit::PerSecond, 1_030.0));
    assert_eq!(read("http_requests_total{code=\"400\"}"), counter(Unit::PerSecond, 3.0));
    assert_eq!(read("http_requests_total{code=\"500\"}"), None);
    assert_eq!(read("db_connections{state=\"in_use\"}"), gauge(Unit::Count, 7.0));
    assert_eq!(read("db_connections"), gauge(Unit::Count, 8.0));
    assert_eq!(read("db_connections{note=\"a \\\"b\\\" \\\\ \\n }\"}"), gauge(Unit::Count, 1.0));
    let mean = |sum, count| Some((Unit::Seconds, Value::Mean { sum, count }));
    assert_eq!(read("took_seconds"), mean(53_423.0, 144_320.0));
    assert_eq!(read("rpc_seconds"), mean(1.7e7, 2_693.0));
    assert_eq!(read("rpc_seconds{quantile=\"0.99\"}"), gauge(Unit::Seconds, 76.5));
    assert_eq!(read("took_seconds_count"), counter(Unit::PerSecond, 144_320.0));
    assert_eq!(read("cpu_seconds_total"), counter(Unit::Cores, 12.5));
    assert_eq!(read("cpu_seconds"), counter(Unit::Cores, 12.5));
    assert_eq!(read("untyped_total"), counter(Unit::PerSecond, 4.0));
    assert_eq!(read("something_weird"), gauge(Unit::Count, f64::INFINITY));
}

#[test]
fn what_is_no_prometheus_text_is_told_with_its_line() {
    let wrong = [
        "<html>",
        "a 1\nb",
        "a{x=\"1\" 5",
        "a{x=1} 5",
        "a{} five",
        "1a 5",
        "a{x=\"1\"y=\"2\"} 5",
        "\u{0}\u{1} 5",
    ];
    let told: Vec<String> = wrong.iter().map(|text| page(text).unwrap_err()).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    line 1 is no Prometheus text: `<html>`
    line 2 is no Prometheus text: `b`
    line 1 is no Prometheus text: `a{x="1" 5`
    line 1 is no Prometheus text: `a{x=1} 5`
    line 1 is no Prometheus text: `a{} five`
    line 1 is no Prometheus text: `1a 5`
    line 1 is no Prometheus text: `a{x="1"y="2"} 5`
    line 1 is no Prometheus text: `�� 5`
    "#);
}

#[test]
fn selectors_are_checked() {
    for wrong in ["", "a b", "a{", "a{x}", "a{x=\"1\"} 2", "{x=\"1\"}", "a{x=\"1\"", "9"] {
        let fault = wrong.parse::<Selector>().unwrap_err().to_string();
        assert!(fault.starts_with(&format!("`{wrong}` is no series")), "{fault}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = page(&text);
        let _ = text.parse::<Selector>();
    }

    #[test]
    fn what_is_written_is_read(
        labels in prop::collection::vec(("[a-z_][a-z0-9_]{0,8}", "\\PC{0,12}"), 0..4),
        value in -1e12..1e12,
    ) {
        let written: Vec<String> = labels
            .iter()
            .map(|(name, value)| {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                format!("{name}=\"{value}\"")
            })
            .collect();
        let text = format!("series{{{}}} {value}\n", written.join(","));
        let page = page(&text).unwrap();
        prop_assert_eq!(page.samples.len(), 1);
        let sample = &page.samples[0];
        prop_assert_eq!(sample.value, value);
        let read: Vec<(String, String)> =
            sample.labels.iter().map(|(n, v)| ((*n).to_owned(), v.to_string())).collect();
        prop_assert_eq!(read, labels);
    }
}
