//! Every answer that a test gets is compared with the OpenAPI document: its status, its kind, its shape
//! and its headers must be told there.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::Reply;

/// The document with the routes for load tests; that it is what services serve is a test of its own.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let snapshot = include_str!("snapshots/openapi.snap");
    let text = snapshot.splitn(3, "---\n").nth(2).expect("a head and the document");
    serde_json::from_str(text).expect("the document is JSON")
});

/// # Panics
/// When an answer is not as the document tells it.
#[track_caller]
pub(crate) fn check(method: &Method, path: &str, reply: &Reply) {
    // What browsers ask first is CORS, and HEAD is GET without its body.
    if method == Method::OPTIONS || method == Method::HEAD {
        return;
    }
    let status = reply.status;
    let told = told(method, path, status);
    let Some(told) = told else { panic!("{method} {path} answered {status}, which is not told") };
    for (name, header) in told["headers"].as_object().into_iter().flatten() {
        let header = resolve(header);
        let always = header["required"] == true;
        assert!(
            !always || reply.headers.contains_key(name),
            "{method} {path}: {status} has no {name}"
        );
    }
    let Some(contents) = told["content"].as_object() else {
        assert_eq!(reply.json, "", "{method} {path}: {status} has no body in the document");
        return;
    };
    let kind = reply.header("content-type").split(';').next().unwrap_or_default();
    let content = contents.get(kind);
    let content = content.unwrap_or_else(|| panic!("{method} {path}: {status} as {kind}"));
    if let Some(schema) = content.get("schema") {
        let wrong = faults(schema, &reply.json);
        assert!(wrong.is_empty(), "{method} {path}: {status} {:#}\n{wrong:#?}", reply.json);
    }
}

/// What the document tells of an answer.
fn told(method: &Method, path: &str, status: u16) -> Option<&'static Value> {
    let other = |name: &str| Some(&DOCUMENT["components"]["responses"][name]);
    let Some(item) = item(path) else {
        return if status == 404 { other("NotFound") } else { None };
    };
    // Without `--dev` there are no such paths.
    if path.starts_with("/api/dev/") && status == 404 {
        return other("NotFound");
    }
    match item.get(method.as_str().to_lowercase()) {
        Some(operation) => operation["responses"].get(status.to_string()),
        None if status == 405 => other("MethodNotAllowed"),
        None => None,
    }
}

/// The path of the document that a path is one of.
fn item(path: &str) -> Option<&'static Value> {
    let parts = |path: &str| -> Vec<String> { path.split('/').map(str::to_owned).collect() };
    let asked = parts(if path == "/" { path } else { path.strip_suffix('/').unwrap_or(path) });
    let fits = |told: &str| {
        let told = parts(told);
        told.len() == asked.len()
            && told.iter().zip(&asked).all(|(told, asked)| told.starts_with('{') || told == asked)
    };
    DOCUMENT["paths"].as_object()?.iter().find(|(told, _)| fits(told)).map(|(_, item)| item)
}

/// What a reference points at.
pub(crate) fn resolve(thing: &'static Value) -> &'static Value {
    match thing["$ref"].as_str() {
        Some(to) => DOCUMENT.pointer(&to[1..]).expect("a reference points at something"),
        None => thing,
    }
}

/// Where a value differs from a schema of the document.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = validator(schema);
    let told =
        |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator.iter_errors(value).map(told).collect()
}

/// Made once for each schema.
fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let make = || {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": DOCUMENT["components"],
            "allOf": [schema],
        });
        let options = jsonschema::options().should_validate_formats(true);
        Arc::new(options.build(&schema).expect("a schema of the document"))
    };
    let mut made = MADE.lock().unwrap();
    Arc::clone(made.entry(schema.to_string()).or_insert_with(make))
}
