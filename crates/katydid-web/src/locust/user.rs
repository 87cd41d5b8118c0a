//! `/user`: a class edited for the runs that come, and its weight for the one that is on.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use katydid_core::or_nearest;
use serde_json::{Map, Value};

use super::{is_on, refused, sentence};
use crate::app::App;
use crate::director::{Change, Order};
use crate::suite::TaskShare;

const NAME: &str = "user_class_name";
const KEYS: [&str; 5] = [NAME, "host", "weight", "fixed_count", "tasks"];
/// The option that edits classes.
const OPTION: &str = "config-users";

/// Classes that were edited for the runs that come, each as `--config-users` wants it.
#[derive(Debug, Default)]
pub(crate) struct Edited(BTreeMap<String, Map<String, Value>>);

impl Edited {
    fn note(&mut self, class: &str, edit: Map<String, Value>) {
        self.0.entry(class.to_owned()).or_default().extend(edit);
    }

    /// The order with these classes; `presets` are the words that the program was started with.
    pub(crate) fn applied_to(&self, mut order: Order, presets: &[String]) -> Order {
        if !self.0.is_empty() {
            let words = order.options.entry(OPTION.to_owned()).or_insert_with(|| presets.to_vec());
            words.extend(self.0.values().map(|edit| Value::Object(edit.clone()).to_string()));
        }
        order
    }
}

pub(super) async fn user(State(app): State<App>, body: Bytes) -> Response {
    let edit = match read(&app, &body) {
        Ok(edit) => edit,
        Err(text) => return sentence(StatusCode::BAD_REQUEST, text),
    };
    let class = edit.get(NAME).and_then(Value::as_str).unwrap_or_default().to_owned();
    let weight = edit.get("weight").and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
    if let Some(weight) = weight.filter(|_| is_on(&app.board.view())) {
        let change = Change::Weight { class: class.clone(), weight };
        if let Err(refusal) = app.change(change).await {
            return refused(&refusal);
        }
    }
    app.edited().note(&class, edit);
    (StatusCode::CREATED, super::json(&Map::new())).into_response()
}

/// A class with what is to be changed of it; everything is checked before anything is kept.
fn read(app: &App, body: &[u8]) -> Result<Map<String, Value>, String> {
    let value: Value =
        serde_json::from_slice(body).map_err(|fault| format!("this is no JSON: {fault}"))?;
    let Value::Object(edit) = value else { return Err("send a JSON object".to_owned()) };
    if let Some(odd) = edit.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("`{odd}` is unknown; {}", or_nearest(odd, KEYS)));
    }
    let name = edit.get(NAME).and_then(Value::as_str).unwrap_or_default();
    let classes = &app.suite.classes;
    let Some(class) = classes.iter().find(|class| class.name == name) else {
        let hint = or_nearest(name, classes.iter().map(|class| class.name.as_str()));
        return Err(format!("there is no user class `{name}`; {hint}"));
    };
    for key in ["weight", "fixed_count"] {
        let whole = |value: &Value| value.as_u64().is_some_and(|it| u32::try_from(it).is_ok());
        if edit.get(key).is_some_and(|value| !whole(value)) {
            return Err(format!("`{key}` must be a whole number from 0 to {}", u32::MAX));
        }
    }
    if edit.get("host").is_some_and(|host| !host.is_string()) {
        return Err("`host` must be a text".to_owned());
    }
    if let Some(tasks) = edit.get("tasks") {
        let Some(tasks) = tasks.as_array().and_then(|all| all.iter().map(Value::as_str).collect())
        else {
            return Err("`tasks` must be a list of names of tasks".to_owned());
        };
        let tasks: Vec<&str> = tasks;
        let known: Vec<String> = class.shares.iter().flat_map(names).collect();
        if let Some(odd) = tasks.iter().find(|task| !known.iter().any(|it| it == *task)) {
            let hint = or_nearest(odd, known.iter().map(String::as_str));
            return Err(format!("{name} has no task `{odd}`; {hint}"));
        }
    }
    Ok(edit)
}

/// A task or flow and what is in it, with and without the flows around it.
fn names(share: &TaskShare) -> Vec<String> {
    let inside = share.inside.iter().flat_map(names);
    let both = inside.flat_map(|name| [format!("{}/{name}", share.name), name]);
    std::iter::once(share.name.clone()).chain(both).collect()
}
