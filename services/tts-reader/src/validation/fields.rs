//! Checking the fields of a body one by one, and telling all that is wrong at once.

use serde_json::{Map, Value, json};

use super::{FieldError, body::not_an_object, email, numbers::whole};
use crate::errors::ApiError;

/// The fields of one body and what was found wrong so far.
#[derive(Debug)]
pub(crate) struct Fields {
    body: Value,
    errors: Vec<FieldError>,
}

/// What a text must be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    min: usize,
    max: usize,
    pattern: Option<Pattern>,
}

/// A form that texts must have: as answers show it, and the test.
type Pattern = (&'static str, fn(&str) -> bool);

impl Text {
    /// A text of so many characters (code points).
    pub(crate) const fn of(min: usize, max: usize) -> Self {
        Self { min, max, pattern: None }
    }

    /// … that also has a form; `written` is how the answer shows it.
    pub(crate) const fn matching(mut self, written: &'static str, fits: fn(&str) -> bool) -> Self {
        self.pattern = Some((written, fits));
        self
    }
}

impl Fields {
    /// # Errors
    /// When the body is JSON but not an object.
    pub(crate) fn of(body: Value) -> Result<Self, ApiError> {
        if body.is_object() {
            return Ok(Self { body, errors: Vec::new() });
        }
        Err(ApiError::Invalid(vec![not_an_object(&body)]))
    }

    /// A text that must be there. What it returns only counts after [`Fields::finish`].
    pub(crate) fn text(&mut self, name: &str, rule: Text) -> String {
        if self.object().contains_key(name) {
            let value = self.object()[name].clone();
            return self.checked(name, &value, rule).unwrap_or_default();
        }
        self.errors.push(FieldError::missing(name, &self.body));
        String::new()
    }

    /// A text that may be absent or null.
    pub(crate) fn optional_text(&mut self, name: &str, rule: Text) -> Option<String> {
        let value = self.object().get(name)?.clone();
        if value.is_null() { None } else { self.checked(name, &value, rule) }
    }

    /// An e-mail address, its domain in lower case.
    pub(crate) fn email(&mut self, name: &str) -> String {
        let address = self.text(name, Text::of(0, 1_000));
        if self.errors.iter().any(|error| error.is_about(name)) {
            return address;
        }
        email::normalise(&address).unwrap_or_else(|reason| {
            let msg = format!("value is not a valid email address: {reason}");
            let error = FieldError::in_body("value_error", name, msg, &json!(address));
            self.errors.push(error.with_context(json!({ "reason": reason })));
            address
        })
    }

    /// An e-mail address that may be absent or null.
    pub(crate) fn optional_email(&mut self, name: &str) -> Option<String> {
        if self.object().get(name)?.is_null() { None } else { Some(self.email(name)) }
    }

    /// A whole number within bounds, both included, that must be there.
    pub(crate) fn integer(&mut self, name: &str, min: i64, max: i64) -> i64 {
        match self.object().get(name) {
            None => self.errors.push(FieldError::missing(name, &self.body)),
            Some(Value::Null) => {
                let msg = "Input should be a valid integer".to_owned();
                self.errors.push(FieldError::in_body("int_type", name, msg, &Value::Null));
            }
            Some(_) => {}
        }
        self.optional_integer(name, min, max).unwrap_or_default()
    }

    /// A whole number within bounds, both included.
    pub(crate) fn optional_integer(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        let value = self.object().get(name)?.clone();
        let number = match &value {
            Value::Null => return None,
            Value::Number(number) => whole(number),
            Value::String(digits) => digits.trim().parse().ok(),
            _ => None,
        };
        let Some(number) = number else {
            let msg = "Input should be a valid integer".to_owned();
            self.errors.push(FieldError::in_body("int_parsing", name, msg, &value));
            return None;
        };
        let bound = if number < min {
            Some(("greater_than_equal", "greater", "ge", min))
        } else if number > max {
            Some(("less_than_equal", "less", "le", max))
        } else {
            None
        };
        if let Some((kind, word, sign, bound)) = bound {
            let msg = format!("Input should be {word} than or equal to {bound}");
            let error = FieldError::in_body(kind, name, msg, &value);
            self.errors.push(error.with_context(json!({ sign: bound })));
        }
        Some(number)
    }

    /// A truth value that may be absent or null.
    pub(crate) fn optional_bool(&mut self, name: &str) -> Option<bool> {
        match self.object().get(name)?.clone() {
            Value::Null => None,
            Value::Bool(truth) => Some(truth),
            other => {
                let msg = "Input should be a valid boolean".to_owned();
                self.errors.push(FieldError::in_body("bool_type", name, msg, &other));
                None
            }
        }
    }

    /// # Errors
    /// With everything that was wrong, when anything was.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.errors)) }
    }

    fn object(&self) -> &Map<String, Value> {
        self.body.as_object().expect("`of` lets only objects through")
    }

    fn checked(&mut self, name: &str, value: &Value, rule: Text) -> Option<String> {
        match check_text(name, value, rule) {
            Ok(text) => Some(text),
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }
}

fn check_text(name: &str, value: &Value, rule: Text) -> Result<String, FieldError> {
    let Value::String(text) = value else {
        let msg = "Input should be a valid string".to_owned();
        return Err(FieldError::in_body("string_type", name, msg, value));
    };
    // PostgreSQL cannot keep it, so no database shall.
    if text.contains('\0') {
        let msg = "String should not contain the character U+0000".to_owned();
        return Err(FieldError::in_body("value_error", name, msg, value));
    }
    let characters = text.chars().count();
    if characters < rule.min {
        let msg = format!("String should have at least {}", counted(rule.min));
        let error = FieldError::in_body("string_too_short", name, msg, value);
        return Err(error.with_context(json!({ "min_length": rule.min })));
    }
    if characters > rule.max {
        let msg = format!("String should have at most {}", counted(rule.max));
        let error = FieldError::in_body("string_too_long", name, msg, value);
        return Err(error.with_context(json!({ "max_length": rule.max })));
    }
    if let Some((pattern, fits)) = rule.pattern
        && !fits(text)
    {
        let msg = format!("String should match pattern '{pattern}'");
        let error = FieldError::in_body("string_pattern_mismatch", name, msg, value);
        return Err(error.with_context(json!({ "pattern": pattern })));
    }
    Ok(text.clone())
}

fn counted(characters: usize) -> String {
    if characters == 1 { "1 character".to_owned() } else { format!("{characters} characters") }
}
