//! What is answered.

use serde_json::{Value, json};

use super::told::{JSON, Operation};
use crate::openapi::schema::shared;

impl Operation {
    /// As asked, in JSON.
    pub(in crate::openapi) fn answers(self, schema: Value, example: Value) -> Self {
        self.gives(200, "As asked.", schema, example)
    }

    /// JSON of that shape.
    pub(in crate::openapi) fn gives(
        mut self,
        status: u16,
        when: &'static str,
        schema: Value,
        example: Value,
    ) -> Self {
        let answer = self.answers.entry(status).or_default();
        answer.when.push(when);
        answer.examples.push(example);
        let (_, schemas) = answer.kind.get_or_insert_with(|| (JSON, Vec::new()));
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
        self
    }

    /// Something else than JSON, or nothing.
    pub(in crate::openapi) fn gives_other(
        mut self,
        status: u16,
        when: &'static str,
        kind: Option<&'static str>,
    ) -> Self {
        let answer = self.answers.entry(status).or_default();
        answer.when.push(when);
        answer.kind = kind.map(|kind| (kind, Vec::new()));
        self
    }

    /// The same status with another media type, for whoever asks for that.
    pub(in crate::openapi) fn or_gives(
        mut self,
        status: u16,
        when: &'static str,
        kind: &'static str,
    ) -> Self {
        let answer = self.answers.entry(status).or_default();
        answer.when.push(when);
        answer.or = Some(kind);
        self
    }

    /// `{"detail": …}`.
    pub(in crate::openapi) fn refuses(self, status: u16, when: &'static str, detail: &str) -> Self {
        self.gives(status, when, shared("Refusal"), json!({ "detail": detail }))
    }

    /// 500 with the route's own words.
    pub(in crate::openapi) fn fails(self, when: &'static str, detail: &str) -> Self {
        let mut example = json!({ "detail": detail });
        if detail == crate::errors::INTERNAL {
            example["error_code"] = "INTERNAL_ERROR".into();
        }
        self.gives(500, when, shared("Failure"), example)
    }

    /// 503: come back later.
    pub(in crate::openapi) fn busy(self, when: &'static str, what: &str) -> Self {
        let detail = format!("{what} is busy; try again in 1 seconds");
        self.refuses(503, when, &detail).header(503, "Retry-After", true)
    }

    /// 429 by a limit that is not of requests.
    pub(in crate::openapi) fn throttled(self, when: &'static str, what: &str) -> Self {
        let detail = format!("{what}. Try again in 3600 seconds.");
        self.refuses(429, when, &detail).header(429, "Retry-After", true)
    }

    pub(super) fn limited(self, when: &'static str) -> Self {
        self.throttled(when, "Rate limit exceeded: 500 requests per hour")
            .header(429, "X-Rate-Limit-Remaining", false)
            .header(429, "X-Rate-Limit-Reset", false)
    }

    pub(in crate::openapi) fn header(
        mut self,
        status: u16,
        name: &'static str,
        always: bool,
    ) -> Self {
        let headers = &mut self.answers.entry(status).or_default().headers;
        if !headers.iter().any(|(known, _)| *known == name) {
            headers.push((name, always));
        }
        self
    }
}
