//! A route as the document writes it.

use serde_json::{Map, Value, json};

use super::told::{Answer, Operation};

impl Operation {
    pub(in crate::openapi) fn json(&self) -> Value {
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
