//! The JSON Schema of plans, for editors that complete and check TOML.

use serde_json::{Map, Value, json};

use super::keys::{Key, Kind, MONITOR, SCENARIO, SUCCESS, TABLES, TARGET, WATCHED};

/// The schema, made from the table of keys that reading uses.
pub(crate) fn schema() -> Value {
    let mut scenario = object(&SCENARIO);
    scenario["oneOf"] = json!([
        {"required": ["users", "spawn-rate", "run-time"], "not": {"required": ["stages"]}},
        {"required": ["stages"], "not": {"anyOf": [
            {"required": ["users"]}, {"required": ["spawn-rate"]}, {"required": ["run-time"]},
        ]}},
    ]);
    let mut target = object(&TARGET);
    target["patternProperties"] = json!({"^p[0-9]+([.][0-9]+)?$": of_kind(Kind::Time)});
    target["minProperties"] = json!(1);
    let mut success = object(&SUCCESS);
    success["required"] = json!(["at-least"]);
    let monitor_keys: Vec<Key> = WATCHED.into_iter().chain(MONITOR).collect();
    let mut monitor = object(&monitor_keys);
    monitor["oneOf"] = WATCHED.map(|key| json!({"required": [key.name]})).into_iter().collect();
    let of_table = |name: &str| match name {
        "hosts" => json!({"type": "string", "pattern": "^https?://"}),
        "scenario" => scenario.clone(),
        "prices" => json!({"type": ["number", "string"], "exclusiveMinimum": 0}),
        "target" => target.clone(),
        "monitor" => monitor.clone(),
        _ => success.clone(),
    };
    let tables = TABLES.map(|(name, about)| {
        let each = of_table(name);
        let table = json!({"type": "object", "description": about, "additionalProperties": each});
        (name.to_owned(), table)
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Plan of a Katydid load test",
        "type": "object",
        "additionalProperties": false,
        "properties": tables.into_iter().collect::<Map<_, _>>(),
    })
}

fn object(keys: &[Key]) -> Value {
    let properties = keys.iter().map(|key| {
        let mut value = of_kind(key.kind);
        value["description"] = json!(key.about);
        (key.name.to_owned(), value)
    });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties.collect::<Map<_, _>>(),
    })
}

fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Switch => json!({"type": "boolean"}),
        Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Count => json!({"type": "integer", "minimum": 1}),
        Kind::Rate => json!({"type": "number", "exclusiveMinimum": 0}),
        Kind::Time => json!({"type": "string", "examples": ["500ms", "2m", "1h30m"]}),
        Kind::Share => json!({"type": "string", "pattern": "^[0-9.]+%?$"}),
        Kind::OneOrTexts => json!({"anyOf": [of_kind(Kind::Text), of_kind(Kind::Texts)]}),
        Kind::Texts => {
            json!({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}})
        }
    }
}
