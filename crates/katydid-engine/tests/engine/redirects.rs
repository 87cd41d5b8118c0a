//! Redirects: hops counted, one name, credentials kept at home.

use katydid_core::FailureKind;
use katydid_engine::{HttpSettings, RunSettings, Shared};
use katydid_testkit::TestServer;
use serde_json::{Value, json};

use crate::common::{done, kinds, only_failure, row, script, script_with, settings, sharing};
use crate::failures::raw_server;

#[test]
fn hops_are_counted_under_the_first_name() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let answer = s.get("/redirect/3").send().await?;
            assert_eq!(answer.status(), 200);
            assert!(answer.url().ends_with("/ok"), "{}", answer.url());
            let kept = s.get("/redirect/2").no_redirects().send().await?;
            assert_eq!((kept.status(), kept.header("location")), (302, Some("/redirect/1")));
            done()
        })
    });
    let followed = row(&snapshot, "/redirect/3");
    assert_eq!((followed.requests(), followed.redirects()), (1, 3));
    assert_eq!(row(&snapshot, "/redirect/2").redirects(), 0);
    assert_eq!((server.requests("/ok"), snapshot.requests()), (1, 2));
    assert_eq!(server.connections(), 1, "hops share the connection");
}

#[test]
fn the_method_changes_as_browsers_change_it() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            for (status, method, body) in [
                (301, "GET", ""),
                (302, "GET", ""),
                (303, "GET", ""),
                (307, "POST", "\"x\""),
                (308, "POST", "\"x\""),
            ] {
                let request = s.post(format!("/redirect-status/{status}")).json("x");
                let got: Value = request.send().await?.json()?;
                assert_eq!((&got["method"], &got["body"]), (&json!(method), &json!(body)));
                let typed = got["headers"].to_string().contains("application/json");
                assert_eq!(typed, method == "POST", "{got}");
            }
            let got: Value = s.put("/redirect-status/303").json("x").send().await?.json()?;
            assert_eq!(got["method"], "GET");
            let got: Value = s.put("/redirect-status/302").json("x").send().await?.json()?;
            assert_eq!(got["method"], "PUT");
            done()
        })
    });
}

#[test]
fn a_chain_without_end_is_a_failure_of_its_own() {
    let server = TestServer::spawn();
    let http = HttpSettings { max_redirects: 5, ..HttpSettings::default() };
    let settings = RunSettings { http, ..settings(&server) };
    let snapshot = script_with(&settings, Shared::default(), |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/redirect/5").send().await?.status(), 200);
            s.get("/redirect/6").send().await.unwrap_err();
            done()
        })
    });
    let failure = only_failure(&snapshot);
    assert_eq!((failure.kind, &*failure.text), (FailureKind::Redirect, "more than 5 redirects"));
    assert_eq!(row(&snapshot, "/redirect/6").redirects(), 5, "those followed");
}

#[test]
fn credentials_do_not_leave_their_origin() {
    let other = TestServer::spawn();
    let away = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}/echo\r\ncontent-length: 0\r\n\r\n",
        other.url()
    );
    let first = raw_server(away.into_bytes().leak());
    let settings = RunSettings { host: Some(first), ..settings(&other) };
    script_with(&settings, sharing(other.url()), |(), s| {
        Box::pin(async move {
            s.set_bearer(Some("of-the-session"));
            s.set_header("x-key", "secret");
            for request in [s.get("/")] {
                let got: Value = request.send().await?.json()?;
                let headers = got["headers"].to_string();
                assert!(
                    !headers.contains("of-the-session") && !headers.contains("secret"),
                    "{headers}"
                );
            }
            let own = s.get("/").bearer("of-the-request").header("cookie", "id=1");
            let headers = own.send().await?.json::<Value>()?["headers"].to_string();
            assert!(!headers.contains("of-the-request") && !headers.contains("id=1"), "{headers}");
            // A whole URL to another host is none of the session's business either.
            let elsewhere = format!("{}/echo", s.shared::<String>());
            let headers = s.get(elsewhere).send().await?.json::<Value>()?["headers"].to_string();
            assert!(!headers.contains("of-the-session"), "{headers}");
            done()
        })
    });
}

#[test]
fn a_redirect_to_nowhere_is_told() {
    for (head, text) in [
        ("HTTP/1.1 302 Found\r\n", "302 without a Location header"),
        (
            "HTTP/1.1 301 Moved\r\nlocation: ftp://x/\r\n",
            "to ftp://x/, which is neither http nor https",
        ),
        ("HTTP/1.1 301 Moved\r\nlocation: http://[/\r\n", "invalid IPv6 address"),
    ] {
        let answer = format!("{head}content-length: 0\r\n\r\n");
        let host = raw_server(answer.into_bytes().leak());
        let settings = RunSettings { host: Some(host), ..settings(&TestServer::spawn()) };
        let snapshot = script_with(&settings, Shared::default(), |(), s| {
            Box::pin(async move {
                s.get("/").send().await.unwrap_err();
                done()
            })
        });
        assert_eq!(kinds(&snapshot, "/"), [(FailureKind::Redirect, 1)]);
        assert!(only_failure(&snapshot).text.contains(text), "{:?}", only_failure(&snapshot));
    }
}
