//! Exemplars: which requests are kept, what of them, and that the command line sends the same.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::mask::Mask;
use katydid_core::{Exemplar, FailureKind, Snapshot, Why};
use katydid_engine::{
    FailureLog, Flow, HttpSettings, Multipart, Retry, RunSettings, Shared, Task, TaskFn, UserClass,
    no_wait,
};
use katydid_testkit::{Alpn, Certificate, TestServer};
use serde_json::{Value, json};

use crate::common::{done, go, script, script_with, settings};

fn kept(snapshot: &Snapshot) -> Vec<&Exemplar> {
    snapshot.exemplars().collect()
}

fn only(snapshot: &Snapshot) -> Exemplar {
    let [exemplar] = &kept(snapshot)[..] else { panic!("not one but {:#?}", kept(snapshot)) };
    (*exemplar).clone()
}

#[test]
fn a_failure_is_kept_with_everything_that_explains_it_and_without_secrets() {
    let server = TestServer::spawn();
    let flow = Flow::new("Shop").task(
        Task::new("buy", |(), s| {
            Box::pin(async move {
                s.set_bearer(Some("planted-bearer"));
                s.get("/set-cookie/sid/planted-cookie").name("login").send().await?;
                let order = json!({"item": 5, "password": "planted-password"});
                let request = s.post("/status/503?token=planted-query").json(&order);
                request
                    .header("X-Api-Key", "planted-key")
                    .header("X-Plain", "plain")
                    .send()
                    .await?;
                done()
            })
        })
        .tags(["a", "b"]),
    );
    let class = UserClass::<()>::with_default("Buyer").flow(1, flow);
    let ran = go(&[class.into()], Shared::default(), &settings(&server));
    let exemplar = only(&ran.snapshot);
    assert_eq!(exemplar.why, Why::Failed(FailureKind::Status(503)));
    assert_eq!((exemplar.user, &*exemplar.class, &*exemplar.flow), (0, "Buyer", "Shop"));
    assert_eq!((&*exemplar.task, &exemplar.tags[..]), ("buy", &["a".into(), "b".into()][..]));
    assert_eq!((&*exemplar.method, &*exemplar.name), ("POST", "/status/503?token=***"));
    assert_eq!(exemplar.url, format!("{}/status/503?token=***", server.url()));
    assert_eq!(exemplar.status, Some(503));
    assert_eq!(exemplar.error.as_deref(), Some("HTTP 503 Service Unavailable: status 503"));
    assert!(exemplar.response_time >= exemplar.service_time && !exemplar.ended.is_zero());
    assert_eq!(exemplar.phases.total_ns(), exemplar.service_time.as_nanos() as u64);
    assert_eq!(exemplar.traceparent, None);
    let host = server.url().replace("http://", "");
    let agent = concat!("katydid/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        exemplar.request,
        format!(
            "POST /status/503?token=*** HTTP/1.1\nhost: {host}\nuser-agent: {agent}\n\
             accept-encoding: gzip, br, zstd, deflate\nauthorization: Bearer ***\n\
             content-type: application/json\nx-api-key: ***\nx-plain: plain\ncookie: sid=***\n\
             content-length: 40\n\n{{\"item\":5,\"password\":\"***\"}}"
        )
    );
    let (head, body) = exemplar.answer.split_once("\n\n").unwrap();
    assert!(head.starts_with("503 Service Unavailable\n"), "{head}");
    assert!(head.contains("content-type: text/plain"), "{head}");
    assert_eq!(body, "status 503\n");
    for text in [format!("{:?}", kept(&ran.snapshot)), format!("{:?}", ran.events)] {
        assert!(!text.contains("planted"), "{text}");
    }
}

#[test]
fn secrets_of_answers_reach_no_failure_text() {
    let server = TestServer::spawn();
    let run = RunSettings { mask: Arc::new(Mask::new(["tenant"])), ..settings(&server) };
    let snapshot = script_with(&run, Shared::default(), |(), s| {
        Box::pin(async move {
            let leak = json!({"access_token": "planted-1", "tenant": "planted-2", "a": "shown"});
            s.transaction("t", async |s| {
                s.post("/echo").json(&leak).send().await?.expect_status(201)?;
                Ok(())
            })
            .await
            .unwrap_err();
            s.get("/ok").send().await?.fail("password: planted-3");
            Err(katydid_engine::TaskError::StopUser)
        })
    });
    let failures: Vec<String> =
        snapshot.failures().chain(snapshot.failed_transactions()).map(|row| row.error()).collect();
    assert_eq!(failures.len(), 3, "{failures:?}");
    let all = format!("{failures:?} {:?}", kept(&snapshot));
    assert!(!all.contains("planted") && all.contains("shown"), "{all}");
}

#[test]
fn what_has_no_answer_is_kept_too() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let limit = Duration::from_millis(30);
            s.get("/delay/5000").timeout(limit).send().await.unwrap_err();
            s.get("http://127.0.0.1:1/refused").send().await.unwrap_err();
            s.get("/close").send().await.unwrap_err();
            s.get("http://[").send().await.unwrap_err();
            s.get("/ok").header("bad name", "x").send().await.unwrap_err();
            done()
        })
    });
    let seen: Vec<(String, &str, bool)> = kept(&snapshot)
        .into_iter()
        .map(|it| {
            assert_eq!((it.status, &*it.answer), (None, ""));
            let Why::Failed(kind) = it.why else { panic!("{it:?}") };
            (kind.to_string(), it.request.lines().next().unwrap(), it.curl.is_empty())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("connection".to_owned(), "GET /close HTTP/1.1", false),
            ("timeout".to_owned(), "GET /delay/5000 HTTP/1.1", false),
            ("request".to_owned(), "GET /ok", true),
            ("connect".to_owned(), "GET /refused HTTP/1.1", false),
            ("request".to_owned(), "GET http://[", true),
        ]
    );
}

#[test]
fn retries_are_kept_one_by_one_and_redirects_by_their_last_hop() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let retry = Retry::times(2).on_status([500]).wait(Duration::ZERO);
            s.get("/status/500").retry(retry).send().await?;
            let answer = s.post("/redirect-status/303").name("hop").json("x").send().await?;
            answer.fail("not wanted");
            done()
        })
    });
    let all = kept(&snapshot);
    let retries: Vec<bool> = all[..3].iter().map(|exemplar| exemplar.retry).collect();
    assert_eq!(retries, [false, true, true]);
    let hop = all[3];
    assert_eq!((&*hop.method, &*hop.name, hop.redirects), ("POST", "hop", 1));
    assert!(hop.request.starts_with("GET /echo HTTP/1.1\n"), "{}", hop.request);
    assert!(hop.url.ends_with("/echo"), "{}", hop.url);
}

#[test]
fn http2_has_its_exemplars() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let http = HttpSettings { verify_tls: false, ..HttpSettings::default() };
    let run = RunSettings { http, ..settings(&server) };
    let snapshot = script_with(&run, Shared::default(), |(), s| {
        Box::pin(async move {
            s.post("/status/500").json("x").send().await?;
            done()
        })
    });
    let exemplar = only(&snapshot);
    assert!(exemplar.request.starts_with("POST /status/500 HTTP/2\nhost: "), "{exemplar:?}");
    assert!(exemplar.curl.starts_with("curl -i --insecure 'https://"), "{exemplar:?}");
    assert_eq!(replayed(&exemplar, &[]), 500);
}

#[test]
fn the_slowest_successes_of_many_are_kept() {
    let server = TestServer::spawn();
    let class = UserClass::<u64>::with_default("User").wait(no_wait()).task(Task::new(
        "get",
        |count: &mut u64, s| {
            Box::pin(async move {
                *count += 1;
                let slow = (*count).is_multiple_of(100);
                let path = if slow { "/delay/150" } else { "/ok" };
                s.get(path).name("one row").send().await?;
                Ok(())
            })
        },
    ));
    let run = RunSettings { run_time: Some(Duration::from_millis(2_500)), ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &run);
    let slow = kept(&ran.snapshot);
    assert_eq!(slow.len(), 3, "{slow:#?}");
    for exemplar in slow {
        assert_eq!((exemplar.why, exemplar.status, &exemplar.error), (Why::Slow, Some(200), &None));
        assert!(exemplar.response_time >= Duration::from_millis(150));
        assert!(exemplar.request.starts_with("GET /delay/150 HTTP/1.1"), "{}", exemplar.request);
        assert!(exemplar.answer.starts_with("200 OK\n"), "{}", exemplar.answer);
    }
}

#[test]
fn every_request_has_a_trace_of_its_own_and_the_run_its_digits() {
    let server = TestServer::spawn();
    let http = HttpSettings { traces: Some(0xfeed), ..HttpSettings::default() };
    let run = RunSettings { http, ..settings(&server) };
    let snapshot = script_with(&run, Shared::default(), |(), s| {
        Box::pin(async move {
            for path in ["/echo", "/redirect-status/307"] {
                let answer = s.get(path).name("echo").send().await?;
                let got: Value = answer.json()?;
                answer.fail(&got["headers"].to_string());
            }
            let own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
            s.get("/status/500").header("traceparent", own).send().await?;
            done()
        })
    });
    let all = kept(&snapshot);
    assert_eq!(all.len(), 3);
    let traces: Vec<&str> = all.iter().map(|it| it.traceparent.as_deref().unwrap()).collect();
    assert_eq!(traces[0], "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
    assert_ne!(traces[1], traces[2]);
    for exemplar in &all[1..] {
        let trace = exemplar.traceparent.as_deref().unwrap();
        assert!(trace.starts_with("00-000000000000feed"), "{trace}");
        let received = exemplar.error.as_deref().unwrap();
        assert_eq!(received.matches(trace).count(), 1, "{received}");
    }
}

#[test]
fn a_log_of_failures_gets_each_of_them_and_is_waited_for_by_nobody() {
    let server = TestServer::spawn();
    let failing: TaskFn<()> = |(), s| {
        Box::pin(async move {
            for _ in 0..50 {
                s.get("/status/500").header("authorization", "Bearer planted").send().await?;
            }
            done()
        })
    };
    let (log, failures) = FailureLog::new(1_000);
    let run = RunSettings { failure_log: Some(log.clone()), ..settings(&server) };
    script_with(&run, Shared::default(), failing);
    let told: Vec<Exemplar> = failures.try_iter().collect();
    assert_eq!((told.len(), log.dropped()), (50, 0));
    assert!(!format!("{told:?}").contains("planted"));
    let (log, failures) = FailureLog::new(10);
    let run = RunSettings { failure_log: Some(log.clone()), ..settings(&server) };
    script_with(&run, Shared::default(), failing);
    let told = failures.try_iter().count() as u64;
    assert!((10..50).contains(&told), "{told}");
    assert_eq!(told + log.dropped(), 50);
}

/// Runs the command of an exemplar and returns the status that it got.
fn replayed(exemplar: &Exemplar, variables: &[(&str, &str)]) -> u16 {
    let out = curl(&exemplar.curl, variables, b"");
    let status = out.split_whitespace().nth(1).unwrap_or_else(|| panic!("{out}"));
    status.parse().unwrap()
}

fn curl(line: &str, variables: &[(&str, &str)], input: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut bash = Command::new("bash")
        .args(["-c", line])
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test needs bash and curl: install them");
    bash.stdin.take().unwrap().write_all(input).unwrap();
    let out = bash.wait_with_output().unwrap();
    let (text, faults) =
        [&out.stdout, &out.stderr].map(|b| String::from_utf8_lossy(b).into_owned()).into();
    assert!(out.status.success(), "{line}: {text} {faults} (is curl installed?)");
    text
}

/// What the test server received, headers in small letters.
fn received(echo: &Value) -> (String, String, String, BTreeMap<String, String>) {
    let text = |key: &str| echo[key].as_str().unwrap().to_owned();
    let pairs = echo["headers"].as_array().unwrap().iter();
    let headers = pairs.map(|pair| {
        (pair[0].as_str().unwrap().to_lowercase(), pair[1].as_str().unwrap().to_owned())
    });
    (text("method"), text("path"), text("body"), headers.collect())
}

#[test]
fn the_command_sends_the_same_again() {
    let server = TestServer::spawn();
    let (log, failures) = FailureLog::new(1_000);
    let echoes: Arc<std::sync::Mutex<Vec<Value>>> = Arc::default();
    let mut shared = Shared::default();
    shared.insert(Arc::clone(&echoes));
    let run = RunSettings { failure_log: Some(log), ..settings(&server) };
    script_with(&run, shared, |(), s| {
        Box::pin(async move {
            s.set_bearer(Some("B\"1'$x"));
            s.get("/set-cookie/sid/cookie-1").send().await?;
            let quotes = "it's \"a\" $HOME `id` \\ !! \r\n\tü \u{202e}rtl <b>&amp;</b>";
            let form = [("user", "ada"), ("password", "p w&'1"), ("note", quotes)];
            let parts = Multipart::new().text("password", "P1").text("a", quotes);
            let paths = ["/echo", "/echo?token=T1&q=a%20b'c&list[]={1}", "/echo?x=!a$b"];
            for request in 0..10 {
                let request = match request {
                    0..3 => s.get(paths.get(request).copied().unwrap_or("/echo")),
                    3 => s.post("/echo").json(&json!({"token": "T1", "note": quotes})),
                    4 => s.put("/echo").form(&form),
                    5 => s.post("/echo"),
                    6 => s.delete("/echo").header("x-note", "it's \"a\" $HOME `id`"),
                    7 => s.post("/echo").multipart(parts.clone()),
                    8 => s.request("M-SEARCH", "/echo").body(quotes.as_bytes(), "text/plain"),
                    _ => s.post("/echo").body(vec![0, 159, 10, 7], "application/octet-stream"),
                };
                let answer = request.name("echo").send().await?;
                let echo: Value = answer.json()?;
                answer.fail("to be sent again");
                s.shared::<Arc<std::sync::Mutex<Vec<Value>>>>().lock().unwrap().push(echo);
            }
            done()
        })
    });
    let secrets = [
        ("AUTHORIZATION", "B\"1'$x"),
        ("SID", "cookie-1"),
        ("TOKEN", "T1"),
        // As they stand in the form, encoded, and in the part.
        ("PASSWORD", "p+w%26%271"),
    ];
    let echoes = echoes.lock().unwrap();
    let failures: Vec<Exemplar> = failures.try_iter().collect();
    assert_eq!((echoes.len(), failures.len()), (10, 10));
    for (number, (first, failure)) in echoes.iter().zip(&failures).enumerate() {
        assert!(!failure.curl.contains('\n'), "{}", failure.curl);
        let mut secrets = secrets.to_vec();
        if number == 7 {
            secrets[3].1 = "P1";
        }
        let input: &[u8] = if number == 9 { &[0, 159, 10, 7] } else { b"" };
        let out = curl(&failure.curl, &secrets, input);
        let (_, again) = out.split_once("\r\n\r\n").unwrap();
        let again: Value = serde_json::from_str(again).unwrap();
        assert_eq!(received(&again), received(first), "{}", failure.curl);
        assert_eq!(again["length"], first["length"]);
    }
}

#[test]
fn hostile_names_and_bodies_are_kept_harmless() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let hostile = "\"'<script>\n\u{1b}[2J\u{202e}".to_owned() + &"x".repeat(10_000);
            let request = s.post("/status/500").name(hostile.clone());
            request.body(hostile.into_bytes(), "text/plain").send().await?;
            done()
        })
    });
    let exemplar = only(&snapshot);
    let (_, body) = exemplar.request.split_once("\n\n").unwrap();
    // An escape makes it no text; it is described.
    assert_eq!(body, "(10018 bytes that are no text, text/plain)");
    assert!(exemplar.curl.ends_with("# its body of 10018 bytes comes from standard input"));
    let all = [&exemplar.url, &exemplar.request, &exemplar.answer, &exemplar.curl];
    assert!(!all.iter().any(|text| text.contains(['\u{1b}', '\u{202e}', '\r'])), "{exemplar:?}");
}
