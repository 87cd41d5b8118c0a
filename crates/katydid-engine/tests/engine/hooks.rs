//! Hooks: what they see, on which thread, and what becomes of their panics.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use katydid_core::{RunFacts, VerdictWord, judge};
use katydid_engine::{Flow, Hooks, RequestView, RunSettings, Shared, Task, TaskError, UserClass};
use katydid_engine::{Retry, no_wait};
use katydid_testkit::{OK_BODY, TestServer};

use crate::common::{Ran, done, go, scripted, settings};

/// Lines that hooks wrote.
type Lines = Arc<Mutex<Vec<String>>>;

fn watched(server: &TestServer, class: UserClass<()>, hooks: Hooks) -> Ran {
    let settings = RunSettings { hooks, ..settings(server) };
    go(&[class.into()], Shared::default(), &settings)
}

fn writing(
    lines: &Lines,
    line: impl Fn(&RequestView<'_>) -> String + Send + Sync + 'static,
) -> Hooks {
    let lines = Arc::clone(lines);
    Hooks::new().on_request(move |request| lines.lock().unwrap().push(line(request)))
}

fn read(lines: &Lines) -> Vec<String> {
    lines.lock().unwrap().clone()
}

#[test]
fn a_request_hook_sees_every_request_as_it_was_judged() {
    let server = TestServer::spawn();
    let flow = Flow::new("Shop").task(
        Task::new("buy", |(), s| {
            Box::pin(async move {
                s.get("/ok?id=7").name("/ok?id={id}").send().await?;
                s.get("/status/404").send().await?.expect_status(404)?;
                s.get("/redirect/2").send().await?;
                s.get("/ok").send().await?.fail("too dear");
                s.get("/close").send().await.unwrap_err();
                done()
            })
        })
        .tags(["a", "b"]),
    );
    let class = UserClass::<()>::with_default("Buyer").flow(1, flow).on_start(|(), s| {
        Box::pin(async move {
            s.post("/echo").name("login").body("secret", "text/plain").send().await?;
            Ok(())
        })
    });
    let lines = Lines::default();
    let hooks = writing(&lines, |r| {
        assert!(r.response_time >= r.service_time && r.service_time > Duration::ZERO);
        assert!(r.ended > r.response_time && r.ended < Duration::from_mins(1), "{:?}", r.ended);
        assert_eq!(r.phases.total_ns(), r.service_time.as_nanos() as u64);
        let status = r.status.map_or("-".to_owned(), |status| status.to_string());
        let failure = r.failure.map_or(String::new(), |f| format!(" {}|{}", f.kind(), f.text()));
        let tags: Vec<&str> = r.tags.iter().map(|tag| &**tag).collect();
        let path = &r.url[r.url[8..].find('/').unwrap() + 8..];
        format!(
            "{} {} {} {} {path} {status} {} {}{failure}",
            r.who.user,
            r.who,
            r.method,
            r.name,
            r.redirects,
            tags.join(",")
        )
    });
    let ran = watched(&server, class, hooks);
    let told = read(&lines);
    assert_eq!(
        told[..5],
        [
            "0 Buyer POST login /echo 200 0 ",
            "0 Buyer/Shop/buy GET /ok?id={id} /ok?id=7 200 0 a,b",
            "0 Buyer/Shop/buy GET /status/404 /status/404 404 0 a,b",
            "0 Buyer/Shop/buy GET /redirect/2 /ok 200 2 a,b",
            "0 Buyer/Shop/buy GET /ok /ok 200 0 a,b manual|too dear",
        ]
    );
    assert!(
        told[5].starts_with("0 Buyer/Shop/buy GET /close /close - 0 a,b connection|"),
        "{told:?}"
    );
    assert_eq!(told.len() as u64, ran.snapshot.requests());
    assert_eq!(ran.snapshot.exceptions().count(), 0);
}

#[test]
fn a_request_hook_sees_headers_and_body_of_the_answer() {
    let server = TestServer::spawn();
    let lines = Lines::default();
    let hooks = writing(&lines, |r| {
        let length = r.headers().find(|(name, _)| *name == "content-length");
        assert_eq!(length.is_some(), r.header("content-length").is_some());
        format!("{:?} {}", r.header("Content-Length"), String::from_utf8_lossy(r.body))
    });
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            s.get("/reset").send().await.unwrap_err();
            done()
        })
    });
    watched(&server, class, hooks);
    assert_eq!(read(&lines), [format!("Some(\"23\") {OK_BODY}"), "None ".to_owned()]);
}

#[test]
fn hooks_run_on_the_executor_threads_and_miss_nothing() {
    let server = TestServer::spawn();
    let (count, threads) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(BTreeSet::new())));
    let (counting, naming) = (Arc::clone(&count), Arc::clone(&threads));
    let hooks = Hooks::new().on_request(move |_| {
        counting.fetch_add(1, Ordering::Relaxed);
        let thread = std::thread::current();
        naming.lock().unwrap().insert(thread.name().unwrap_or_default().to_owned());
    });
    let class = UserClass::<u32>::with_default("Busy").wait(no_wait()).task(Task::new(
        "ask",
        |count, s| {
            Box::pin(async move {
                s.get("/ok").send().await?;
                *count += 1;
                if *count == 50 { done() } else { Ok(()) }
            })
        },
    ));
    let settings = RunSettings { users: 8, threads: 2, hooks, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(count.load(Ordering::Relaxed), 400);
    assert_eq!(ran.snapshot.requests(), 400);
    let threads: Vec<String> = threads.lock().unwrap().iter().cloned().collect();
    assert_eq!(threads, ["executor-0", "executor-1"]);
}

#[test]
fn attempts_are_told_one_by_one() {
    let server = TestServer::spawn();
    let lines = Lines::default();
    let hooks = writing(&lines, |r| format!("{} {}", r.retry, r.status.unwrap_or(0)));
    let class = scripted(|(), s| {
        Box::pin(async move {
            let retry = Retry::times(1).on_status([503]).wait(Duration::ZERO);
            s.get("/status/503").retry(retry).send().await?;
            done()
        })
    });
    watched(&server, class, hooks);
    assert_eq!(read(&lines), ["false 503", "true 503"]);
}

#[test]
fn errors_and_panics_of_the_suite_are_told_with_their_place() {
    let server = TestServer::spawn();
    let lines = Lines::default();
    let writer = Arc::clone(&lines);
    let hooks = Hooks::new().on_user_error(move |error| {
        let place = error.place.rsplit(['/', ':']).nth(1).unwrap_or_default();
        writer.lock().unwrap().push(format!("{}: {} ({place})", error.who, error.message));
    });
    let class = UserClass::<u32>::with_default("Careless").wait(no_wait()).task(Task::new(
        "task",
        |round, s| {
            Box::pin(async move {
                s.get("/ok").send().await?;
                *round += 1;
                match *round {
                    1 => Err(TaskError::exception("lost")),
                    2 => panic!("no luck"),
                    _ => done(),
                }
            })
        },
    ));
    let settings = RunSettings { hooks, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(
        read(&lines),
        ["Careless/task: lost ()", "Careless/task: panic: no luck (hooks.rs)"]
    );
    assert_eq!(ran.snapshot.exceptions().count(), 2);
}

#[test]
fn a_hook_that_panics_is_an_exception_by_name_and_the_run_goes_on() {
    let server = TestServer::spawn();
    let hooks = Hooks::new()
        .on_request(|request| assert_ne!(request.name, "/ok", "not this one"))
        .on_user_error(|_| panic!("nor this"));
    let class = UserClass::<u32>::with_default("User").wait(no_wait()).task(Task::new(
        "task",
        |round, s| {
            Box::pin(async move {
                *round += 1;
                s.get("/delay/1").send().await?;
                if *round == 3 {
                    return done();
                }
                // The hook panics while this panic is being unwound.
                let _held = s.get("/ok").send().await?;
                panic!("the task's own");
            })
        },
    ));
    let settings = RunSettings { hooks, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    let mut told: Vec<(String, u64)> =
        ran.snapshot.exceptions().map(|row| (row.message, row.count)).collect();
    told.sort();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].0.starts_with("hook on_request: panic: ") && told[0].0.contains("not this one")
    );
    assert_eq!(told[1].0, "hook on_user_error: panic: nor this");
    assert_eq!(told[2].0, "panic: the task's own");
    assert!(told.iter().all(|(_, count)| *count == 2), "{told:?}");
    assert_eq!((ran.snapshot.requests(), ran.snapshot.failed()), (5, 0));
    let verdict = judge(&ran.snapshot, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    assert_eq!(verdict.word, VerdictWord::Fail);
}
