//! Limits of a run that hold to the request: their number, what they cost, how many in a second.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use katydid_core::{RateCap, StopReason};
use katydid_engine::{Arrivals, Hooks, HttpSettings, RunSettings, Shared, Task, UserClass};
use katydid_testkit::TestServer;

use crate::common::{done, go, row, script_with, settings};

/// A request that is redirected once, and one of `on_stop` that comes too late.
fn redirected() -> UserClass<()> {
    UserClass::with_default("Redirected")
        .task(Task::new("work", |(), s| {
            Box::pin(async move {
                s.get("/redirect/1").send().await?.expect_status(200)?;
                Ok(())
            })
        }))
        .on_stop(|(), s| {
            Box::pin(async move {
                s.get("/size/1").send().await?;
                Ok(())
            })
        })
}

/// Looks at something and pays three for it.
fn paying() -> UserClass<()> {
    UserClass::with_default("Paying").task(Task::new("pay", |(), s| {
        Box::pin(async move {
            s.get("/delay/2").send().await?;
            s.spend(3);
            Ok(())
        })
    }))
}

#[test]
fn not_one_request_more_than_allowed_is_sent_on_any_thread() {
    for (most, users, threads) in [(1, 3, 2), (100, 7, 3), (1_001, 20, 4)] {
        let server = TestServer::spawn();
        let settings =
            RunSettings { users, threads, max_requests: Some(most), ..settings(&server) };
        let ran = go(&[redirected().into()], Shared::default(), &settings);
        assert_eq!(ran.reason, StopReason::MaxRequests);
        assert_eq!(server.total_requests(), most, "{users} users on {threads} threads");
        assert_eq!(server.requests("/size/1"), 0, "on_stop has no more to send");
        assert_eq!(ran.snapshot.failed(), 0, "{:?}", ran.events);
        assert_eq!(ran.snapshot.unaccounted(), None);
    }
}

#[test]
fn an_open_model_ends_with_its_requests_too() {
    let server = TestServer::spawn();
    let arrivals = Arrivals::new("2000/s".parse().unwrap());
    let settings = RunSettings {
        arrivals: Some(arrivals),
        threads: 2,
        max_requests: Some(200),
        ..settings(&server)
    };
    let ran = go(&[redirected().into()], Shared::default(), &settings);
    assert_eq!((ran.reason, server.total_requests()), (StopReason::MaxRequests, 200));
    assert_eq!(ran.snapshot.unaccounted(), None);
}

#[test]
fn a_run_overspends_by_no_more_than_what_was_under_way() {
    let server = TestServer::spawn();
    let settings = RunSettings { users: 8, threads: 3, max_cost: Some(1_000), ..settings(&server) };
    let ran = go(&[paying().into()], Shared::default(), &settings);
    assert_eq!(ran.reason, StopReason::MaxCost);
    assert!((1_000..1_000 + 8 * 3).contains(&ran.snapshot.spent), "{}", ran.snapshot.spent);
}

#[test]
fn a_cap_holds_in_every_second_and_is_no_time_of_a_closed_model() {
    let server = TestServer::spawn();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&sent);
    let hooks = Hooks::new().on_request(move |request| {
        let begun = Instant::now().checked_sub(request.service_time).unwrap();
        note.lock().unwrap().push(begun);
    });
    let settings = RunSettings {
        users: 30,
        threads: 2,
        run_time: Some(Duration::from_millis(2_500)),
        max_rate: Some("41/s".parse::<RateCap>().unwrap()),
        hooks,
        ..settings(&server)
    };
    let class = UserClass::with_default("Eager").task(Task::new("look", |(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            Ok(())
        })
    }));
    let ran = go(&[class.into()], Shared::default(), &settings);
    let mut sent = std::mem::take(&mut *sent.lock().unwrap());
    sent.sort();
    // The moment is known to a few ms: it is counted back from when the answer was judged.
    let window = Duration::from_millis(980);
    for many in sent.windows(42) {
        assert!(many[41] - many[0] > window, "{:?}", many[41] - many[0]);
    }
    assert!(sent.len() > 41, "{}", sent.len());
    let held = ran.snapshot.held;
    assert!(held.requests > 20 && held.total > Duration::from_secs(1), "{held:?}");
    // Nobody measures the cap.
    let slowest = row(&ran.snapshot, "/ok").response().max().unwrap();
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
}

#[test]
fn what_a_cap_holds_back_stays_due_in_the_open_model() {
    let server = TestServer::spawn();
    let settings = RunSettings {
        arrivals: Some(Arrivals::new("50/s".parse().unwrap())),
        run_time: Some(Duration::from_secs(1)),
        max_rate: Some("10/s".parse().unwrap()),
        max_requests: Some(20),
        ..settings(&server)
    };
    let class = UserClass::with_default("Eager").task(Task::new("look", |(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            Ok(())
        })
    }));
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(server.total_requests(), 20);
    // The eleventh was due after 0.2 s and was sent after a second.
    let slowest = row(&ran.snapshot, "/ok").response().max().unwrap();
    assert!(slowest > Duration::from_millis(700), "{slowest:?}");
}

#[test]
fn every_request_names_the_test() {
    let server = TestServer::spawn();
    let label = Some("katydid/0; run=7; contact=a@example.com".to_owned());
    let http = HttpSettings { label, ..HttpSettings::default() };
    script_with(&RunSettings { http, ..settings(&server) }, Shared::default(), |(), s| {
        Box::pin(async move {
            let echo = s.get("/echo").send().await?.text().into_owned();
            assert!(echo.contains("\"x-load-test\""), "{echo}");
            assert!(echo.contains("katydid/0; run=7; contact=a@example.com"), "{echo}");
            done()
        })
    });
}
