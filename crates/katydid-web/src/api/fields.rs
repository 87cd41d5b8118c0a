//! What a command may have in it, and how it is read: strictly, with a sentence for every mistake.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, StatusCode, header};
use katydid_core::or_nearest;
use url::form_urlencoded;

use super::any::Any;
use super::error::ApiError;

/// A field of a command or of a query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// What it means, for the OpenAPI document.
    pub(crate) what: &'static str,
}

/// What a field may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number from 0 to 4,294,967,295.
    Whole,
    /// A number that is finite.
    Number,
    Text,
    Flag,
    /// A list of texts.
    Texts,
    /// Options by name: a text, a number, a flag, or a list of texts.
    Options,
}

impl Kind {
    fn told(self) -> &'static str {
        match self {
            Self::Whole => "a whole number from 0 to 4294967295",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Flag => "true or false",
            Self::Texts => "a list of texts",
            Self::Options => "an object of options by name",
        }
    }
}

/// A field that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind, what: &'static str) -> Field {
    Field { name, kind, required: true, what }
}

/// A field that may be there.
pub(crate) const fn may(name: &'static str, kind: Kind, what: &'static str) -> Field {
    Field { name, kind, required: false, what }
}

/// What was sent, checked against a table: nothing unknown, everything of its kind.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(&'static str, Any)>);

impl Fields {
    /// Reads the body of a command. An empty one is a command without fields.
    pub(crate) fn read(
        headers: &HeaderMap,
        body: &[u8],
        table: &'static [Field],
    ) -> Result<Self, ApiError> {
        if body.is_empty() {
            return Self::check(Vec::new(), table);
        }
        // A form of another page could send anything but this.
        let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let is_json = kind
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            let text = "send JSON, with the header Content-Type: application/json";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", text));
        }
        match serde_json::from_slice(body) {
            Ok(Any::Object(all)) => Self::check(all, table),
            Ok(other) => Err(malformed(format!("send an object, not {}", other.told()))),
            Err(fault) => Err(malformed(format!("this is no JSON: {fault}"))),
        }
    }

    /// Reads a query, in which numbers and flags are texts.
    pub(crate) fn query(query: Option<&str>, table: &'static [Field]) -> Result<Self, ApiError> {
        let mut all: Vec<(String, Any)> = Vec::new();
        for (name, text) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if all.iter().any(|(known, _)| *known == name) {
                return Err(ApiError::wrong("twice", &name, format!("`{name}` is there twice")));
            }
            let kind = table.iter().find(|field| field.name == name).map(|field| field.kind);
            let value = match kind {
                Some(Kind::Text) | None => Any::Text(text.into_owned()),
                Some(_) => serde_json::from_str(&text).unwrap_or(Any::Text(text.into_owned())),
            };
            all.push((name.into_owned(), value));
        }
        Self::check(all, table)
    }

    fn check(all: Vec<(String, Any)>, table: &'static [Field]) -> Result<Self, ApiError> {
        let mut known = Vec::new();
        for (name, value) in all {
            let Some(field) = table.iter().find(|field| field.name == name) else {
                return Err(unknown(&name, table));
            };
            misfit(&name, field.kind, &value).map_or(Ok(()), Err)?;
            known.push((field.name, value));
        }
        let is_there = |field: &&Field| known.iter().any(|(name, _)| *name == field.name);
        if let Some(field) = table.iter().find(|field| field.required && !is_there(field)) {
            let text = format!("`{}` is missing: {}", field.name, field.what);
            return Err(ApiError::wrong("missing-field", field.name, text));
        }
        Ok(Self(known))
    }

    fn get(&self, name: &str) -> Option<&Any> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The names of those that are there.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    pub(crate) fn whole(&self, name: &str) -> Option<u32> {
        match self.get(name)? {
            Any::Number(number) => whole(number),
            _ => None,
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Any::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Any::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Any::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).and_then(words).unwrap_or_default()
    }

    pub(crate) fn options(&self, name: &str) -> BTreeMap<String, Vec<String>> {
        let Some(Any::Object(all)) = self.get(name) else { return BTreeMap::new() };
        all.iter().map(|(name, value)| (name.clone(), words(value).unwrap_or_default())).collect()
    }
}

fn fits(kind: Kind, value: &Any) -> bool {
    match (kind, value) {
        (Kind::Whole, Any::Number(number)) => whole(number).is_some(),
        (Kind::Number, Any::Number(_))
        | (Kind::Text, Any::Text(_))
        | (Kind::Flag, Any::Flag(_)) => true,
        (Kind::Texts, Any::List(list)) => list.iter().all(|it| matches!(it, Any::Text(_))),
        (Kind::Options, Any::Object(all)) => all.iter().all(|(_, value)| words(value).is_some()),
        _ => false,
    }
}

/// What is wrong with a value, if something is.
fn misfit(name: &str, kind: Kind, value: &Any) -> Option<ApiError> {
    if fits(kind, value) {
        return None;
    }
    if let (Kind::Options, Any::Object(all)) = (kind, value)
        && let Some((option, odd)) = all.iter().find(|(_, value)| words(value).is_none())
    {
        let told = odd.told();
        let text = format!(
            "the option `{option}` must be a text, a number, true, false or a list of these, not \
             {told}"
        );
        return Some(ApiError::wrong("wrong-type", option, text));
    }
    let text = format!("`{name}` must be {}, not {}", kind.told(), value.told());
    Some(ApiError::wrong("wrong-type", name, text))
}

/// 5 and 5.0 are one number in JSON.
fn whole(number: &serde_json::Number) -> Option<u32> {
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64().filter(|float| *float >= 0.0 && float.fract() == 0.0)?;
        (float <= f64::from(u32::MAX)).then_some(float as u64)
    });
    whole.and_then(|whole| whole.try_into().ok())
}

/// The words of an option as on the command line.
fn words(value: &Any) -> Option<Vec<String>> {
    let word = |value: &Any| match value {
        Any::Text(text) => Some(text.clone()),
        Any::Number(number) => Some(number.to_string()),
        Any::Flag(flag) => Some(flag.to_string()),
        Any::Null | Any::List(_) | Any::Object(_) => None,
    };
    match value {
        Any::List(list) => list.iter().map(word).collect(),
        other => word(other).map(|word| vec![word]),
    }
}

fn malformed(text: String) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "malformed", text)
}

fn unknown(name: &str, table: &[Field]) -> ApiError {
    let text = if table.is_empty() {
        format!("`{name}` is unknown; nothing is wanted here")
    } else {
        format!("`{name}` is unknown; {}", or_nearest(name, table.iter().map(|it| it.name)))
    };
    ApiError::wrong("unknown-field", name, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: [Field; 4] = [
        must("users", Kind::Whole, "how many"),
        may("rate", Kind::Number, "how fast"),
        may("classes", Kind::Texts, "which"),
        may("options", Kind::Options, "more"),
    ];

    fn read(body: &str) -> Result<Fields, String> {
        let mut headers = HeaderMap::new();
        let json = "application/json; charset=utf-8".parse().expect("a header");
        headers.insert(header::CONTENT_TYPE, json);
        let shown = |error: ApiError| serde_json::to_string(&error).expect("texts alone");
        Fields::read(&headers, body.as_bytes(), &TABLE).map_err(shown)
    }

    #[test]
    fn what_is_right_is_read() {
        let fields = read(
            r#"{"users": 5.0, "rate": 1e1, "classes": ["A"],
                "options": {"host": "http://x", "run-time": 90, "tags": ["a", "b"], "slow": true}}"#,
        )
        .expect("it is right");
        assert_eq!((fields.whole("users"), fields.number("rate")), (Some(5), Some(10.0)));
        assert_eq!(fields.texts("classes"), ["A"]);
        let options = fields.options("options");
        let shown: Vec<String> =
            options.iter().map(|(name, words)| format!("{name}={}", words.join(","))).collect();
        assert_eq!(shown, ["host=http://x", "run-time=90", "slow=true", "tags=a,b"]);
    }

    #[test]
    fn every_mistake_has_its_sentence() {
        let fault = |body: &str| read(body).map(|_| ()).expect_err("it is wrong");
        insta::assert_snapshot!(
            [
                r#"{"user": 5}"#,
                r#"{"users": "5"}"#,
                r#"{"users": -1}"#,
                r#"{"users": 1e12}"#,
                r#"{"users": 2.5}"#,
                r#"{"users": 1, "users": 2}"#,
                r#"{"users": 1, "classes": "A"}"#,
                r#"{"users": 1, "options": {"host": null}}"#,
                r#"{"users": 1, "options": {"host": "a", "host": "b"}}"#,
                "[]",
                "{",
                "",
            ]
            .map(fault)
            .join("\n")
        );
    }

    #[test]
    fn a_form_is_no_command() {
        let fault = Fields::read(&HeaderMap::new(), b"users=1", &TABLE).expect_err("no JSON");
        assert!(format!("{fault:?}").contains("415"));
    }
}
