use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_day_is_bounded_and_keeps_its_extremes() {
    let mut series = Series::new("x", Unit::Number);
    let day = 24 * 3_600;
    for second in 0..day {
        series.note(seconds(second), if second == 40_000 { -7.0 } else { second as f64 });
    }
    assert!(series.points().count() <= 1_200 && series.step() == seconds(128));
    assert_eq!((series.min(), series.max()), (Some(-7.0), Some(86_399.0)));
    assert_eq!((series.last(), series.count()), (Some(86_399.0), 86_400));
    let lowest = series.steps().find(|step| step.min < 0.0).unwrap();
    assert_eq!(lowest.from, seconds(40_000 / 128 * 128));
    // Two steps of 128 s, from 12,800 on.
    assert_eq!(series.at(&(seconds(12_800)..seconds(13_056))), Some(12_927.5));
    assert_eq!(series.range(&(seconds(12_800)..seconds(13_056))), Some((12_800.0, 13_055.0)));
}

#[test]
fn what_was_not_seen_is_no_zero() {
    let mut series = Series::new("x", Unit::Share);
    series.note(seconds(0), 0.5);
    series.note(seconds(60), f64::NAN);
    series.note(seconds(90), 0.25);
    assert_eq!(series.points().count(), 2);
    assert_eq!(series.at(&(seconds(5)..seconds(80))), None);
    assert_eq!((series.mean(), series.last()), (Some(0.375), Some(0.25)));
    assert_eq!(Series::new("y", Unit::Count).max(), None);
}

#[test]
fn events_of_nobody_are_left_out() {
    let sample = |monitor, series| {
        MonitorEvent::Sample(MonitorSample { monitor, series, at: seconds(1), value: 1.0 })
    };
    let mut all = Vec::new();
    let events = [
        sample(0, 0),
        MonitorEvent::Monitor { monitor: 7, name: "far".into(), kind: MonitorKind::Log },
        MonitorEvent::Monitor { monitor: 0, name: "db".into(), kind: MonitorKind::Postgres },
        MonitorEvent::Series { monitor: 0, series: 0, name: "a".into(), unit: Unit::Count },
        MonitorEvent::Series {
            monitor: 0,
            series: usize::MAX,
            name: "b".into(),
            unit: Unit::Count,
        },
        sample(0, 0),
        sample(0, 1),
        sample(1, 0),
    ];
    for event in &events {
        Monitored::note_all(&mut all, event);
    }
    assert_eq!((all.len(), all[0].series.len()), (1, 1));
    assert_eq!(all[0].find("a").map(Series::count), Some(1));
}

#[test]
fn marks_are_bounded_and_counted() {
    let mut log = Monitored::new("log", MonitorKind::Log);
    for second in 0..250 {
        let mark =
            MonitorMark { at: seconds(second), kind: MarkKind::Line, text: "ERROR".to_owned() };
        log.note(&MonitorEvent::Mark { monitor: 0, mark });
    }
    assert_eq!((log.marks.len(), log.more_marks), (200, 50));
}

#[test]
fn numbers_are_written_as_people_read_them() {
    let shown = [
        Unit::Share.show(0.4321),
        Unit::Bytes.show(999.0),
        Unit::Bytes.show(999_600.0),
        Unit::BytesPerSecond.show(1_234_567.0),
        Unit::Count.show(1_234.0),
        Unit::Count.show(2.5),
        Unit::PerSecond.show(0.0),
        Unit::Seconds.show(0.0123),
        Unit::Seconds.show(12.34),
        Unit::Cores.show(1.5),
        Unit::Flag.show(1.0),
        Unit::Number.show(0.0001),
    ];
    assert_eq!(
        shown.join(" | "),
        "43.2 % | 999 B | 1.00 MB | 1.23 MB/s | 1234 | 2.50 | 0/s | 12.3 ms | 12.3 s | 1.50 cores \
         | yes | 1.0e-4"
    );
}

proptest! {
    #[test]
    fn steps_hold_every_number(values in prop::collection::vec((0u64..9_000, -1e6..1e6), 1..300)) {
        let mut series = Series::new("x", Unit::Number);
        for (at, value) in &values {
            series.note(seconds(*at), *value);
        }
        let steps: Vec<SeriesStep> = series.steps().collect();
        let count: u32 = steps.iter().map(|step| step.count).sum();
        let sum: f64 = steps.iter().map(|step| step.mean * f64::from(step.count)).sum();
        let wanted: f64 = values.iter().map(|(_, value)| value).sum();
        prop_assert_eq!(count as usize, values.len());
        prop_assert!((sum - wanted).abs() < 1e-3);
        prop_assert!(steps.iter().all(|s| s.min <= s.mean + 1e-6 && s.mean <= s.max + 1e-6));
        let least = values.iter().map(|(_, value)| *value).min_by(f64::total_cmp);
        prop_assert_eq!(series.min(), least);
    }
}
