//! The OpenAPI document, made of the table of routes and the types of the answers.

use std::sync::LazyLock;

use axum::response::Response;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::ROOT;
use super::error::ErrorBody;
use super::fields::{Field, Kind};
use super::table::{Answer, Method, ROUTES, Route};
use crate::router::typed;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", make()));

pub(super) async fn document() -> Response {
    typed("application/json", DOCUMENT.as_str())
}

/// The document, version 3.1.
fn make() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.for_serialize().into_generator();
    let error = schemas.subschema_for::<ErrorBody<'_>>();
    let mut paths = Map::new();
    for route in ROUTES {
        let verb = match route.method {
            Method::Get => "get",
            Method::Post => "post",
        };
        let path = paths.entry(format!("{ROOT}{}", route.path)).or_insert_with(|| json!({}));
        path[verb] = operation(route, &error, &mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Katydid",
            "version": "1",
            "description": "Shows, starts and steers runs of a load test. Where a login is wanted, \
                            a program sends `Authorization: Bearer TOKEN`. docs/WEB.md has more.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{}, { "token": [] }],
    })
}

fn operation(route: &Route, error: &Schema, schemas: &mut SchemaGenerator) -> Value {
    let mut answers = Map::new();
    let (status, answer) = match route.answer {
        Answer::Done => ("202", json!({ "description": "It was passed on." })),
        Answer::Json(schema) => {
            let schema = schema(schemas);
            (
                "200",
                json!({
                    "description": "As asked.",
                    "content": { "application/json": { "schema": schema } },
                }),
            )
        }
        Answer::Other(kind) => {
            ("200", json!({ "description": "As asked.", "content": { kind: {} } }))
        }
    };
    answers.insert(status.to_owned(), answer);
    answers.insert(
        "default".to_owned(),
        json!({
            "description": "It was not done, and why.",
            "content": { "application/json": { "schema": error } },
        }),
    );
    let mut operation = json!({ "summary": route.what, "responses": answers });
    let in_path = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')));
    let mut parameters: Vec<Value> = in_path
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    match route.method {
        Method::Get => parameters.extend(route.fields.iter().map(|field| {
            json!({
                "name": field.name,
                "in": "query",
                "required": field.required,
                "description": field.what,
                "schema": kind(field.kind),
            })
        })),
        Method::Post => {
            let body = json!({ "application/json": { "schema": body(route.fields) } });
            operation["requestBody"] = json!({ "content": body });
        }
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    operation
}

fn body(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut property = kind(field.kind);
        property["description"] = field.what.into();
        properties.insert(field.name.to_owned(), property);
    }
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn kind(kind: Kind) -> Value {
    let word = || json!({ "type": ["string", "number", "boolean"] });
    match kind {
        Kind::Whole => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Options => json!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [word(), { "type": "array", "items": word() }],
            },
        }),
    }
}
