//! Counts: task executions with their requests, names and texts within bounds.

use katydid_core::{OTHER_FAILURES, OTHER_NAMES, RecorderLimits, RunFacts, VerdictWord, judge};
use katydid_engine::{RunSettings, Shared, Task, UserClass};
use katydid_testkit::TestServer;

use crate::common::{done, go, row, script_with, scripted, settings};

const FACTS: RunFacts = RunFacts { interrupted: false, failed_code: 1 };

/// Ten executions of a task with three requests, ten of one with none.
fn half_silent(marked: bool) -> UserClass<u32> {
    let silent = Task::new("silent", |count: &mut u32, _| {
        Box::pin(async move {
            *count += 1;
            if *count >= 20 { done() } else { Ok(()) }
        })
    });
    let silent = if marked { silent.sends_nothing() } else { silent };
    UserClass::with_default("Half")
        .task(Task::new("busy", |count: &mut u32, s| {
            Box::pin(async move {
                *count += 1;
                for _ in 0..3 {
                    s.get("/ok").send().await?;
                }
                Ok(())
            })
        }))
        .task(silent)
        .task(Task::new("off", |_, _| Box::pin(async { Ok(()) })).weight(0))
}

#[test]
fn a_task_that_sends_nothing_makes_the_run_invalid() {
    let server = TestServer::spawn();
    let ran = go(&[half_silent(false).into()], Shared::default(), &settings(&server));
    let [busy, silent, off] = ran.snapshot.tasks() else { panic!("three tasks") };
    assert!(busy.counts.executions > 0);
    assert_eq!(busy.counts.requests, 3 * busy.counts.executions);
    assert_eq!(ran.snapshot.requests(), busy.counts.requests);
    assert!(silent.counts.executions > 0 && silent.counts.requests == 0);
    assert_eq!(off.counts.executions, 0);
    let verdict = judge(&ran.snapshot, &[], &[], FACTS);
    assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Invalid, 3));
    assert!(verdict.silent[0].starts_with("Half/silent ("), "{:?}", verdict.silent);
    assert_eq!(verdict.never_drawn, ["Half/off"]);

    let ran = go(&[half_silent(true).into()], Shared::default(), &settings(&server));
    assert_eq!(judge(&ran.snapshot, &[], &[], FACTS).word, VerdictWord::Pass, "it said so itself");
}

#[test]
fn a_silent_task_without_a_wait_neither_hangs_the_run_nor_hides() {
    let server = TestServer::spawn();
    let class = UserClass::<()>::with_default("Mute")
        .task(Task::new("nothing", |(), _| Box::pin(async { Ok(()) })));
    let run_time = Some(std::time::Duration::from_millis(500));
    let settings = RunSettings { users: 3, run_time, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert!(ran.took < std::time::Duration::from_secs(2), "{:?}", ran.took);
    assert!(ran.snapshot.tasks()[0].counts.executions > 1_000);
    assert_eq!(judge(&ran.snapshot, &[], &[], FACTS).word, VerdictWord::Invalid);
}

#[test]
fn requests_of_on_start_are_counted_but_belong_to_no_task() {
    let server = TestServer::spawn();
    let class = scripted(|(), _| Box::pin(async { done() })).on_start(|(), s| {
        Box::pin(async move {
            s.get("/ok").name("login").send().await?;
            Ok(())
        })
    });
    let ran = go(&[class.into()], Shared::default(), &settings(&server));
    assert_eq!(row(&ran.snapshot, "login").requests(), 1);
    assert!(row(&ran.snapshot, "login").key.tags.is_empty());
    assert_eq!(ran.snapshot.tasks()[0].counts.requests, 0);
}

#[test]
fn names_beyond_the_limit_share_one_visible_row() {
    let server = TestServer::spawn();
    let limits = RecorderLimits { names: 10, ..RecorderLimits::default() };
    let settings = RunSettings { limits, ..settings(&server) };
    let snapshot = script_with(&settings, Shared::default(), |(), s| {
        Box::pin(async move {
            for id in 0..50 {
                s.get("/ok").name(format!("/item/{id}")).send().await?;
            }
            done()
        })
    });
    assert_eq!(snapshot.rows().count(), 11);
    assert_eq!(row(&snapshot, OTHER_NAMES).requests(), 40);
    assert_eq!(snapshot.requests(), 50);
}

#[test]
fn failure_texts_are_made_equal_and_capped() {
    let server = TestServer::spawn();
    let limits = RecorderLimits { failures: 5, ..RecorderLimits::default() };
    let settings = RunSettings { limits, ..settings(&server) };
    let snapshot = script_with(&settings, Shared::default(), |(), s| {
        Box::pin(async move {
            for id in 0..20 {
                let why = format!("order {} failed", 1_000_000 + id);
                s.get("/ok").name("ids").send().await?.fail(&why);
            }
            for id in 0_u8..26 {
                let why = format!("reason {}", char::from(b'a' + id));
                s.get("/ok").name("words").send().await?.fail(&why);
            }
            done()
        })
    });
    let texts = |name: &str| -> Vec<(String, u64)> {
        let rows = snapshot.failures().filter(|row| &*row.name == name);
        rows.map(|row| (row.text.to_string(), row.count)).collect()
    };
    assert_eq!(texts("ids"), [("order N failed".to_owned(), 20)]);
    let words = texts("words");
    assert!(words.len() <= 5 && words.iter().any(|(text, _)| text == OTHER_FAILURES), "{words:?}");
    assert_eq!(words.iter().map(|(_, count)| count).sum::<u64>(), 26, "none is lost");
}

#[test]
fn refusals_that_differ_only_in_how_long_to_wait_are_one_row_and_real_ones_are_kept() {
    let server = TestServer::spawn();
    let snapshot = script_with(&settings(&server), Shared::default(), |(), s| {
        Box::pin(async move {
            for seconds in [1, 37, 120] {
                let why = format!("The service is busy; try again in {seconds} seconds");
                s.get("/ok").send().await?.fail(&why);
                let _ = s.get("/ok").send().await?.check(&why, |_| false);
            }
            done()
        })
    });
    let rows: Vec<_> = snapshot.failures().map(|row| (row.error(), row.count)).collect();
    let text = "The service is busy; try again in N seconds";
    let of_each_class = [(format!("check failed: {text}"), 3), (format!("manual: {text}"), 3)];
    assert_eq!(rows, of_each_class);
    let kept: Vec<&str> = snapshot.exemplars().filter_map(|it| it.error.as_deref()).collect();
    assert!(kept.contains(&"The service is busy; try again in 1 seconds"), "{kept:?}");
}

#[test]
fn a_panic_is_counted_with_message_and_place_and_harms_nobody_else() {
    let server = TestServer::spawn();
    let class = UserClass::<u32>::new("Careless", |new| new.index)
        .wait(katydid_engine::constant(0.05))
        .task(Task::new("work", |index, s| {
            Box::pin(async move {
                s.get("/ok").name(format!("user {index}")).send().await?;
                assert_ne!(*index, 0, "user {index} has no luck");
                Ok(())
            })
        }));
    let run_time = Some(std::time::Duration::from_millis(600));
    let settings = RunSettings { users: 2, run_time, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    let told: Vec<_> = ran.snapshot.exceptions().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].message.contains("user 0 has no luck"), "{told:?}");
    let (file, line) = told[0].place.rsplit_once(':').unwrap();
    assert!(file.ends_with("counting.rs") && line.parse::<u32>().unwrap() > 100, "{told:?}");
    for user in ["user 0", "user 1"] {
        assert!(row(&ran.snapshot, user).requests() >= 5, "{user} went on");
    }
    assert_eq!(told[0].count, row(&ran.snapshot, "user 0").requests());
    assert_eq!(ran.snapshot.tasks()[0].counts.exceptions, told[0].count);
}
