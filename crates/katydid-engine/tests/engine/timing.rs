//! Times are what happened: phases, first and last byte, lateness.

use std::time::Duration;

use katydid_core::{Latency, Row};
use katydid_engine::{RunSettings, Shared, Task, UserClass, constant_pacing};
use katydid_testkit::TestServer;

use crate::common::{done, go, row, script, settings};

/// The shortest time: what a busy machine adds to the others says nothing about the engine.
fn min_ms(latency: &Latency) -> f64 {
    latency.min().unwrap().as_secs_f64() * 1e3
}

fn max_ms(latency: &Latency) -> f64 {
    latency.max().unwrap().as_secs_f64() * 1e3
}

/// Phases add up to the service time within 1 % (R14; the histogram keeps three digits).
fn assert_phases_add_up(row: &Row) {
    let phases: u64 = row.phases().sums_ns().iter().sum();
    let service = row.service();
    let total = service.mean().unwrap().as_nanos() as f64 * service.len() as f64;
    let ratio = phases as f64 / total;
    assert!((0.99..1.01).contains(&ratio), "{}: {ratio}", row.key.name);
}

#[test]
fn phases_add_up_to_the_service_time() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..20 {
                s.get("/ok").send().await?;
                s.get("/delay/5").send().await?;
                s.get("/slow-body/5").send().await?;
                s.get("/redirect/2").send().await?;
                s.post("/echo").body(vec![b'x'; 400_000], "text/plain").send().await?;
                s.get("/close").send().await.unwrap_err();
            }
            done()
        })
    });
    snapshot.rows().for_each(assert_phases_add_up);
    assert_eq!(snapshot.rows().count(), 6);
    let [.., wait, receive] = row(&snapshot, "/delay/5").phases().sums_ns();
    assert!(wait >= 20 * 5_000_000 && receive < wait / 4, "wait {wait} receive {receive}");
    let [.., receive] = row(&snapshot, "/slow-body/5").phases().sums_ns();
    assert!(receive >= 20 * 5_000_000, "{receive}");
}

#[test]
fn first_and_last_byte_are_told_apart() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..5 {
                s.get("/slow-body/300").send().await?;
                s.get("/delay/100").send().await?;
            }
            done()
        })
    });
    let slow = row(&snapshot, "/slow-body/300");
    assert!(min_ms(slow.first_byte()) < 50.0, "{}", min_ms(slow.first_byte()));
    assert!(min_ms(slow.succeeded()) >= 300.0, "{}", min_ms(slow.succeeded()));
    let late = row(&snapshot, "/delay/100");
    assert!(min_ms(late.first_byte()) >= 100.0, "{}", min_ms(late.first_byte()));
}

#[test]
fn what_the_suite_does_with_an_answer_costs_no_response_time() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let answer = s.get("/ok").send().await?;
            s.sleep(Duration::from_millis(500)).await;
            drop(answer);
            done()
        })
    });
    assert!(max_ms(&row(&snapshot, "/ok").response()) < 500.0);
}

/// A user whose task takes 200 ms at a pace of 100 ms, five times.
fn overloaded() -> UserClass<u32> {
    let task = Task::new("work", |count: &mut u32, s| {
        Box::pin(async move {
            // The suite's own time, before and between requests, is no lateness of the target.
            s.sleep(Duration::from_millis(100)).await;
            s.get("/delay/100").name("first").send().await?;
            s.get("/ok").name("second").send().await?;
            *count += 1;
            if *count == 5 { done() } else { Ok(()) }
        })
    });
    UserClass::with_default("Paced").wait(constant_pacing(0.1)).task(task)
}

#[test]
fn lateness_of_a_paced_task_is_in_its_response_time_alone() {
    let server = TestServer::spawn();
    let ran = go(&[overloaded().into()], Shared::default(), &settings(&server));
    let first = row(&ran.snapshot, "first");
    // The first task was on time, the other four began at least 100 ms after their schedule.
    let (response, service) = (first.response(), first.service());
    assert!(min_ms(&response) >= 100.0, "{}", min_ms(&response));
    assert!(response.count_at_most(Duration::from_millis(199)) <= 1);
    let (response, service) = (response.mean().unwrap(), service.mean().unwrap());
    let late = response.checked_sub(service).unwrap() * 5;
    // A task is late by what the one before took beyond its pace of 100 ms: four times at least
    // 100 ms, and in all no more than the run without four paces and the fifth task. What each
    // task sleeps before it sends is not in it.
    let most = ran.took.checked_sub(Duration::from_millis(4 * 100 + 200)).unwrap();
    assert!((Duration::from_millis(400)..=most).contains(&late), "{late:?} late, most {most:?}");
    let second = row(&ran.snapshot, "second");
    assert_eq!(second.response().mean(), second.service().mean(), "only a task's first is late");
}

#[test]
fn a_paced_task_on_time_is_not_late() {
    let server = TestServer::spawn();
    let task = Task::new("work", |count: &mut u32, s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            *count += 1;
            if *count == 8 { done() } else { Ok(()) }
        })
    });
    let class = UserClass::<u32>::with_default("Paced").wait(constant_pacing(0.05)).task(task);
    let settings = RunSettings { ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert!(ran.took > Duration::from_millis(350), "{:?}", ran.took);
    assert!(min_ms(&row(&ran.snapshot, "/ok").response()) < 20.0);
}
