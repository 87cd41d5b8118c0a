//! `--config-users`: classes changed from outside, as JSON on the command line or in files.

use std::path::Path;

use katydid_core::or_nearest;
use katydid_engine::Class;
use serde_json::{Map, Value};

use crate::error::CliError;

const NAME: &str = "user_class_name";
const KEYS: [&str; 5] = [NAME, "host", "weight", "fixed_count", "tasks"];

/// Changes `classes` as `texts` say: JSON objects or arrays of them, or files that end in `.json`.
/// `option` is how the option is called where it was set.
///
/// # Errors
/// What is no JSON, an unknown class, key or task, a value of another type.
pub(crate) fn apply(option: &str, texts: &[String], classes: &mut [Class]) -> Result<(), CliError> {
    for text in texts {
        let is_file = Path::new(text).extension().is_some_and(|extension| extension == "json");
        let (place, json) = if is_file {
            let what = "file of --config-users";
            let read = std::fs::read_to_string(text);
            let json = read.map_err(|fault| CliError::File { what, path: text.into(), fault })?;
            (format!("{option} {text}"), json)
        } else {
            (option.to_owned(), text.clone())
        };
        change(&json, classes).map_err(|fault| CliError::Usage(format!("{place}: {fault}")))?;
    }
    Ok(())
}

fn change(json: &str, classes: &mut [Class]) -> Result<(), String> {
    let value: Value = serde_json::from_str(json)
        .map_err(|fault| format!("this is neither JSON nor the name of a *.json file ({fault})"))?;
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| change_one(item, classes)),
        single => change_one(&single, classes),
    }
}

fn change_one(value: &Value, classes: &mut [Class]) -> Result<(), String> {
    let object = value.as_object().ok_or("write an object such as {\"user_class_name\": …}")?;
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`; {}", or_nearest(key, KEYS)));
    }
    let name = object.get(NAME).and_then(Value::as_str);
    let name = name.ok_or_else(|| format!("an object has no text for `{NAME}`"))?;
    let Some(at) = classes.iter().position(|class| **class.name() == *name) else {
        let known: Vec<String> = classes.iter().map(|class| class.name().to_string()).collect();
        let nearest = or_nearest(name, known.iter().map(String::as_str));
        return Err(format!("unknown user class `{name}`; {nearest}"));
    };
    classes[at] = changed(&classes[at], object).map_err(|fault| format!("{name}: {fault}"))?;
    Ok(())
}

fn changed(class: &Class, object: &Map<String, Value>) -> Result<Class, String> {
    let mut class = class.clone();
    if let Some(weight) = whole(object, "weight")? {
        class = class.with_weight(weight);
    }
    if let Some(count) = whole(object, "fixed_count")? {
        class = class.with_fixed_count(count);
    }
    if let Some(host) = object.get("host") {
        class = class.with_host(host.as_str().ok_or("`host` must be a text")?);
    }
    if let Some(tasks) = object.get("tasks") {
        let names = tasks.as_array().map(|names| names.iter().map(Value::as_str));
        let names: Option<Vec<&str>> = names.and_then(Iterator::collect);
        let names = names.ok_or("`tasks` must be a list of names of tasks")?;
        class = class.with_tasks(&names).map_err(|fault| fault.to_string())?;
    }
    Ok(class)
}

fn whole(object: &Map<String, Value>, key: &str) -> Result<Option<u32>, String> {
    let Some(value) = object.get(key) else { return Ok(None) };
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.map(Some).ok_or_else(|| format!("`{key}` must be a whole number, not {value}"))
}
