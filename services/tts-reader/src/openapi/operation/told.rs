//! What is told of a route.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tag::Tag;

/// What bodies are, but for those that are said to be something else.
pub(super) const JSON: &str = "application/json";

/// One route in words: what it takes, and every answer that it can give.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(super) tag: Tag,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) private: bool,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: BTreeMap<u16, Answer>,
}

/// The answers of one status.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// When it is given, one sentence each.
    pub(super) when: Vec<&'static str>,
    /// Media type and schema; none: there is no body.
    pub(super) kind: Option<(&'static str, Vec<Value>)>,
    /// A media type that it has instead when that is asked for.
    pub(super) or: Option<&'static str>,
    pub(super) examples: Vec<Value>,
    /// Headers, and whether they are always there.
    pub(super) headers: Vec<(&'static str, bool)>,
}
