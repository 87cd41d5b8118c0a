//! A site that answers when it is told to.

use std::sync::Arc;

use axum::response::Html;
use tokio::sync::Semaphore;

use crate::app::article;

/// One page, given once for each permit.
pub(crate) struct SlowSite {
    pub(crate) page: String,
    gate: Arc<Semaphore>,
}

impl SlowSite {
    pub(crate) async fn start() -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let closed = Arc::clone(&gate);
        let page = axum::routing::get(move || async move {
            closed.acquire().await.unwrap().forget();
            Html(article(5))
        });
        let routes = axum::Router::new().route("/article", page);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let page = format!("http://{}/article", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { page, gate }
    }

    /// Lets one request be answered.
    pub(crate) fn answer(&self) {
        self.gate.add_permits(1);
    }
}
