//! `/swarm`: a form that begins a run, or edits the one that is on.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use katydid_core::{format_span, parse_span};
use serde::Serialize;
use url::form_urlencoded;

use super::{is_on, json};
use crate::app::App;
use crate::board::{Run, View};
use crate::director::{Change, Order};
use crate::suite::SuiteInfo;

const MISSING: &str = "Missing or invalid user_count or spawn_rate from /swarm request";
const SPANS: &str = "Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.";

/// The answer: always with status 200.
#[derive(Debug, Serialize)]
struct Answer {
    host: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_time: Option<u64>,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_classes: Option<Vec<String>>,
}

/// What the form says.
#[derive(Debug, Default, PartialEq)]
struct Form {
    users: u32,
    spawn_rate: f64,
    host: Option<String>,
    /// As it was written, and in seconds.
    run_time: Option<(String, u64)>,
    classes: Vec<String>,
    /// Other options, by their long names.
    others: BTreeMap<String, Vec<String>>,
}

pub(super) async fn swarm(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    // A body of another kind has no fields for Locust.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let body = if is_form { &body[..] } else { &[] };
    let view = app.board.view();
    let host = default_host(&app, view.run.as_ref());
    let form = match Form::read(body) {
        Ok(form) => form,
        Err(message) => return failed(host, message),
    };
    let host = form.host.clone().or(host);
    let (run_time, mut classes) =
        (form.run_time.as_ref().map(|(_, seconds)| *seconds), form.sorted_classes());
    let done = if is_on(&view) {
        // Those that run, whatever was named.
        classes = classes.and(view.run.as_ref().map(sorted_classes));
        match form.edit(&view, &app.suite) {
            Ok(change) => app.change(change).await,
            Err(message) => return failed(host, message),
        }
    } else {
        app.start(form.order()).await
    };
    match done {
        Ok(()) => json(&Answer {
            host,
            message: "Swarming started".to_owned(),
            run_time,
            success: true,
            user_classes: classes,
        }),
        Err(refusal) => failed(host, refusal.to_string()),
    }
}

fn sorted_classes(run: &Run) -> Vec<String> {
    let mut classes: Vec<String> = run.header.classes.iter().map(ToString::to_string).collect();
    classes.sort();
    classes
}

fn failed(host: Option<String>, message: String) -> Response {
    json(&Answer { host, message, run_time: None, success: false, user_classes: None })
}

/// The host of the run that is on or was, or the one that the program was started with.
pub(super) fn default_host(app: &App, run: Option<&Run>) -> Option<String> {
    let of_run = run.map(|run| run.header.host.clone());
    let preset = app.suite.presets.iter().find(|preset| preset.name == "host");
    of_run.or_else(|| preset.and_then(|preset| preset.words.first().cloned()))
}

impl Form {
    fn read(body: &[u8]) -> Result<Self, String> {
        let (mut users, mut rate) = (None, None);
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.trim();
            match (&*name, value) {
                ("user_count", _) => users = Some(value.to_owned()),
                ("spawn_rate", _) => rate = Some(value.to_owned()),
                ("user_classes", _) => form.classes.push(value.to_owned()),
                // What was left empty stays as the program was started with.
                (_, "") | ("shape_class", "Default") => {}
                ("shape_class", _) => {
                    return Err(format!(
                        "there is no shape class `{value}` here; a scenario has stages \
                         (scenario=NAME)"
                    ));
                }
                ("host", _) => form.host = Some(value.replace(['<', '>'], "")),
                ("run_time", _) => {
                    let span = parse_span(value).map_err(|_| SPANS.to_owned())?;
                    let seconds = span.as_secs();
                    form.run_time = (seconds > 0).then(|| (format_span(span), seconds));
                }
                ("config_users" | "config-users", _) => {
                    return Err("classes are edited by POST /user".to_owned());
                }
                (name, _) => {
                    let words = form.others.entry(name.replace('_', "-")).or_default();
                    words.push(value.to_owned());
                }
            }
        }
        let number = users.as_deref().filter(|text| !text.is_empty()).map(|text| {
            text.parse::<i64>()
                .map_err(|_| format!("Invalid user_count value: '{text}' (must be an integer)"))
        });
        let rate = rate.as_deref().filter(|text| !text.is_empty()).map(|text| {
            text.parse::<f64>()
                .map_err(|_| format!("Invalid spawn_rate value: '{text}' (must be a number)"))
        });
        let (number, rate) = (number.transpose()?, rate.transpose()?);
        let (Some(number), Some(rate)) = (number, rate) else { return Err(MISSING.to_owned()) };
        form.users = u32::try_from(number).map_err(|_| MISSING.to_owned())?;
        if !(rate.is_finite() && rate > 0.0) {
            return Err(MISSING.to_owned());
        }
        form.spawn_rate = rate;
        Ok(form)
    }

    fn sorted_classes(&self) -> Option<Vec<String>> {
        let mut classes = self.classes.clone();
        classes.sort();
        (!classes.is_empty()).then_some(classes)
    }

    /// A run as the form wants it.
    fn order(self) -> Order {
        let mut options = self.others;
        options.insert("users".to_owned(), vec![self.users.to_string()]);
        options.insert("spawn-rate".to_owned(), vec![self.spawn_rate.to_string()]);
        options.extend(self.host.map(|host| ("host".to_owned(), vec![host])));
        options.extend(self.run_time.map(|(text, _)| ("run-time".to_owned(), vec![text])));
        Order { options, classes: self.classes, confirmed: false }
    }

    /// The change of a run that is on: users and spawn rate. What else it says must be so already.
    fn edit(self, view: &View, suite: &SuiteInfo) -> Result<Change, String> {
        let Some(run) = &view.run else { return Err(MISSING.to_owned()) };
        let fixed = |what: &str| {
            Err(format!("{what} of a run that is on cannot be changed; stop it first"))
        };
        if self.host.is_some_and(|host| host != run.header.host) {
            return fixed("the host");
        }
        let planned = run.header.load.run_time.map(|time| time.as_secs());
        if self.run_time.is_some_and(|(_, seconds)| Some(seconds) != planned) {
            return fixed("the run time");
        }
        let runs = |class: &String| run.header.classes.iter().any(|known| **known == **class);
        let same = self.classes.iter().all(runs) && self.classes.len() == run.header.classes.len();
        // Locust's own page names all that there are with each edit, whichever run.
        let known = |class: &String| suite.classes.iter().any(|known| known.name == *class);
        let all = self.classes.iter().all(known) && self.classes.len() == suite.classes.len();
        if !self.classes.is_empty() && !same && !all {
            return fixed("the user classes");
        }
        if let Some(odd) = self.others.iter().find(|(name, words)| !is_so(name, words, view)) {
            return fixed(&format!("`{}`", odd.0));
        }
        Ok(Change::Users { users: self.users, spawn_rate: self.spawn_rate })
    }
}

/// Whether the run that is on has this setting.
fn is_so(name: &str, words: &[String], view: &View) -> bool {
    let Some(run) = &view.run else { return false };
    let mut settings = run.header.settings.iter();
    settings.any(|[known, value, _]| known == name && *value == words.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> String {
        Form::read(body.as_bytes()).map(|_| ()).expect_err("it is wrong")
    }

    #[test]
    fn mistakes_have_the_sentences_of_locust() {
        for body in ["", "user_count=3", "spawn_rate=1", "user_count=-1&spawn_rate=1"] {
            assert_eq!(fault(body), MISSING, "{body}");
        }
        for rate in ["0", "-1", "inf", "nan"] {
            assert_eq!(fault(&format!("user_count=3&spawn_rate={rate}")), MISSING, "{rate}");
        }
        let users = "Invalid user_count value: 'abc' (must be an integer)";
        assert_eq!(fault("user_count=abc&spawn_rate=1"), users);
        let fraction = "Invalid user_count value: '2.5' (must be an integer)";
        assert_eq!(fault("user_count=2.5&spawn_rate=1"), fraction);
        assert_eq!(fault("user_count=&spawn_rate=1"), MISSING);
        let rate = "Invalid spawn_rate value: 'abc' (must be a number)";
        assert_eq!(fault("user_count=3&spawn_rate=abc"), rate);
        assert_eq!(fault("user_count=3&spawn_rate=1&run_time=1.5h"), SPANS);
        assert!(fault("user_count=3&spawn_rate=1&shape_class=Mine").contains("scenario=NAME"));
        assert_eq!(fault("user_count=1000000000000&spawn_rate=1"), MISSING);
        assert!(fault("user_count=3&spawn_rate=1&config_users=x.json").contains("POST /user"));
    }

    #[test]
    fn a_form_becomes_an_order() {
        let body = "user_count=4&spawn_rate=2.5&host=http://x%3Cb%3E&run_time=1h20m&profile=p&\
                    user_classes=B&user_classes=A&api_key=&shape_class=Default&tags=a&tags=b";
        let form = Form::read(body.as_bytes()).expect("it is right");
        assert_eq!(form.sorted_classes(), Some(vec!["A".to_owned(), "B".to_owned()]));
        let order = form.order();
        let options: Vec<String> = order
            .options
            .iter()
            .map(|(name, words)| format!("{name}={}", words.join(",")))
            .collect();
        let wanted = [
            "host=http://xb",
            "profile=p",
            "run-time=1h20m",
            "spawn-rate=2.5",
            "tags=a,b",
            "users=4",
        ];
        assert_eq!(options, wanted);
        assert_eq!(order.classes, ["B", "A"]);
    }
}
