//! What is asked, and what only asking can end with.

use serde_json::{Value, json};

use super::told::{JSON, Operation};
use crate::openapi::schema::shared;

impl Operation {
    pub(in crate::openapi) fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub(in crate::openapi) fn path(self, name: &str, schema: &Value, about: &str) -> Self {
        self.parameter("path", name, true, schema, about)
    }

    pub(in crate::openapi) fn query(self, name: &str, schema: &Value, about: &str) -> Self {
        self.parameter("query", name, true, schema, about)
    }

    pub(in crate::openapi) fn optional_query(
        self,
        name: &str,
        schema: &Value,
        about: &str,
    ) -> Self {
        self.parameter("query", name, false, schema, about)
    }

    pub(in crate::openapi) fn optional_header(
        self,
        name: &str,
        schema: &Value,
        about: &str,
    ) -> Self {
        self.parameter("header", name, false, schema, about)
    }

    fn parameter(
        mut self,
        place: &str,
        name: &str,
        required: bool,
        schema: &Value,
        about: &str,
    ) -> Self {
        self.parameters.push(json!({
            "name": name,
            "in": place,
            "required": required,
            "schema": schema,
            "description": about,
        }));
        self
    }

    /// An `Idempotency-Key` counts.
    pub(in crate::openapi) fn keyed(self) -> Self {
        let key = json!({
            "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$",
        });
        self.optional_header(
            "Idempotency-Key",
            &key,
            "Any text of your own. The same request with the same key is done and charged once, and \
             answered again.",
        )
        .refuses(
            400,
            "The Idempotency-Key is none.",
            "Idempotency-Key must be one text of 1 to 255 visible characters",
        )
        .refuses(
            409,
            "The same request is under way.",
            "A request with this Idempotency-Key is under way; try again in a moment.",
        )
        .refuses(
            422,
            "The Idempotency-Key belongs to another request.",
            "This Idempotency-Key was used for another request; use a new key for a new request.",
        )
        .header(200, "Idempotent-Replayed", false)
    }

    /// A body of JSON.
    pub(in crate::openapi) fn takes(self, schema: &Value, example: &Value) -> Self {
        self.takes_body(true, schema, example).invalid()
    }

    /// A body of JSON that may be left out.
    pub(in crate::openapi) fn may_take(self, schema: &Value, example: &Value) -> Self {
        self.takes_body(false, schema, example).invalid()
    }

    /// A body that is read byte for byte: signatures are of bytes.
    pub(in crate::openapi) fn takes_bytes(mut self, schema: &Value) -> Self {
        self.body = Some(json!({
            "required": true,
            "content": { JSON: { "schema": schema } },
        }));
        self.reads_body()
    }

    fn takes_body(mut self, required: bool, schema: &Value, example: &Value) -> Self {
        self.body = Some(json!({
            "required": required,
            "content": { JSON: { "schema": schema, "example": example } },
        }));
        self.reads_body()
    }

    /// What reading any body can end with.
    fn reads_body(self) -> Self {
        self.refuses(
            400,
            "The body broke off or is not what its headers say.",
            "The request body could not be read",
        )
        .refuses(
            408,
            "The body did not arrive within BODY_TIMEOUT_SECONDS.",
            "The request's body did not arrive within 30 seconds",
        )
        .refuses(
            413,
            "The body is larger than MAX_CONTENT_LENGTH.",
            "Request body larger than 2097152 bytes",
        )
    }

    /// Fields are checked one by one, and all that are wrong are named at once.
    pub(in crate::openapi) fn invalid(self) -> Self {
        let example = json!({ "detail": [{
            "type": "missing", "loc": ["body", "username"], "msg": "Field required", "input": {},
        }] });
        self.gives(422, "Fields that are missing or wrong.", shared("Invalid"), example)
    }
}
