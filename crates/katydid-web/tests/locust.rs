//! Locust's API through a real socket. Whether its forms are those of Locust itself is seen beside a
//! running one (`cargo xtask peer`); here is what it means.

mod client;
mod made_up;

use client::{Answer, Site};
use katydid_web::{Change, Order};

fn option(order: &Order, name: &str) -> Option<String> {
    order.options.get(name).map(|words| words.join(","))
}

/// Method, path and what is answered of status, kind and head of the body.
fn line(site: &Site, method: &str, path: &str) -> String {
    let Answer { status, body, .. } = &site.send(method, path, &[], b"");
    let head = String::from_utf8_lossy(body);
    format!("{method} {path} {status} {}", head.lines().next().unwrap_or_default())
}

#[test]
fn before_the_first_run_there_are_zeros() {
    let site = Site::open();
    insta::assert_snapshot!(site.get("/stats/requests").text());
    assert_eq!(site.get("/exceptions").json(), serde_json::json!({ "exceptions": [] }));
    assert_eq!(site.get("/worker-count").text(), "{\n  \"worker_count\": 0\n}\n");
    assert_eq!(site.send("POST", "/stats/reset", &[], b"").text(), "ok");
    let stopped = site.send("POST", "/stop", &[], b"");
    assert_eq!(stopped.json(), serde_json::json!({ "message": "Test stopped", "success": true }));
    let csv = site.get("/stats/requests/csv").text();
    assert!(
        csv.ends_with(
            ",Aggregated,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A\r\n"
        ),
        "{csv}"
    );
    let login = site.get("/login");
    assert_eq!((login.status, login.header("location")), (302, Some("/")));
}

#[test]
fn a_form_starts_a_run_and_a_second_one_edits_it() {
    let site = Site::open();
    let answer = site.form(
        "/swarm",
        "user_count=4&spawn_rate=2&host=http%3A%2F%2F127.0.0.1%3A9&run_time=1h20m&profile=p1&\
         user_classes=Shopper&user_classes=Admin&basket=large",
    );
    insta::assert_snapshot!(answer.text(), @r#"
    {
      "host": "http://127.0.0.1:9",
      "message": "Swarming started",
      "run_time": 4800,
      "success": true,
      "user_classes": [
        "Admin",
        "Shopper"
      ]
    }
    "#);
    let order = site.conductor.orders().remove(0);
    assert_eq!(option(&order, "users").as_deref(), Some("4"));
    assert_eq!(option(&order, "spawn-rate").as_deref(), Some("2"));
    assert_eq!(option(&order, "run-time").as_deref(), Some("1h20m"));
    assert_eq!(option(&order, "profile").as_deref(), Some("p1"));
    assert_eq!(option(&order, "basket").as_deref(), Some("large"));
    assert_eq!(order.classes, ["Shopper", "Admin"]);
    site.conductor.seconds(3);
    assert_eq!(site.get("/stats/requests").json()["state"], "running");
    // Locust's own page repeats the host.
    let again = "user_count=9&spawn_rate=3.5&host=http%3A%2F%2F127.0.0.1%3A9";
    assert_eq!(site.form("/swarm", again).json()["success"], true);
    assert_eq!(site.conductor.changes(), [Change::Users { users: 9, spawn_rate: 3.5 }]);
    // What a run that is on cannot do is said, and nothing of it is done.
    for odd in ["host=http://elsewhere", "run_time=5m", "user_classes=Admin", "basket=small"] {
        let answer = site.form("/swarm", &format!("user_count=9&spawn_rate=1&{odd}")).json();
        assert_eq!(answer["success"], false, "{odd}");
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(message.contains("a run that is on cannot be changed"), "{message}");
    }
    assert_eq!(site.conductor.changes().len(), 1);
}

#[test]
fn what_is_wrong_has_status_200_and_a_sentence() {
    let site = Site::open();
    let json = site.post("/swarm", r#"{"user_count":1,"spawn_rate":1}"#);
    assert_eq!(json.status, 200);
    let missing = "Missing or invalid user_count or spawn_rate from /swarm request";
    assert_eq!(json.json()["message"], missing);
    assert_eq!(json.json()["success"], false);
    let odd = site.form("/swarm", "user_count=1&spawn_rate=1&bascet=small").json();
    assert!(odd["message"].as_str().is_some_and(|text| text.contains("--bascet is unknown")));
    let guarded = site.form("/swarm", "user_count=1&spawn_rate=1&host=https://production.example");
    assert_eq!(guarded.json()["success"], false);
    assert!(site.conductor.orders().is_empty());
}

#[test]
fn a_run_in_numbers() {
    let site = Site::open();
    site.form("/swarm", "user_count=8&spawn_rate=4");
    site.conductor.seconds(20);
    insta::assert_snapshot!(site.get("/stats/requests").text());
    insta::assert_snapshot!(site.get("/tasks").text());
    let failures = site.get("/stats/failures/csv");
    assert_eq!(failures.header("content-type"), Some("text/csv"));
    let name = failures.header("content-disposition").expect("a name");
    assert!(name.starts_with("attachment;filename=Locust_2026-11-2"), "{name}");
    assert!(name.ends_with("_made-up_http___localhost_5000_failures.csv"), "{name}");
    let report = site.get("/stats/report?download=1&theme=dark");
    let name = report.header("content-disposition").expect("a name");
    assert!(name.ends_with("_made-up_http___localhost_5000.html"), "{name}");
    assert_eq!(site.get("/stats/report").header("content-disposition"), None);
    let history = site.get("/stats/requests_full_history/csv");
    assert_eq!(history.status, 404);
    let told = "Error: Server was not started with option to generate full history.";
    assert_eq!(history.text(), told);
    let logs = site.get("/logs").json();
    assert!(logs["master"][1].as_str().is_some_and(|line| line.contains("Ramping to 8 users")));
    assert_eq!(logs["workers"], serde_json::json!({}));
}

#[test]
fn to_stop_waits_for_the_end() {
    let site = Site::open();
    site.form("/swarm", "user_count=2&spawn_rate=2");
    site.conductor.seconds(2);
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| site.send("POST", "/stop", &[], b""));
        while site.conductor.changes().is_empty() {
            std::thread::yield_now();
        }
        assert!(!stopping.is_finished());
        site.conductor.second();
        let answer = stopping.join().expect("it does not panic").json();
        assert_eq!(answer["message"], "Test stopped");
    });
    let stats = site.get("/stats/requests").json();
    assert_eq!((&stats["state"], &stats["user_count"]), (&"stopped".into(), &0.into()));
    // Nothing is current any more.
    assert_eq!(stats["current_rps"], 0.0);
    assert_eq!(site.send("POST", "/stats/reset", &[], b"").status, 409);
}

#[test]
fn a_class_is_edited_for_the_next_run_and_weighed_in_this_one() {
    let site = Site::open();
    let edit =
        r#"{"user_class_name":"Shopper","weight":5,"host":"http://other","tasks":["Buying/pay"]}"#;
    let answer = site.post("/user", edit);
    assert_eq!((answer.status, answer.text().as_str()), (201, "{}\n"));
    site.form("/swarm", "user_count=2&spawn_rate=2");
    let order = site.conductor.orders().remove(0);
    let wanted =
        r#"{"host":"http://other","tasks":["Buying/pay"],"user_class_name":"Shopper","weight":5}"#;
    assert_eq!(option(&order, "config-users").as_deref(), Some(wanted));
    assert_eq!(site.post("/user", r#"{"user_class_name":"Admin","weight":2}"#).status, 201);
    let weight = Change::Weight { class: "Admin".to_owned(), weight: 2 };
    assert_eq!(site.conductor.changes(), [weight]);
    let wrong = [
        ("{", "this is no JSON"),
        ("[]", "send a JSON object"),
        (r#"{"user_class_name":"Shoper"}"#, "did you mean `Shopper`?"),
        (r#"{"user_class_name":"Shopper","wait":5}"#, "`wait` is unknown"),
        (r#"{"user_class_name":"Shopper","weight":-1}"#, "`weight` must be a whole number"),
        (r#"{"user_class_name":"Shopper","host":5}"#, "`host` must be a text"),
        (r#"{"user_class_name":"Shopper","tasks":"pay"}"#, "must be a list"),
        (r#"{"user_class_name":"Shopper","tasks":["brows"]}"#, "did you mean `browse`?"),
    ];
    for (body, text) in wrong {
        let answer = site.post("/user", body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text().contains(text), "{body}: {}", answer.text());
    }
}

#[test]
fn methods_are_those_of_locust() {
    let site = Site::open();
    let wrong = [
        ("GET", "/swarm"),
        ("GET", "/stop"),
        ("GET", "/stats/reset"),
        ("GET", "/user"),
        ("POST", "/stats/requests"),
        ("DELETE", "/tasks"),
    ];
    for (method, path) in wrong {
        let answer = site.send(method, path, &[], b"");
        assert_eq!(answer.status, 405, "{method} {path}");
        assert!(answer.header("allow").is_some(), "{method} {path}");
    }
    assert!(line(&site, "GET", "/nosuch").starts_with("GET /nosuch 404 "));
    assert_eq!(site.send("HEAD", "/stats/requests", &[], b"").status, 200);
}
