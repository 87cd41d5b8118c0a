//! What happens around every request.

mod cors;
mod notes;
mod observe;
mod panics;
mod security_headers;

pub(crate) use cors::cors;
pub(crate) use notes::RequestNotes;
pub(crate) use observe::observe;
pub(crate) use panics::panics;
