//! Steering real threads: resets, exact numbers of iterations, ramps under load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use katydid_core::{RunEvent, RunFacts, RunState, Snapshot, StopReason, VerdictWord, judge};
use katydid_engine::{
    Control, RunSettings, Shared, SteerError, Task, UserClass, Window, constant, run,
};
use katydid_testkit::TestServer;

use crate::common::{go, go_controlled, scripted, settings, sharing};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Two requests per task, no wait.
fn busy() -> UserClass<()> {
    UserClass::with_default("Busy").task(Task::new("work", |(), s| {
        Box::pin(async move {
            s.get("/ok").name("first").send().await?;
            s.get("/delay/5").name("second").send().await?;
            Ok(())
        })
    }))
}

/// Requests of all tasks are the requests of all rows and those that were cut.
fn assert_conserved(snapshot: &Snapshot) {
    let by_tasks: u64 = snapshot.tasks().iter().map(|row| row.counts.requests).sum();
    assert_eq!(by_tasks, snapshot.requests() + snapshot.cut_requests, "{:?}", snapshot.tasks());
}

#[test]
fn iterations_are_exact_over_threads_and_nothing_is_sent_beyond() {
    let server = TestServer::spawn();
    let settings =
        RunSettings { users: 20, threads: 4, iterations: Some(1_003), ..settings(&server) };
    let ran = go(&[busy().into()], Shared::default(), &settings);
    assert_eq!(ran.reason, StopReason::Iterations);
    let counts = ran.snapshot.tasks()[0].counts;
    assert_eq!((counts.executions, counts.cut, counts.requests), (1_003, 0, 2_006));
    assert_eq!((ran.snapshot.requests(), server.total_requests()), (2_006, 2_006));
}

#[test]
fn a_reset_by_the_settings_leaves_only_what_came_after_all_had_started() {
    let server = TestServer::spawn();
    let settings = RunSettings {
        users: 12,
        spawn_rate: 30.0,
        threads: 3,
        run_time: Some(ms(1_500)),
        window: Window::Started,
        ..settings(&server)
    };
    let ran = go(&[busy().into()], Shared::default(), &settings);
    let resets = ran.events.iter().position(|event| event.contains("StatsReset"));
    let started = ran.events.iter().position(|event| event.contains("AllUsersStarted"));
    assert!(resets > started && started.is_some(), "{:?}", ran.events);
    let snapshot = &ran.snapshot;
    assert!((ms(360)..ms(700)).contains(&snapshot.since), "{:?}", snapshot.since);
    assert_eq!(snapshot.since + snapshot.measured(), snapshot.elapsed);
    assert_conserved(snapshot);
    let all = server.total_requests();
    assert!(snapshot.requests() > all / 3 && snapshot.requests() < all - 50, "{all}");
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    assert_eq!(judge(snapshot, &[], &[], facts).word, VerdictWord::Pass);
}

#[test]
fn a_steady_window_has_no_request_of_the_start_or_the_end() {
    let server = TestServer::spawn();
    let class = busy()
        .on_start(|(), s| {
            Box::pin(async move {
                s.get("/delay/100").name("hello").send().await?;
                Ok(())
            })
        })
        .on_stop(|(), s| {
            Box::pin(async move {
                s.get("/ok").name("goodbye").send().await?;
                Ok(())
            })
        });
    let window = Window::Steady { patience: ms(5_000), length: ms(800) };
    let settings =
        RunSettings { users: 6, spawn_rate: 60.0, threads: 2, window, ..settings(&server) };
    let snapshot = go(&[class.into()], Shared::default(), &settings).snapshot;
    let requests = |name: &str| {
        let mut rows = snapshot.rows().filter(|row| &*row.key.name == name);
        rows.next().map(katydid_core::Row::requests)
    };
    assert_eq!((requests("hello"), requests("goodbye")), (Some(0), None));
    assert!(requests("second") > Some(30) && snapshot.cut_requests <= 6);
    assert_eq!(snapshot.unaccounted(), None);
    assert!(snapshot.since >= ms(180), "{:?}", snapshot.since);
    assert!((ms(800)..ms(900)).contains(&snapshot.measured()), "{:?}", snapshot.measured());
}

#[test]
fn requests_under_way_at_a_reset_count_after_it_and_earlier_ones_do_not() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get("/status/500").name("before").send().await.ok();
            s.get("/delay/600").name("under way").send().await?;
            s.get("/ok").name("after").send().await?;
            crate::common::done()
        })
    });
    let control = Control::new();
    let handle = control.clone();
    let settings = RunSettings { users: 4, threads: 2, ..settings(&server) };
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.total_requests() < 8 {
                std::thread::yield_now();
            }
            handle.reset_stats().unwrap();
        });
        go_controlled(&[class.into()], Shared::default(), &settings, &control)
    });
    let rows: Vec<(&str, u64)> =
        ran.snapshot.rows().map(|row| (&*row.key.name, row.requests())).collect();
    assert_eq!(rows, [("after", 4), ("before", 0), ("under way", 4)], "rows stay, with nothing");
    assert_eq!((ran.snapshot.failed(), ran.snapshot.failures().count()), (0, 0));
    let counts = ran.snapshot.tasks()[0].counts;
    assert_eq!((counts.executions, counts.requests), (4, 8));
    assert_conserved(&ran.snapshot);
}

#[test]
fn a_task_that_had_sent_all_before_the_reset_is_not_called_silent_after_it() {
    static RESET: AtomicBool = AtomicBool::new(false);
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get("/ok").name("before").send().await?;
            while !RESET.load(Ordering::SeqCst) {
                s.sleep(ms(1)).await;
            }
            // The order to the threads went out before the event.
            s.sleep(ms(100)).await;
            crate::common::done()
        })
    });
    let control = Control::new();
    let settings = RunSettings { users: 4, threads: 2, ..settings(&server) };
    let classes = [class.into(), busy().into()];
    let outcome = run(&classes, Shared::default(), &settings, &control, &mut |event| match event {
        RunEvent::Tick(_) if RESET.load(Ordering::SeqCst) => control.stop(),
        RunEvent::Tick(_) => control.reset_stats().unwrap(),
        RunEvent::StatsReset { .. } => RESET.store(true, Ordering::SeqCst),
        _ => {}
    });
    let snapshot = outcome.unwrap().snapshot;
    let [script, busy] = snapshot.tasks() else { panic!("two tasks") };
    assert_eq!((script.counts.executions, script.counts.requests, script.counts.cut), (0, 0, 0));
    assert!(busy.counts.executions > 10);
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    assert_eq!(judge(&snapshot, &[], &[], facts).word, VerdictWord::Pass);
}

#[test]
fn users_come_and_go_under_load_and_everything_is_counted() {
    let server = TestServer::spawn();
    let settings = RunSettings {
        users: 10,
        threads: 2,
        run_time: Some(ms(3_200)),
        stop_timeout: ms(1_000),
        ..settings(&server)
    };
    let control = Control::new();
    let handle = control.clone();
    let mut seen = Vec::new();
    let classes = [busy().wait(constant(0.01)).into()];
    let mut seconds = 0;
    let outcome = run(&classes, Shared::default(), &settings, &control, &mut |event| {
        if let RunEvent::Tick(snapshot) = event
            && handle.state() != RunState::Stopping
        {
            seen.push((snapshot.planned_users, snapshot.user_count()));
            seconds += 1;
            handle.set_users([30, 4, 17][seconds - 1], 500.0).unwrap();
        }
    });
    let snapshot = outcome.unwrap().snapshot;
    assert_eq!(seen, [(10, 10), (30, 30), (4, 4)]);
    assert_conserved(&snapshot);
    assert_eq!((snapshot.cut_requests, snapshot.failed()), (0, 0), "each has finished its task");
    assert_eq!(server.total_requests(), snapshot.requests());
    assert_eq!(handle.set_users(1, 1.0), Err(SteerError::NotOn));
}

#[test]
fn the_last_event_carries_the_whole_run() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get(s.shared::<String>().clone()).send().await?;
            crate::common::done()
        })
    });
    let (mut last, mut ended) = (String::new(), None);
    let shared = sharing("/ok".to_owned());
    run(&[class.into()], shared, &settings(&server), &Control::new(), &mut |event| {
        last = format!("{event:?}");
        if let RunEvent::Ended { reason, snapshot } = event {
            ended = Some((reason, snapshot.requests(), snapshot.user_count()));
        }
    })
    .unwrap();
    assert_eq!(ended, Some((StopReason::NoUsersLeft, 1, 0)));
    assert!(last.starts_with("Ended"), "{last}");
}

/// R34 by CPU time, which a busy machine does not change: users that wait cost nothing.
#[test]
fn a_hundred_thousand_idle_users_take_less_than_a_twentieth_of_a_core() {
    let server = TestServer::spawn();
    let idle = UserClass::<()>::with_default("Idle")
        .wait(constant(3_600.0))
        .task(Task::new("nothing", |(), _| Box::pin(async { Ok(()) })).sends_nothing());
    let settings = RunSettings { users: 100_000, spawn_rate: 1e9, ..settings(&server) };
    let control = Control::new();
    // (seconds, CPU seconds used) of every tick since each has done its task and waits.
    let mut used: Vec<(f64, f64)> = Vec::new();
    run(&[idle.into()], Shared::default(), &settings, &control, &mut |event| {
        if let RunEvent::Tick(snapshot) = event
            && snapshot.tasks()[0].counts.executions == 100_000
            && control.state() != RunState::Stopping
            && let Some(share) = snapshot.generator.threads[0].cpu_share()
        {
            let seconds = snapshot.elapsed.as_secs_f64();
            used.push((seconds, seconds * share));
            if seconds - used[0].0 > 1.5 {
                control.stop();
            }
        }
    })
    .unwrap();
    let first = used[0];
    let last = used.iter().find(|at| at.0 - first.0 > 1.5).expect("they were there for long");
    assert!((last.1 - first.1) / (last.0 - first.0) < 0.05, "{used:?}");
}
