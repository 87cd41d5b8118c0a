//! Looking at a target and trying every task before a run.

use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use katydid_core::TagFilter;
use katydid_engine::{
    Class, Flow, HttpSettings, Shared, StepOutcome, Task, TaskError, UserClass, constant, probe,
    rehearse, try_once,
};
use katydid_testkit::{Alpn, Certificate, TestServer};

use crate::common::settings;

const LIMIT: Duration = Duration::from_secs(20);

macro_rules! asking {
    ($name:literal, $path:literal) => {
        Task::new($name, |(), s| {
            Box::pin(async move {
                s.get($path).send().await?.expect_status(200)?;
                s.spend(2);
                Ok(())
            })
        })
    };
}

fn shopper() -> UserClass<()> {
    let checkout = Flow::new("Checkout")
        .sequential()
        .on_start(|(), s| {
            Box::pin(async move { s.get("/size/5").send().await.map(drop).map_err(Into::into) })
        })
        .task(asking!("pay", "/ok").weight(3))
        .task(asking!("receipt", "/redirect/1"));
    UserClass::with_default("Shopper")
        .wait(constant(3600.0))
        .on_start(|(), s| {
            Box::pin(async move {
                s.get("/ok").name("/login").send().await.map(drop).map_err(Into::into)
            })
        })
        .task(asking!("look", "/ok").tags(["read"]).weight(100))
        .task(asking!("missing", "/status/404").tags(["read"]))
        .task(asking!("never", "/reset").weight(0))
        .flow(1, checkout)
}

fn steps(classes: &[Class], server: &TestServer) -> Vec<(String, usize, Option<String>)> {
    let done = rehearse(classes, &Shared::default(), &settings(server), LIMIT).unwrap();
    let told = |step: &katydid_engine::RehearsedStep| {
        (format!("{} {}", step.class, step.name), step.requests.len(), step.failure())
    };
    done.steps.iter().map(told).collect()
}

#[test]
fn every_task_that_can_be_drawn_is_executed_once_in_order() {
    let server = TestServer::spawn();
    let steps = steps(&[shopper().into()], &server);
    let failed = Some("HTTP 404 instead of 200: status 404".to_owned());
    let expected = [
        ("Shopper on_start", 1, None),
        ("Shopper look", 1, None),
        ("Shopper missing", 1, failed),
        ("Shopper Checkout/on_start", 1, None),
        ("Shopper Checkout/pay", 1, None),
        ("Shopper Checkout/receipt", 1, None),
    ];
    assert_eq!(steps, expected.map(|(name, count, why)| (name.to_owned(), count, why)));
    assert_eq!(server.requests("/reset"), 0);
}

#[test]
fn only_selected_tasks_are_rehearsed_and_what_they_cost_is_told() {
    let server = TestServer::spawn();
    let class = Class::from(shopper());
    let filter = TagFilter { include: ["read".to_owned()].into(), ..TagFilter::default() };
    let class = class.filtered(&filter).unwrap();
    let done = rehearse(&[class], &Shared::default(), &settings(&server), LIMIT).unwrap();
    let names: Vec<&str> = done.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!((names, done.spent), (vec!["on_start", "look", "missing"], 2));
    let look = &done.steps[1].requests[0];
    assert_eq!((&*look.method, look.status, look.bytes), ("GET", Some(200), 23));
    assert!(look.url.ends_with("/ok") && look.time > Duration::ZERO, "{look:?}");
}

#[test]
fn a_user_that_cannot_start_is_told_with_the_tasks_that_it_misses() {
    let server = TestServer::spawn();
    let refused =
        shopper().on_start(|(), _| Box::pin(async { Err(TaskError::exception("no key")) }));
    let steps = steps(&[refused.into()], &server);
    let missed = Some("not reached".to_owned());
    assert_eq!(steps[0].2.as_deref(), Some("exception: no key"));
    assert!(steps[1..].iter().all(|step| step.2 == missed), "{steps:?}");
    assert_eq!((steps.len(), server.total_requests()), (5, 0));
}

#[test]
fn a_task_that_hangs_or_panics_does_not_hold_up_the_others() {
    let server = TestServer::spawn();
    let class = UserClass::<()>::with_default("Odd")
        .task(Task::new("hang", |(), s| {
            Box::pin(async move {
                s.sleep(Duration::from_hours(1)).await;
                Ok(())
            })
        }))
        .task(Task::new("panic", |(), _| Box::pin(async { panic!("oh") })))
        .task(asking!("look", "/ok"));
    let limit = Duration::from_millis(300);
    let done = rehearse(&[class.into()], &Shared::default(), &settings(&server), limit).unwrap();
    assert_eq!(done.steps[0].outcome, StepOutcome::TimedOut(limit));
    let StepOutcome::Exception(text) = &done.steps[1].outcome else { panic!("{done:?}") };
    assert!(text.contains("oh (") && text.contains("rehearsal.rs:"), "{text}");
    assert_eq!(done.steps[2].failure(), None);
}

#[test]
fn a_question_gives_back_what_it_was_told() {
    let server = TestServer::spawn();
    let (body, step) =
        try_once(&settings(&server), &Shared::default(), LIMIT, String::new(), |body, s| {
            Box::pin(async move {
                *body = s.get("/ok").send().await?.text().into_owned();
                Ok(())
            })
        })
        .unwrap();
    assert_eq!((body.len(), step.requests.len(), step.failure()), (23, 1, None));
}

#[test]
fn a_certificate_is_told_whether_it_is_believed_or_not() {
    for (kind, word) in [
        (Certificate::Valid, ""),
        (Certificate::Expired, "expired"),
        (Certificate::WrongName, "not valid for name"),
    ] {
        let server = TestServer::spawn_tls_with(Alpn::Http1, kind);
        let extra_roots_pem = Some(server.ca_pem().unwrap().as_bytes().to_vec());
        let http = HttpSettings { extra_roots_pem, ..HttpSettings::default() };
        let found = probe(&server.url(), &http).unwrap();
        assert!(found.connection.unwrap().is_ok());
        let tls = found.tls.unwrap();
        match &tls.handshake {
            Ok(_) => assert_eq!(kind, Certificate::Valid),
            Err(why) => assert!(why.contains(word) && kind != Certificate::Valid, "{why}"),
        }
        let shown = tls.certificate.unwrap();
        assert_eq!(shown.subject.as_deref(), Some("rcgen self signed cert"));
        let over = shown.not_after < SystemTime::now();
        assert_eq!(over, kind == Certificate::Expired, "{shown:?}");
        assert!(shown.not_before < shown.not_after && shown.sent == 1);
    }
}

#[test]
fn what_cannot_be_reached_is_told_step_by_step() {
    let http = HttpSettings::default();
    let nowhere = probe("http://name.invalid:80", &http).unwrap();
    assert!(nowhere.addresses.is_err() && nowhere.connection.is_none());
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = probe(&format!("http://{closed}"), &http).unwrap();
    let why = refused.connection.unwrap().unwrap_err();
    assert!(refused.addresses.is_ok() && why.contains("refused"), "{why}");
}
