//! The open model over real sockets: a target that stands still delays everybody who would have
//! come meanwhile, and the numbers say so.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use katydid_core::{Latency, RunFacts, judge};
use katydid_engine::{Arrivals, RunSettings, Shared, Task, UserClass, WhenFull};
use katydid_testkit::TestServer;

use crate::common::{Ran, go, settings, sharing};

/// 100 starts a second for two seconds, on a server that stands still for the second one.
#[expect(
    clippy::disallowed_methods,
    reason = "the second that the server stands still is the test"
)]
fn frozen(arrivals: &Arrivals) -> Ran {
    let server = TestServer::spawn();
    let task = Task::new("get", |(), s| {
        Box::pin(async move {
            s.get("/delay/1").send().await?;
            Ok(())
        })
    });
    let class = UserClass::<()>::with_default("Visitor").task(task);
    let run_time = Some(Duration::from_secs(2));
    let settings = RunSettings { run_time, arrivals: Some(arrivals.clone()), ..settings(&server) };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.total_requests() == 0 {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_secs(1));
            server.freeze();
            std::thread::sleep(Duration::from_secs(1));
            server.thaw();
        });
        go(&[class.into()], Shared::default(), &settings)
    })
}

fn a_hundred() -> Arrivals {
    Arrivals::new("100/s".parse().unwrap())
}

/// Within 5 % of the second that the server stood still.
#[track_caller]
fn assert_near(times: &Latency, quantile: f64, expected: f64) {
    let seconds = times.quantile(quantile).unwrap().as_secs_f64();
    assert!((seconds - expected).abs() < 0.05, "p{quantile}: {seconds} s, not {expected} s");
}

#[test]
fn half_the_plan_waits_for_a_server_that_stands_still_half_the_time() {
    let ran = frozen(&a_hundred());
    let counts = ran.snapshot.arrivals().unwrap();
    assert_eq!((counts.planned, counts.completed), (200, 200), "{counts:?}");
    let all = ran.snapshot.aggregated();
    let times = all.response();
    for (quantile, expected) in [(0.49, 0.001), (0.75, 0.5), (0.9, 0.8), (0.99, 0.98), (1.0, 1.0)] {
        assert_near(&times, quantile, expected);
    }
}

#[test]
fn waiting_for_a_user_is_in_the_response_time_and_not_in_the_service_time() {
    let ran = frozen(&a_hundred().max_in_flight(10));
    let counts = ran.snapshot.arrivals().unwrap();
    assert_eq!(counts.planned, counts.settled(), "{counts:?}");
    let all = ran.snapshot.aggregated();
    assert_eq!(all.requests() + counts.unsent, 200, "{counts:?}");
    // Ten were under way; nobody else was sent, and whoever waited at the end is counted.
    assert!(counts.unsent > 50 || counts.queued > 50, "{counts:?}");
    let fast = Duration::from_millis(500);
    assert!(all.service().count_at_most(fast) >= 90);
    // Of those that waited for a user at least half a second, the wait is in the response time.
    if counts.queued > 75 {
        let (service, response) = (all.service(), all.response().into_owned());
        assert!(service.count_at_most(fast) >= response.count_at_most(fast) + 10, "{response:?}");
    }
}

#[test]
fn dropped_starts_are_counted() {
    let ran = frozen(&a_hundred().max_in_flight(10).when_full(WhenFull::Drop));
    let counts = ran.snapshot.arrivals().unwrap();
    assert_eq!(counts.planned, counts.completed + counts.dropped, "{counts:?}");
    assert!((75..=95).contains(&counts.dropped), "{counts:?}");
}

/// R3 without a signal: a task blocks the only thread for half a second, once.
#[test]
#[expect(clippy::disallowed_methods, reason = "a generator that stands still is the test")]
fn a_generator_that_stands_still_puts_that_time_into_response_times() {
    let server = TestServer::spawn();
    let task = Task::new("get", |(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            if s.shared::<AtomicU32>().fetch_add(1, Ordering::Relaxed) == 10 {
                std::thread::sleep(Duration::from_millis(600));
            }
            Ok(())
        })
    });
    let class = UserClass::<()>::with_default("Visitor").task(task);
    let run_time = Some(Duration::from_secs(1));
    let arrivals = Some(a_hundred());
    let settings = RunSettings { run_time, arrivals, ..settings(&server) };
    let ran = go(&[class.into()], sharing(AtomicU32::new(0)), &settings);
    // 60 of 100 starts were due meanwhile and waited up to 0.6 s; their requests took no time.
    let times = ran.snapshot.aggregated().response().into_owned();
    assert!(times.quantile(0.8).unwrap() >= Duration::from_millis(350), "{times:?}");
    let service = ran.snapshot.aggregated().service();
    assert!(service.quantile(0.8).unwrap() < Duration::from_millis(100), "{service:?}");
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(&ran.snapshot, &[], &[], facts);
    let rules: Vec<&str> = verdict.run.findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"thread-still") || rules.contains(&"process-still"), "{rules:?}");
}
