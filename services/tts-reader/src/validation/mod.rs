//! Checking what callers send, with the documented 422 answers.
//!
//! The contract fixes the body of a refusal: one entry per field with `type`, `loc`, `msg`,
//! `input` and `ctx`. Deserialising into a struct stops at the first wrong field and has its own
//! words, so bodies are read as JSON values and checked field by field here.

mod body;
mod email;
mod field_error;
mod fields;
mod numbers;
mod path;
mod strict;

pub(crate) use body::{JsonBody, RawBody};
pub(crate) use field_error::FieldError;
pub(crate) use fields::{Fields, Text};
pub(crate) use numbers::with_whole_numbers;
pub(crate) use path::PathParts;
