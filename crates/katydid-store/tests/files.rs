//! A run that is written and read again is the run; a file that is cut or damaged is read as far as
//! it is whole, and never more.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use katydid_core::{
    FailureKind, Recorder, RecorderLimits, RunEvent, Sample, Snapshot, StopReason, TaskCounts,
    TaskId, TaskInfo,
};
use katydid_store::{
    Cut, CutError, Ending, Found, Header, Load, Place, ReadError, Reader, Saved, SavedError, Saver,
    VERSION,
};
use proptest::prelude::*;

const MS: u64 = 1_000_000;

fn header() -> Header {
    let task = TaskInfo {
        class: "Shopper".into(),
        flow: "".into(),
        task: "look".into(),
        tags: Arc::from([]),
        expected_share: Some(1.0),
        silent: false,
    };
    Header {
        katydid: "0".to_owned(),
        suite: "shop".to_owned(),
        scenario: None,
        label: Some("\"<b>\u{202e}x\n".to_owned()),
        started: SystemTime::UNIX_EPOCH,
        host: "http://h".to_owned(),
        load: Load {
            text: "2 users".to_owned(),
            users: 2,
            spawn_rate: 1.0,
            run_time: None,
            open: false,
        },
        command: "shop".to_owned(),
        place: Place {
            machine: "m".to_owned(),
            system: "s".to_owned(),
            processor: "p".to_owned(),
            cores: 1,
        },
        threads: 2,
        seed: 1,
        classes: vec!["Shopper".into()],
        tasks: vec![task],
        phases: Vec::new(),
        targets: vec!["p95 < 500ms".parse().unwrap(), "success >= 99% on tag tts".parse().unwrap()],
        expectations: Vec::new(),
        failed_code: 1,
        strict: false,
        settings: vec![["users".to_owned(), "2".to_owned(), "flag".to_owned()]],
    }
}

fn ending(snapshot: &Snapshot) -> Ending {
    Ending::new(SystemTime::UNIX_EPOCH, StopReason::RunTime, snapshot.closing())
}

/// Runs `seconds` of two threads' load, saves them, and gives back what was live.
fn save(path: &Path, seconds: u64, reset_at: Option<u64>) -> Snapshot {
    let header = header();
    let mut live = Snapshot::new(&header.classes, &header.tasks, 2);
    let mut saver = Saver::create(path, header).unwrap();
    let mut threads = [0, 1].map(|_| Recorder::new(1, RecorderLimits::default()));
    let tags: Arc<[Arc<str>]> = Arc::from(["tts".into()]);
    for second in 0..seconds {
        for (thread, recorder) in threads.iter_mut().enumerate() {
            let names = ["/a", "/b\"<i>\r\n", "/日本"];
            for step in 0..40 + second {
                let name = names[(step as usize + thread) % 3];
                let row = recorder.row("GET", name, &tags);
                let due_ns = second * 1_000 * MS + step * 10 * MS;
                let last_byte_ns = due_ns + (step * step + second * 7) * MS + 123;
                let sample =
                    Sample { due_ns, sent_ns: due_ns + step, last_byte_ns, ..Sample::default() };
                recorder.request_begins();
                recorder.asks(row, step as u32, name, b"{}");
                if step % 11 == 3 {
                    let failed = Sample { outcome: katydid_core::Outcome::Failure, ..sample };
                    recorder.failure(row, &failed, FailureKind::Status(503), "no \u{0} room");
                } else {
                    recorder.success(row, &sample);
                }
                recorder.request_ends();
            }
            recorder.exception(TaskId(0), "odd", "here");
            recorder.task(
                TaskId(0),
                TaskCounts { executions: 3, requests: 40, ..TaskCounts::default() },
            );
            let interval = recorder.take((second + 1) * 1_000 * MS, &[1], None);
            saver.event(&RunEvent::Measured { thread, interval: &interval });
            live.absorb(thread, &interval);
        }
        let at = Duration::from_millis((second + 1) * 1_000 + second % 3);
        saver.event(&RunEvent::StepEnded { at });
        live.tick(at);
        saver.event(&RunEvent::Tick(&live));
        if reset_at == Some(second) {
            live.reset(at);
            threads.iter_mut().for_each(Recorder::reset);
            saver.event(&RunEvent::StatsReset { at });
        }
    }
    saver.finish(ending(&live)).unwrap();
    live
}

/// Lists of runs read them without what is between.
#[test]
fn head_and_end_are_found_in_short_and_long_files_whole_and_cut() {
    let folder = tempfile::tempdir().unwrap();
    let found = Found { name: "x".to_owned(), folder: folder.path().to_owned() };
    for (seconds, most) in [(2, 60_000), (300, u64::MAX)] {
        save(&found.file(), seconds, None);
        let bytes = std::fs::read(found.file()).unwrap();
        assert!(bytes.len() as u64 <= most && (seconds < 9 || bytes.len() > 70_000), "{seconds}");
        let (head, end) = found.ends().unwrap();
        assert_eq!(format!("{head:?}"), format!("{:?}", header()));
        let whole = open(&found.file()).ending;
        assert_eq!(format!("{:?}", Some(end.unwrap())), format!("{whole:?}"));
        for lost in [1, 9, bytes.len() / 2] {
            std::fs::write(found.file(), &bytes[..bytes.len() - lost]).unwrap();
            let (head, end) = found.ends().unwrap();
            assert_eq!(head.suite, header().suite);
            assert!(end.is_err(), "{lost} bytes are lost");
        }
        // What is no head is none, however long the rest is.
        std::fs::write(found.file(), [&bytes[..30], &vec![0xff; 80_000]].concat()).unwrap();
        assert!(found.ends().is_err());
    }
}

fn open(path: &Path) -> Saved {
    Saved::open(path, &Cut::default()).unwrap()
}

#[test]
fn a_run_made_again_is_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ktd");
    for reset_at in [None, Some(3)] {
        let live = save(&path, 12, reset_at);
        let again = open(&path);
        let (again_text, live_text) = (format!("{:#?}", again.snapshot), format!("{live:#?}"));
        for (again, live) in again_text.lines().zip(live_text.lines()) {
            assert_eq!(again, live);
        }
        assert_eq!(again_text.len(), live_text.len());
        assert_eq!(format!("{:?}", again.header), format!("{:?}", header()));
        assert_eq!(again.length, Duration::from_millis(12_002));
        assert!(again.torn.is_none() && again.ending.is_some());
    }
}

#[test]
fn parts_of_a_run_add_up_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ktd");
    let live = save(&path, 10, None);
    let part = |from: Option<u64>, to: Option<u64>| {
        let seconds = |at: Option<u64>| at.map(Duration::from_secs);
        let cut = Cut { from: seconds(from), to: seconds(to), ..Cut::default() };
        Saved::open(&path, &cut).unwrap().snapshot
    };
    let parts = [part(None, Some(4)), part(Some(4), Some(7)), part(Some(7), None)];
    let sum = |count: fn(&Snapshot) -> u64| parts.iter().map(count).sum::<u64>();
    assert_eq!(sum(Snapshot::requests), live.requests());
    assert_eq!(sum(Snapshot::failed), live.failed());
    assert_eq!(parts[1].measured(), Duration::from_secs(3));
    for part in &parts {
        assert_eq!(part.unaccounted(), None);
    }
}

#[test]
fn rows_are_kept_by_name_and_tag_and_typos_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ktd");
    save(&path, 3, None);
    let named = |names: &[&str], tags: &[&str]| {
        let own = |list: &[&str]| list.iter().map(|&it| it.to_owned()).collect();
        Saved::open(&path, &Cut { names: own(names), tags: own(tags), ..Cut::default() })
    };
    let one = named(&["/a"], &[]).unwrap().snapshot;
    assert_eq!(one.rows().map(|row| row.key.name.to_string()).collect::<Vec<_>>(), ["/a"]);
    assert!(one.failures().count() > 0 && one.failures().all(|row| &*row.name == "/a"));
    assert_eq!(named(&[], &["tts"]).unwrap().snapshot.rows().count(), 3);
    let fault = named(&[], &["ttss"]).unwrap_err().to_string();
    assert_eq!(fault, "no request has the tag `ttss`; did you mean `tts`?");
}

#[test]
fn what_is_no_run_or_a_later_one_is_refused_with_a_word() {
    let told = |bytes: &[u8]| Reader::new(bytes.to_vec()).unwrap_err();
    assert!(matches!(told(b""), ReadError::Foreign));
    assert!(matches!(told(b"PK\x03\x04 something else"), ReadError::Foreign));
    let newer = [&b"katydid\n"[..], &(VERSION + 1).to_le_bytes()].concat();
    assert!(matches!(told(&newer), ReadError::Newer { found: 2, known: 1 }));
    let empty = [&b"katydid\n"[..], &VERSION.to_le_bytes()].concat();
    let fault = Saved::read(Reader::new(empty).unwrap(), &Cut::default(), &mut |_| {});
    assert!(matches!(fault, Err(SavedError::Read(ReadError::Head(_)))));
}

#[test]
fn a_window_without_time_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ktd");
    save(&path, 3, None);
    let cut = Cut { from: Some(Duration::from_mins(1)), ..Cut::default() };
    let fault = Saved::open(&path, &cut).unwrap_err();
    assert!(matches!(fault, SavedError::Cut(CutError::Beyond { .. })), "{fault}");
}

fn bytes() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ktd");
    save(&path, 4, None);
    std::fs::read(&path).unwrap()
}

fn read(bytes: Vec<u8>) -> Result<Saved, SavedError> {
    Saved::read(Reader::new(bytes)?, &Cut::default(), &mut |_| {})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_file_cut_anywhere_is_read_as_far_as_it_is_whole(share in 0.0..1.0f64) {
        let mut bytes = bytes();
        let whole = read(bytes.clone()).unwrap();
        bytes.truncate((bytes.len() as f64 * share) as usize);
        if let Ok(part) = read(bytes) {
            prop_assert!(part.snapshot.requests() <= whole.snapshot.requests());
            prop_assert!(part.ending.is_none());
        }
    }

    #[test]
    fn a_damaged_file_is_never_taken_for_whole(place in 0.0..1.0f64, flip in 1u8..) {
        let mut bytes = bytes();
        let at = (bytes.len() as f64 * place) as usize;
        bytes[at] ^= flip;
        if let Ok(part) = read(bytes) {
            prop_assert!(part.torn.is_some());
        }
    }
}
