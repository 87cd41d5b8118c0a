//! Our own API, below `/api/v1`.
//!
//! `table.rs` has every route with what it takes and gives: the router and the OpenAPI document are
//! both made of it, so that neither can say what the other does not. `fields.rs` reads commands by
//! the same table.

mod any;
mod commands;
mod error;
mod fields;
mod looks;
mod openapi;
mod runs;
mod table;

use axum::Router;

use crate::app::App;

pub(crate) use error::ApiError;

/// Where all of it lies.
const ROOT: &str = "/api/v1";

pub(crate) fn routes() -> Router<App> {
    let mut router = Router::new();
    for route in table::ROUTES {
        router = router.route(&format!("{ROOT}{}", route.path), (route.handler)());
    }
    router
}
