//! The few forms of JSON Schema that the routes need.

use serde_json::{Map, Value, json};

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    name: &'static str,
    schema: Value,
    required: bool,
}

/// A field that is always there.
pub(super) fn has(name: &'static str, schema: Value) -> Field {
    Field { name, schema, required: true }
}

/// A field that may be left out.
pub(super) fn may(name: &'static str, schema: Value) -> Field {
    Field { name, schema, required: false }
}

/// An object of an answer: these fields and no others.
pub(super) fn answer(fields: impl IntoIterator<Item = Field>) -> Value {
    let mut schema = body(fields);
    schema["additionalProperties"] = false.into();
    schema
}

/// An object of a request: fields that nobody knows are ignored, as they always were.
pub(super) fn body(fields: impl IntoIterator<Item = Field>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for Field { name, schema, required: always } in fields {
        properties.insert(name.to_owned(), schema);
        if always {
            required.push(name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// A text of so many characters (code points).
pub(super) fn text_of(min: usize, max: usize) -> Value {
    json!({ "type": "string", "minLength": min, "maxLength": max })
}

pub(super) fn matching(mut text: Value, pattern: &str) -> Value {
    text["pattern"] = pattern.into();
    text
}

/// One of some words.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

pub(super) fn email() -> Value {
    json!({
        "type": "string",
        "format": "email",
        "maxLength": 128,
        // Domains that can never receive mail.
        "not": { "type": "string", "pattern": "[.@]([Aa][Rr][Pp][Aa]|[Ii][Nn][Vv][Aa][Ll][Ii][Dd]|[Ll][Oo][Cc][Aa][Ll]\
                             ([Hh][Oo][Ss][Tt])?|[Oo][Nn][Ii][Oo][Nn]|[Tt][Ee][Ss][Tt])$" },
    })
}

pub(super) fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// UTC with microseconds.
pub(super) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn link() -> Value {
    json!({ "type": "string", "format": "uri" })
}

pub(super) fn truth() -> Value {
    json!({ "type": "boolean" })
}

pub(super) fn number() -> Value {
    json!({ "type": "number" })
}

pub(super) fn integer() -> Value {
    json!({ "type": "integer" })
}

/// A number of things.
pub(super) fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// Numbers of things, by name.
pub(super) fn counts() -> Value {
    json!({ "type": "object", "additionalProperties": count() })
}

/// A whole number within bounds.
pub(super) fn within(min: i64, max: i64) -> Value {
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

/// A whole number within bounds, which may also come as a text of digits; `digits` matches those of
/// numbers within the bounds, without zeros before them.
pub(super) fn lenient(min: i64, max: i64, digits: &str) -> Value {
    let written = json!({ "type": "string", "pattern": format!("^\\s*\\+?0*({digits})\\s*$") });
    json!({ "anyOf": [within(min, max), written] })
}

pub(super) fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// The same, or null.
pub(super) fn or_null(mut schema: Value) -> Value {
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.push(json!({ "type": "null" }));
        return schema;
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

/// The same, explained.
pub(super) fn about(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

/// Of a request: what counts when the field is left out.
pub(super) fn otherwise(mut schema: Value, default: impl Into<Value>) -> Value {
    schema["default"] = default.into();
    schema
}

/// A shape that several answers share; `shared.rs` has them.
pub(super) fn shared(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{integer, lenient, one_of, or_null};

    #[test]
    fn null_is_one_more_type_and_one_more_word() {
        assert_eq!(or_null(integer()), json!({ "type": ["integer", "null"] }));
        assert_eq!(
            or_null(one_of(["a"])),
            json!({ "type": ["string", "null"], "enum": ["a", null] })
        );
        assert_eq!(or_null(lenient(1, 9, "[1-9]"))["anyOf"][2], json!({ "type": "null" }));
    }
}
