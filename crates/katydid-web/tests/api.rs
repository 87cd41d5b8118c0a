//! Our own API through a real socket.

mod client;
mod made_up;

use client::{Site, Stream};
use katydid_web::{Change, ServerSettings};

#[test]
fn a_run_is_started_steered_and_stopped() {
    let site = Site::open();
    assert_eq!(site.get("/api/v1/state").json()["stage"], "ready");
    assert_eq!(site.get("/api/v1/snapshot").status, 404);
    let order = r#"{"options":{"users":20,"spawn-rate":"5","host":"http://localhost:5000"}}"#;
    assert_eq!(site.post("/api/v1/run", order).status, 202);
    site.conductor.seconds(5);
    let state = site.get("/api/v1/state").json();
    assert_eq!(state["stage"], "on");
    assert_eq!(state["run"]["state"], "running");
    assert_eq!(state["run"]["target_users"], 20);
    let snapshot = site.get("/api/v1/snapshot").json();
    assert_eq!(
        (&snapshot["users"], &snapshot["total"]["name"]),
        (&20.into(), &"Aggregated".into())
    );
    assert_eq!(site.post("/api/v1/run", order).error(), "409 conflict: a run is on; stop it first");
    for change in [
        r#"{"change":"users","users":3,"spawn_rate":10}"#,
        r#"{"change":"weight","class":"Shopper","weight":1}"#,
        r#"{"change":"pause"}"#,
        r#"{"change":"resume"}"#,
        r#"{"change":"mark","text":" the cache\nis warm "}"#,
        r#"{"change":"stop"}"#,
    ] {
        assert_eq!(site.post("/api/v1/change", change).status, 202, "{change}");
    }
    let changes = site.conductor.changes();
    assert_eq!(changes[0], Change::Users { users: 3, spawn_rate: 10.0 });
    assert_eq!(changes[4], Change::Mark("the cache is warm".to_owned()));
    site.conductor.second();
    assert_eq!(site.get("/api/v1/state").json()["stage"], "over");
    let late = site.post("/api/v1/change", r#"{"change":"pause"}"#);
    assert_eq!(late.error(), "409 conflict: no run is on");
}

#[test]
fn every_wrong_command_has_its_sentence() {
    let site = Site::open();
    site.conductor.begin(&made_up::Wish::default());
    let wrong = [
        r#"{"chang":"users"}"#,
        r#"{"change":"user"}"#,
        r#"{"change":7}"#,
        r#"{"change":"users","users":3}"#,
        r#"{"change":"users","users":"3","spawn_rate":1}"#,
        r#"{"change":"users","users":-3,"spawn_rate":1}"#,
        r#"{"change":"users","users":1e9,"spawn_rate":0}"#,
        r#"{"change":"pause","users":3}"#,
        r#"{"change":"weight","class":"Shoper","weight":1}"#,
        r#"{"change":"arrival-rate","rate":5}"#,
        r#"{"change":"mark","text":"  "}"#,
        r#"{"change":"stop","change":"cut"}"#,
        "{",
        "",
    ];
    let errors = wrong.map(|body| site.post("/api/v1/change", body).error());
    insta::assert_snapshot!(errors.join("\n"));
    let wrong = [
        r#"{"option":{}}"#,
        r#"{"options":[]}"#,
        r#"{"options":{"users":null}}"#,
        r#"{"options":{"userz":5}}"#,
        r#"{"options":{"users":"many"}}"#,
        r#"{"classes":"Shopper"}"#,
        r#"{"confirmed":"yes"}"#,
        r#"{"options":{"config-users":["/etc/classes.json"]}}"#,
    ];
    let stop = site.post("/api/v1/change", r#"{"change":"stop"}"#);
    assert_eq!(stop.status, 202);
    site.conductor.second();
    let errors = wrong.map(|body| site.post("/api/v1/run", body).error());
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_guarded_host_is_asked_for() {
    let site = Site::open();
    let order = r#"{"options":{"host":"https://production.example"}}"#;
    let asked = site.post("/api/v1/run", order);
    assert!(asked.error().starts_with("428 confirm: "), "{}", asked.error());
    let yes = r#"{"options":{"host":"https://production.example"},"confirmed":true}"#;
    assert_eq!(site.post("/api/v1/run", yes).status, 202);
}

#[test]
fn what_a_start_would_find_is_told() {
    let site = Site::open();
    let found = site.post("/api/v1/look", "{}").json();
    assert_eq!(found["findings"][0]["severity"], "good");
    assert_eq!(found["findings"][1]["severity"], "unknown");
    assert!(site.conductor.orders().is_empty());
}

#[test]
fn secrets_of_the_suite_are_left_out() {
    let site = Site::open();
    let answer = site.get("/api/v1/suite");
    assert!(!answer.text().contains("hush-hush"));
    let suite = answer.json();
    assert_eq!(suite["presets"]["users"][0], "10");
    assert_eq!(suite["presets"]["api-key"], serde_json::Value::Null);
    assert_eq!(suite["role"], "operator");
    assert_eq!(suite["classes"][0]["shares"][1]["inside"][0]["name"], "pay");
}

#[test]
fn the_stream_begins_with_everything_and_goes_on() {
    let site = Site::open();
    let mut stream = Stream::open(&site, &[]);
    let state = stream.next_of("state");
    assert_eq!(state.data["stage"], "ready");
    let instance = state.data["instance"].as_str().expect("a name").to_owned();
    let log = stream.next_of("log");
    assert_eq!(log.data["lines"][0]["number"], 1);
    site.conductor.begin(&made_up::Wish::default());
    while stream.next_of("state").data["stage"] != "on" {}
    site.conductor.seconds(2);
    while stream.next_of("snapshot").data["elapsed"] != 2.0 {}
    // Whoever comes back goes on with the log where it was.
    site.conductor.say("a line");
    let mut last = stream.next_of("log");
    while !last.data.to_string().contains("a line") {
        last = stream.next_of("log");
    }
    drop(stream);
    let mut again = Stream::open(&site, &[("Last-Event-ID", &last.id)]);
    assert_eq!(again.next_of("state").data["instance"], instance.as_str());
    site.conductor.say("another line");
    let lines = again.next_of("log").data["lines"].clone();
    assert_eq!(lines.as_array().map(Vec::len), Some(1));
    assert!(lines[0]["text"].as_str().is_some_and(|text| text.ends_with("another line")));
    // An id of an earlier start means nothing.
    let mut foreign = Stream::open(&site, &[("Last-Event-ID", "another.99")]);
    assert_eq!(foreign.next_of("log").data["lines"][0]["number"], 1);
}

#[test]
fn streams_end_with_the_server() {
    let site = Site::open();
    let mut stream = Stream::open(&site, &[]);
    stream.next_of("state");
    site.stop();
    assert!(std::iter::from_fn(|| stream.next()).all(|event| event.name != "end"));
}

#[test]
fn a_base_path_is_before_everything() {
    let settings =
        |path: &str| ServerSettings { base_path: path.to_owned(), ..ServerSettings::default() };
    let site = Site::with(settings("/load/test/"));
    assert!(site.url().ends_with("/load/test/"));
    assert_eq!(site.get("/load/test/api/v1/state").status, 200);
    assert_eq!(site.get("/load/test/stats/requests?x=1").status, 200);
    assert_eq!(site.get("/load/test").header("location"), Some("/load/test/"));
    for path in ["/", "/api/v1/state", "/load/tester/x", "/load/../stop"] {
        assert_eq!(site.get(path).status, 404, "{path}");
    }
    for wrong in ["/a b", "/../x", "/a//b", "/a?b"] {
        let fault = katydid_web::Server::bind(ServerSettings { port: 0, ..settings(wrong) });
        assert!(fault.expect_err("no path").to_string().contains("is no base path"), "{wrong}");
    }
}

#[test]
fn the_document_has_every_route_and_nothing_else() {
    let site = Site::open();
    let document = site.get("/api/v1/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() >= 15);
    for (path, operations) in paths {
        for (verb, operation) in operations.as_object().expect("operations") {
            let plain = path.replace("{run}", "none").replace("{file}", "none");
            if plain.ends_with("/events") {
                continue;
            }
            // Unknown fields and queries are refused where fields are known.
            let answer = match verb.as_str() {
                "post" => site.post(&plain, r#"{"nonsense":1}"#),
                _ => site.get(&plain),
            };
            assert!(!matches!(answer.status, 405 | 500), "{path}: {}", answer.text());
            if verb == "post" {
                assert!(answer.error().contains("`nonsense` is unknown"), "{path}");
                let body = &operation["requestBody"]["content"]["application/json"]["schema"];
                assert_eq!(body["additionalProperties"], false, "{path}");
            }
        }
    }
    // The guide names all of them.
    let guide = include_str!("../../../docs/WEB.md");
    for path in paths.keys() {
        let told = path.trim_start_matches("/api/v1");
        let told = told.replace("{run}", "RUN").replace("{file}", "FILE");
        assert!(guide.contains(&told), "docs/WEB.md does not name {told}");
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("its name");
        assert!(schemas.contains_key(name), "{name}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let site = Site::open();
    assert!(
        site.get("/api/v1/stat").error().starts_with("404 not-found: there is no /api/v1/stat")
    );
    let wrong = site.get("/api/v1/run");
    assert_eq!(wrong.status, 405);
    assert_eq!(
        site.get("/api/v1/log?affter=1").error(),
        "400 unknown-field (affter): `affter` is unknown; did you mean `after`?"
    );
    assert_eq!(site.get("/api/v1/log?after=x").status, 400);
    assert_eq!(
        site.get("/api/v1/compare?base=a").error(),
        "400 missing-field (with): `with` is missing: the run that is compared"
    );
}
