//! The words in which a route is told.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::schema::shared;

/// What a reader looks for together.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tag {
    Accounts,
    Administration,
    Buying,
    Documentation,
    Extraction,
    LoadTests,
    SigningIn,
    Speech,
    System,
}

/// One route in words: what it takes, and every answer that it can give.
#[derive(Debug)]
pub(crate) struct Operation {
    tag: Tag,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    private: bool,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<u16, Answer>,
}

/// The answers of one status.
#[derive(Debug, Default)]
struct Answer {
    /// When it is given, one sentence each.
    when: Vec<&'static str>,
    /// Media type and schema; none: there is no body.
    kind: Option<(&'static str, Vec<Value>)>,
    /// A media type that it has instead when that is asked for.
    or: Option<&'static str>,
    examples: Vec<Value>,
    /// Headers, and whether they are always there.
    headers: Vec<(&'static str, bool)>,
}

const JSON: &str = "application/json";

impl Tag {
    pub(super) const ALL: [Self; 9] = [
        Self::SigningIn,
        Self::Accounts,
        Self::Speech,
        Self::Extraction,
        Self::Buying,
        Self::System,
        Self::Documentation,
        Self::Administration,
        Self::LoadTests,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::Administration => "Administration",
            Self::Buying => "Buying",
            Self::Documentation => "Documentation",
            Self::Extraction => "Extraction",
            Self::LoadTests => "Load tests",
            Self::SigningIn => "Signing in",
            Self::Speech => "Speech",
            Self::System => "System",
        }
    }
}

/// Who may ask.
impl Operation {
    /// Anybody, about what never changes.
    pub(super) fn fixed(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        let told = Self {
            tag,
            id,
            summary,
            description: "",
            private: false,
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
        };
        told.fails("A fault of the service; its log has the cause.", "Internal server error")
    }

    /// Anybody.
    pub(super) fn open(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        Self::fixed(tag, id, summary)
            .busy("The database is overloaded or away.", "The database")
            .refuses(
                503,
                "It took longer than REQUEST_TIMEOUT_SECONDS.",
                "The request could not be answered within 120 seconds",
            )
            .refuses(
                507,
                "The disk is full or fails.",
                "There is no room to store this now; try again later",
            )
            .header(507, "Retry-After", true)
    }

    /// Anybody, up to the hourly limit of an address.
    pub(super) fn by_address(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        Self::open(tag, id, summary).limited("Your address has used up its requests of this hour.")
    }

    /// Whoever has an access token, up to the hourly limit of an account.
    pub(super) fn by_account(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        let told = Self::open(tag, id, summary)
            .limited("The account has used up its requests of this hour.")
            .refuses(401, "There is no access token.", "Not authenticated")
            .refuses(401, "The token is worthless.", "Could not validate credentials")
            .header(401, "WWW-Authenticate", true);
        Self { private: true, ..told }
    }

    /// An account whose verified address is in `ADMIN_EMAILS`.
    pub(super) fn by_administrator(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        Self::by_account(tag, id, summary)
            .refuses(403, "You are no administrator.", "Admin access required")
            .refuses(403, "There are no administrators.", "Admin access not configured")
    }
}

/// What is asked.
impl Operation {
    pub(super) fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub(super) fn path(self, name: &str, schema: &Value, about: &str) -> Self {
        self.parameter("path", name, true, schema, about)
    }

    pub(super) fn query(self, name: &str, schema: &Value, about: &str) -> Self {
        self.parameter("query", name, true, schema, about)
    }

    pub(super) fn optional_query(self, name: &str, schema: &Value, about: &str) -> Self {
        self.parameter("query", name, false, schema, about)
    }

    pub(super) fn optional_header(self, name: &str, schema: &Value, about: &str) -> Self {
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
    pub(super) fn keyed(self) -> Self {
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
    pub(super) fn takes(self, schema: &Value, example: &Value) -> Self {
        self.takes_body(true, schema, example).invalid()
    }

    /// A body of JSON that may be left out.
    pub(super) fn may_take(self, schema: &Value, example: &Value) -> Self {
        self.takes_body(false, schema, example).invalid()
    }

    /// A body that is read byte for byte: signatures are of bytes.
    pub(super) fn takes_bytes(mut self, schema: &Value) -> Self {
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
    pub(super) fn invalid(self) -> Self {
        let example = json!({ "detail": [{
            "type": "missing", "loc": ["body", "username"], "msg": "Field required", "input": {},
        }] });
        self.gives(422, "Fields that are missing or wrong.", shared("Invalid"), example)
    }
}

/// What is answered.
impl Operation {
    /// As asked, in JSON.
    pub(super) fn answers(self, schema: Value, example: Value) -> Self {
        self.gives(200, "As asked.", schema, example)
    }

    /// JSON of that shape.
    pub(super) fn gives(
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
    pub(super) fn gives_other(
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
    pub(super) fn or_gives(mut self, status: u16, when: &'static str, kind: &'static str) -> Self {
        let answer = self.answers.entry(status).or_default();
        answer.when.push(when);
        answer.or = Some(kind);
        self
    }

    /// `{"detail": …}`.
    pub(super) fn refuses(self, status: u16, when: &'static str, detail: &str) -> Self {
        self.gives(status, when, shared("Refusal"), json!({ "detail": detail }))
    }

    /// 500 with the route's own words.
    pub(super) fn fails(self, when: &'static str, detail: &str) -> Self {
        let mut example = json!({ "detail": detail });
        if detail == crate::errors::INTERNAL {
            example["error_code"] = "INTERNAL_ERROR".into();
        }
        self.gives(500, when, shared("Failure"), example)
    }

    /// 503: come back later.
    pub(super) fn busy(self, when: &'static str, what: &str) -> Self {
        let detail = format!("{what} is busy; try again in 1 seconds");
        self.refuses(503, when, &detail).header(503, "Retry-After", true)
    }

    /// 429 by a limit that is not of requests.
    pub(super) fn throttled(self, when: &'static str, what: &str) -> Self {
        let detail = format!("{what}. Try again in 3600 seconds.");
        self.refuses(429, when, &detail).header(429, "Retry-After", true)
    }

    fn limited(self, when: &'static str) -> Self {
        self.throttled(when, "Rate limit exceeded: 500 requests per hour")
            .header(429, "X-Rate-Limit-Remaining", false)
            .header(429, "X-Rate-Limit-Reset", false)
    }

    pub(super) fn header(mut self, status: u16, name: &'static str, always: bool) -> Self {
        let headers = &mut self.answers.entry(status).or_default().headers;
        if !headers.iter().any(|(known, _)| *known == name) {
            headers.push((name, always));
        }
        self
    }
}

/// As the document writes it.
impl Operation {
    pub(super) fn json(&self) -> Value {
        let answers: Map<String, Value> = self
            .answers
            .iter()
            .map(|(status, answer)| (status.to_string(), self.answer(*status, answer)))
            .collect();
        let mut told = json!({
            "operationId": self.id,
            "tags": [self.tag.name()],
            "summary": self.summary,
            "responses": answers,
        });
        if !self.description.is_empty() {
            told["description"] = self.description.into();
        }
        if !self.parameters.is_empty() {
            told["parameters"] = self.parameters.clone().into();
        }
        if let Some(body) = &self.body {
            told["requestBody"] = body.clone();
        }
        if self.private {
            told["security"] = json!([{ "bearer": [] }]);
        }
        told
    }

    fn answer(&self, status: u16, answer: &Answer) -> Value {
        let mut told = json!({ "description": answer.when.join(" ") });
        let mut headers: Vec<(&str, bool)> = answer.headers.clone();
        if self.private && (200..300).contains(&status) {
            headers.extend([("X-Rate-Limit-Remaining", true), ("X-Rate-Limit-Reset", true)]);
        }
        for (name, always) in headers {
            let kind = if always { name.to_owned() } else { format!("Maybe-{name}") };
            told["headers"][name] = json!({ "$ref": format!("#/components/headers/{kind}") });
        }
        if let Some((kind, schemas)) = &answer.kind {
            told["content"][*kind] = content(schemas, answer);
        }
        if let Some(kind) = answer.or {
            told["content"][kind] = json!({});
        }
        told
    }
}

fn content(schemas: &[Value], answer: &Answer) -> Value {
    let mut content = json!({});
    match schemas {
        [] => return content,
        [only] => content["schema"] = only.clone(),
        several => content["schema"] = json!({ "anyOf": several }),
    }
    match &answer.examples[..] {
        [] => {}
        [only] => content["example"] = only.clone(),
        several => {
            for (number, (example, when)) in several.iter().zip(&answer.when).enumerate() {
                content["examples"][format!("{}", number + 1)] =
                    json!({ "summary": when, "value": example });
            }
        }
    }
    content
}
