//! What is sent arrives: bodies, queries, headers, names and tags.

use katydid_engine::{Multipart, Response, RunSettings, Shared};
use katydid_testkit::TestServer;
use serde_json::{Value, json};

use crate::common::{done, row, script, script_with, settings};

fn echo(answer: &Response) -> Value {
    answer.json().unwrap()
}

/// Every value of a header in an echo.
fn header(echo: &Value, name: &str) -> Vec<String> {
    let headers = echo["headers"].as_array().unwrap().iter();
    let values = headers.filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name));
    values.map(|pair| pair[1].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_kind_of_body_arrives_with_its_type_and_length() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            let got = echo(&s.post("/echo").json(&json!({"a": [1, 2]})).send().await?);
            assert_eq!((&got["method"], &got["body"]), (&json!("POST"), &json!(r#"{"a":[1,2]}"#)));
            assert_eq!(header(&got, "content-type"), ["application/json"]);

            let form = [("name", "a b&c"), ("city", "Köln")];
            let got = echo(&s.put("/echo").form(&form).send().await?);
            assert_eq!(got["body"], "name=a+b%26c&city=K%C3%B6ln");
            assert_eq!(header(&got, "content-type"), ["application/x-www-form-urlencoded"]);

            let parts = Multipart::new().text("t", "x").file("f", "a.txt", "text/plain", "hello");
            let got = echo(&s.post("/echo").multipart(parts).send().await?);
            assert!(header(&got, "content-type")[0].starts_with("multipart/form-data; boundary="));
            assert!(got["body"].as_str().unwrap().contains("filename=\"a.txt\""), "{got}");

            let bytes = vec![7_u8; 300_000];
            let got = echo(&s.patch("/echo").body(bytes, "application/octet-stream").send().await?);
            assert_eq!((&got["method"], &got["length"]), (&json!("PATCH"), &json!(300_000)));

            let got = echo(&s.post("/echo").send().await?);
            assert_eq!(header(&got, "content-length"), ["0"]);
            let got = echo(&s.delete("/echo").send().await?);
            assert_eq!((&got["method"], &got["length"]), (&json!("DELETE"), &json!(0)));
            let got = echo(&s.request("PURGE", "/echo").send().await?);
            assert_eq!(got["method"], "PURGE");
            done()
        })
    });
}

#[test]
fn queries_are_encoded_and_added_to_what_is_there() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            let request = s.get("/echo?a=1").query(&[("q", "x y"), ("r", "ä&=")]);
            let got = echo(&request.send().await?);
            assert_eq!(got["path"], "/echo?a=1&q=x+y&r=%C3%A4%26%3D");
            let got = echo(&s.get("/echo").query(&[("q", "1")]).send().await?);
            assert_eq!(got["path"], "/echo?q=1");
            done()
        })
    });
}

#[test]
fn headers_are_sent_once_or_as_often_as_given() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            s.set_header("x-client", "suite");
            s.set_bearer(Some("t-1"));
            let got = echo(&s.get("/echo").header("x-n", "1").header("x-n", "2").send().await?);
            assert_eq!(header(&got, "x-n"), ["1", "2"]);
            assert_eq!(header(&got, "x-client"), ["suite"]);
            assert_eq!(header(&got, "authorization"), ["Bearer t-1"]);
            assert_eq!(header(&got, "host"), [s.host().trim_start_matches("http://")]);
            assert_eq!(header(&got, "user-agent").len(), 1);

            let own = s.get("/echo").bearer("t-2").header("user-agent", "mine");
            let got = echo(&own.send().await?);
            assert_eq!(header(&got, "authorization"), ["Bearer t-2"]);
            assert_eq!(header(&got, "user-agent"), ["mine"]);

            s.set_bearer(None);
            let got = echo(&s.get("/echo").send().await?);
            assert!(header(&got, "authorization").is_empty());
            done()
        })
    });
}

#[test]
fn names_and_tags_make_the_rows() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for size in 1..=5 {
                s.get(format!("/size/{size}")).name("/size/{n}").send().await?;
            }
            s.get("/ok").tags(["own", "more"]).send().await?;
            s.head("/ok").send().await?;
            s.get(format!("{}/ok", s.host())).send().await?;
            done()
        })
    });
    let tags = |name: &str| row(&snapshot, name).key.tags.join(",");
    assert_eq!(row(&snapshot, "/size/{n}").requests(), 5);
    assert_eq!((tags("/size/{n}"), tags("/ok")), ("tagged".into(), "own,more".into()));
    let methods: Vec<(String, u64)> = snapshot
        .rows()
        .filter(|row| &*row.key.name == "/ok")
        .map(|row| (row.key.method.to_string(), row.requests()))
        .collect();
    assert_eq!(methods, [("GET".to_owned(), 1), ("HEAD".to_owned(), 1)]);
    assert_eq!(server.requests("/ok"), 3, "a whole URL goes where it says");
}

#[test]
fn paths_follow_the_path_of_the_host() {
    let server = TestServer::spawn();
    for base in ["/status", "/status/"] {
        let host = Some(format!("{}{base}", server.url()));
        let settings = RunSettings { host, ..settings(&server) };
        let snapshot = script_with(&settings, Shared::default(), |(), s| {
            Box::pin(async move {
                assert_eq!(s.get("/201?a=1").send().await?.status(), 201);
                let whole = s.host().replace("/status", "/ok");
                assert_eq!(s.get(whole).name("whole").send().await?.status(), 200);
                done()
            })
        });
        assert_eq!(row(&snapshot, "/201?a=1").requests(), 1, "the name is what the suite said");
    }
    assert_eq!((server.requests("/status/201"), server.requests("/ok")), (2, 2));
}
