//! One route: its path and method, what answers, and how the OpenAPI document tells it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{self, MethodRouter},
};

use crate::{app::App, openapi::Operation};

/// An entry of the table in `router.rs`. A route cannot be served without being told.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    /// As the document writes it: `get`, `post`, `delete`.
    pub(crate) method: &'static str,
    pub(crate) told: Operation,
    to: MethodRouter<Arc<App>>,
    /// Whether a slash at the end is another spelling of the same path.
    slash: bool,
}

impl Route {
    pub(crate) fn get<H, T>(path: &'static str, to: H, told: Operation) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("get", path, routing::get(to), told)
    }

    pub(crate) fn post<H, T>(path: &'static str, to: H, told: Operation) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("post", path, routing::post(to), told)
    }

    pub(crate) fn delete<H, T>(path: &'static str, to: H, told: Operation) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("delete", path, routing::delete(to), told)
    }

    fn new(
        method: &'static str,
        path: &'static str,
        to: MethodRouter<Arc<App>>,
        told: Operation,
    ) -> Self {
        Self { path, method, told, to, slash: true }
    }

    /// In one spelling only.
    pub(crate) fn exactly(self) -> Self {
        Self { slash: false, ..self }
    }

    /// Adds it to a router, with and without a slash at the end, without a redirect.
    pub(crate) fn serve(self, router: Router<Arc<App>>) -> Router<Arc<App>> {
        let router = router.route(self.path, self.to.clone());
        if self.slash { router.route(&format!("{}/", self.path), self.to) } else { router }
    }
}
