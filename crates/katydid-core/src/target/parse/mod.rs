//! From text to a target: the plan's own form (`p95 < 500ms on /api/health`) and k6's
//! (`p(95)<500`, `http_req_duration{name:/api/health}: p(95)<500`).

mod cursor;
mod error;
mod k6;
mod rule;
mod scope;
mod tail;
mod value;

pub use error::TargetError;

pub(crate) use cursor::Cursor;
pub(crate) use rule::percentile;
pub(crate) use scope::scope;
pub(crate) use value::{decimal, time};
