//! The example bodies of the original's API document, compared field by field: today's clients must not
//! notice the change. `golden.json` has them; what differs, or is more, is listed there with its reason.
//!
//! `<kind>` stands for a value that is another each time. One entry of a list stands for every entry.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::app::{TestApp, User, article, article_site};

#[tokio::test]
async fn the_examples_of_the_api_document_are_answered_field_by_field() {
    let app = TestApp::start().await;
    let page = article_site(article(3)).await;
    let people = People::on(&app).await;
    let cases: Vec<Value> = serde_json::from_str(include_str!("golden.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let method = Method::from_bytes(text(case, "method").as_bytes()).unwrap();
        let mut request = app.request(method, text(case, "path"));
        if let Some(body) = case.get("request") {
            let body = body.to_string().replace("<article>", &page);
            request = request.header("content-type", "application/json").body(body);
        }
        if let Some(who) = case["as"].as_str() {
            request = request.bearer_auth(people.token(who));
        }
        let reply = app.send(request).await;
        let mut found = Found::of(case);
        if reply.status != case["status"] {
            found.say("", &format!("status {}", reply.status));
        }
        found.compare("", &case["response"], &reply.json);
        if case["count"].as_u64().is_some_and(|n| reply.json.as_array().unwrap().len() as u64 != n)
        {
            found.say("", "another number of entries");
        }
        wrong.extend(found.end(text(case, "what"), &reply.json));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 35);
}

struct People {
    user: User,
    poor: User,
    unverified: User,
}

impl People {
    async fn on(app: &TestApp) -> Self {
        Self {
            user: named(
                app,
                json!({ "username": "lt_user_000", "tier": "PRO", "credits": 100_000 }),
            )
            .await,
            poor: named(app, json!({ "username": "poor" })).await,
            unverified: named(app, json!({ "username": "unverified", "verified": false })).await,
        }
    }

    fn token(&self, who: &str) -> &str {
        match who {
            "user" => &self.user.token,
            "poor" => &self.poor.token,
            "unverified" => &self.unverified.token,
            _ => "made.up.token",
        }
    }
}

async fn named(app: &TestApp, mut account: Value) -> User {
    account["password"] = "secret-1".into();
    let username = text(&account, "username").to_owned();
    app.post("/api/dev/accounts", account).await.expect_status(200);
    let token = app.login(&username, "secret-1").await;
    User { username, password: "secret-1".to_owned(), token }
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("no {name} in {case}"))
}

/// What was found of one example.
struct Found<'a> {
    differs: Option<&'a Map<String, Value>>,
    more: Option<&'a Map<String, Value>>,
    /// Which of the listed differences there were.
    used: BTreeSet<String>,
    wrong: Vec<String>,
}

impl<'a> Found<'a> {
    fn of(case: &'a Value) -> Self {
        let listed = |name: &str| case[name].as_object();
        let (differs, more) = (listed("differs"), listed("more"));
        Self { differs, more, used: BTreeSet::new(), wrong: Vec::new() }
    }

    fn say(&mut self, place: &str, what: &str) {
        self.wrong.push(format!("{place}: {what}"));
    }

    fn compare(&mut self, place: &str, told: &Value, given: &Value) {
        match (told, given) {
            (Value::Object(told), Value::Object(given)) => {
                for (name, told) in told {
                    let place = format!("{place}/{name}");
                    match given.get(name) {
                        Some(given) => self.compare(&place, told, given),
                        None => self.say(&place, "missing"),
                    }
                }
                for name in given.keys().filter(|name| !told.contains_key(*name)) {
                    let place = format!("{place}/{name}");
                    if self.more.is_some_and(|more| more.contains_key(&place)) {
                        self.used.insert(place);
                    } else {
                        self.say(&place, "nobody knows it");
                    }
                }
            }
            (Value::Array(told), Value::Array(given)) if told.len() == 1 && !given.is_empty() => {
                self.compare(&format!("{place}/0"), &told[0], &given[0]);
                // The others have the same fields.
                let same = |one: &Value| names(one) == names(&given[0]);
                if !given.iter().all(same) {
                    self.say(place, "entries differ in their fields");
                }
            }
            (Value::Array(told), Value::Array(given)) if told.len() == given.len() => {
                for (number, (told, given)) in told.iter().zip(given).enumerate() {
                    self.compare(&format!("{place}/{number}"), told, given);
                }
            }
            _ if fits(told, given) => {}
            _ if self.differs.is_some_and(|differs| differs.contains_key(place)) => {
                self.used.insert(place.to_owned());
                let kinds = [told, given].map(kind);
                // Null is told where the original knew nothing.
                if kinds[0] != kinds[1] && !told.is_null() {
                    self.say(place, "of another kind");
                }
            }
            _ => self.say(place, &format!("{given} instead of {told}")),
        }
    }

    /// What is wrong, with the whole answer; a listed difference that is none is wrong, too.
    fn end(mut self, what: &str, given: &Value) -> Option<String> {
        let listed = self.differs.into_iter().chain(self.more).flat_map(Map::keys);
        let unused: Vec<String> =
            listed.filter(|place| !self.used.contains(*place)).cloned().collect();
        for place in unused {
            self.say(&place, "is listed as different and is not");
        }
        (!self.wrong.is_empty()).then(|| format!("{what}: {}\n{given:#}", self.wrong.join("; ")))
    }
}

fn names(entry: &Value) -> Vec<&String> {
    entry.as_object().into_iter().flat_map(Map::keys).collect()
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn fits(told: &Value, given: &Value) -> bool {
    let is = |test: fn(&str) -> bool| given.as_str().is_some_and(test);
    match told.as_str() {
        Some("<time>") => is(|it| it.len() == 32 && it.ends_with("+00:00") && &it[10..11] == "T"),
        Some("<uuid>") => is(|it| it.len() == 36 && it.matches('-').count() == 4),
        Some("<jwt>") => is(|it| it.starts_with("eyJ") && it.matches('.').count() == 2),
        Some("<url>") => is(|it| it.starts_with("http://")),
        Some("<text>") => is(|it| !it.is_empty()),
        Some("<number>") => given.is_number(),
        // 0 and 0.0 are one number to every client.
        _ => told == given || told.as_f64().is_some_and(|number| given.as_f64() == Some(number)),
    }
}
