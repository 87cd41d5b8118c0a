//! What happens around every request.

mod bounds;
mod cors;
mod notes;
mod observe;
mod panics;
mod record;
mod request_id;
mod security_headers;

pub(crate) use cors::cors;
pub(crate) use notes::RequestNotes;
pub(crate) use observe::observe;
pub(crate) use panics::panics;
pub(crate) use request_id::{REQUEST_ID, RequestId, RequestIds};
pub(crate) use security_headers::write as write_common;
