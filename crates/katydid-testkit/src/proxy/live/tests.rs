//! Whom a fault strikes, in virtual time.

use std::time::Duration;

use super::Faults;
use crate::proxy::fault::Effect;

fn faults(texts: &[&str]) -> Faults {
    Faults::new(texts.iter().map(|text| text.parse().unwrap()).collect())
}

fn delay(faults: &Faults) -> u128 {
    faults.damage("/x").delay.as_millis()
}

#[tokio::test(start_paused = true)]
async fn a_line_before_two_servers_is_first_come_first_served() {
    let line = faults(&["2 servers of 100ms"]);
    let waits: Vec<u128> = (0..5).map(|_| delay(&line)).collect();
    assert_eq!(waits, [100, 100, 200, 200, 300]);
    tokio::time::advance(Duration::from_millis(250)).await;
    assert_eq!((delay(&line), delay(&line)), (100, 150), "one server is free, one is busy for 50");
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(delay(&line), 100, "idle servers save no time up");
}

#[tokio::test(start_paused = true)]
async fn a_surge_leaves_a_slow_target_for_its_time_or_for_ever() {
    let scars = faults(&[
        "delay 1ms beyond 2 requests",
        "delay 10ms beyond 2 requests for 5s",
        "delay 100ms beyond 2 requests for ever",
    ]);
    let quiet = scars.request("/x");
    assert_eq!(delay(&scars), 0);
    let surge = [scars.request("/x"), scars.request("/x")];
    assert_eq!(delay(&scars), 111);
    drop(surge);
    tokio::time::advance(Duration::from_millis(4_900)).await;
    assert_eq!(delay(&scars), 110);
    tokio::time::advance(Duration::from_millis(200)).await;
    assert_eq!(delay(&scars), 100);
    drop(quiet);
    assert_eq!(scars.struck(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn connections_are_counted_apart_from_requests_and_paths_from_each_other() {
    let faults = faults(&["login: 503 beyond 1 connections", "reset beyond 1 requests"]);
    let held = [faults.connection(), faults.connection()];
    let end = |path: &str| faults.damage(path).end.map(|(effect, _)| effect);
    assert_eq!(end("/api/login"), Some(Effect::Status(503)));
    assert_eq!(end("/api/user"), None);
    let two = [faults.request("/api/user"), faults.request("/api/user")];
    assert_eq!(end("/api/user"), Some(Effect::Reset));
    assert_eq!(end("/api/login"), Some(Effect::Status(503)), "the first fault decides");
    drop((held, two));
    assert_eq!(end("/api/login"), None);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_fault_begins_with_the_first_request() {
    let faults = faults(&["delay 7ms from 2s to 5s", "freeze from 2s to 5s"]);
    tokio::time::advance(Duration::from_mins(1)).await;
    drop(faults.request("/x"));
    let begun = tokio::time::Instant::now();
    assert_eq!(delay(&faults), 0);
    faults.thawed("/x").await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(delay(&faults), 7);
    faults.thawed("/x").await;
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    assert_eq!(delay(&faults), 0);
}
