//! Locust's HTTP API (docs/WEB.md).

use axum::Router;

use crate::app::App;
use crate::director::Order;

/// Classes that were edited for the next run.
#[derive(Debug, Default)]
pub(crate) struct Edited;

impl Edited {
    pub(crate) fn applied_to(&self, order: Order) -> Order {
        order
    }
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
}
