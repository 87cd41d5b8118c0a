//! One entry of a 422 answer, and what of the input may be echoed in it.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// Longest piece of the caller's own text that is sent back.
const ECHO_CHARACTERS: usize = 200;
/// Most entries of an array or object that are sent back.
const ECHO_ENTRIES: usize = 32;
const REDACTED: &str = "[redacted]";

/// A field that does not fit.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FieldError {
    r#type: &'static str,
    loc: Vec<Value>,
    msg: String,
    input: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    ctx: Option<Box<Value>>,
}

impl FieldError {
    /// An error about a field of the body (`field` empty: about the body itself).
    pub(crate) fn in_body(kind: &'static str, field: &str, msg: String, input: &Value) -> Self {
        let mut loc = vec![json!("body")];
        if !field.is_empty() {
            loc.push(json!(field));
        }
        let input = if is_secret(field) { json!(REDACTED) } else { echo(input) };
        Self { r#type: kind, loc, msg, input, ctx: None }
    }

    /// The body is not JSON at all; `position` is the byte where reading stopped.
    pub(crate) fn json_invalid(position: usize, reason: String) -> Self {
        Self {
            r#type: "json_invalid",
            loc: vec![json!("body"), json!(position)],
            msg: "JSON decode error".to_owned(),
            input: json!({}),
            ctx: Some(Box::new(json!({ "error": reason }))),
        }
    }

    pub(crate) fn missing(field: &str, body: &Value) -> Self {
        let mut error = Self::in_body("missing", "", "Field required".to_owned(), body);
        if !field.is_empty() {
            error.loc.push(json!(field));
        }
        error
    }

    /// A parameter behind the `?` of the address is not there, or there twice.
    pub(crate) fn missing_in_query(name: &str) -> Self {
        let mut error = Self::missing("", &Value::Null);
        error.loc = vec![json!("query"), json!(name)];
        error
    }

    /// An error about a parameter behind the `?`.
    pub(crate) fn in_query(kind: &'static str, name: &str, msg: String, input: &Value) -> Self {
        let mut error = Self::in_body(kind, name, msg, input);
        error.loc = vec![json!("query"), json!(name)];
        error
    }

    /// Whether this error is about that field of the body.
    pub(super) fn is_about(&self, field: &str) -> bool {
        self.loc.get(1).is_some_and(|name| name == field)
    }

    /// `body.username: string_too_short`, for the log.
    pub(crate) fn summary(&self) -> String {
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
        let place: Vec<String> = self.loc.iter().map(part).collect();
        format!("{}: {}", place.join("."), self.r#type)
    }

    pub(crate) fn with_context(mut self, ctx: Value) -> Self {
        self.ctx = Some(Box::new(ctx));
        self
    }
}

/// The input as it is sent back: secrets blacked out, long things cut.
fn echo(input: &Value) -> Value {
    match input {
        Value::String(text) => match text.char_indices().nth(ECHO_CHARACTERS) {
            Some((end, _)) => {
                json!(format!("{}… ({} characters)", &text[..end], text.chars().count()))
            }
            None => input.clone(),
        },
        Value::Array(items) => items.iter().take(ECHO_ENTRIES).map(echo).collect(),
        Value::Object(fields) => fields
            .iter()
            .take(ECHO_ENTRIES)
            .map(|(name, value)| {
                let value = if is_secret(name) { json!(REDACTED) } else { echo(value) };
                (name.chars().take(ECHO_CHARACTERS).collect(), value)
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "secret", "token"].iter().any(|word| name.contains(word))
}
