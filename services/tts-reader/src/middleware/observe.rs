//! The outermost layer: measures, writes the common headers, and notes refusals.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};

use super::{RequestNotes, security_headers};
use crate::{app::App, audit::Level, errors::Refusal};

/// Watches one request.
pub(crate) async fn observe(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let notes = Arc::new(RequestNotes::default());
    request.extensions_mut().insert(Arc::clone(&notes));
    let seen = Seen::of(&request);
    let _running = app.metrics.request_started();
    app.leak.request();
    let mut response = next.run(request).await;
    security_headers::write(response.headers_mut());
    if let Some(rate) = notes.rate() {
        rate.write(response.headers_mut());
    }
    let status = response.status();
    app.metrics.request_ended(&seen.method, seen.route.as_deref(), status, start.elapsed());
    if status.is_client_error() || status.is_server_error() {
        seen.note(&app, &notes, status, response.extensions().get());
    }
    response
}

/// What the log needs to know of a request, kept while the request is consumed.
struct Seen {
    method: Method,
    /// The route's pattern; `None` when no route matched.
    route: Option<String>,
    /// Never the query: a signed link's signature is a secret.
    path: String,
    peer: Option<SocketAddr>,
}

impl Seen {
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map(|path| {
            let path = path.as_str();
            // Both spellings of a route are one route.
            if path.len() > 1 { path.trim_end_matches('/') } else { path }.to_owned()
        });
        Self {
            method: request.method().clone(),
            route,
            path: request.uri().path().to_owned(),
            peer: request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0),
        }
    }

    fn note(&self, app: &App, notes: &RequestNotes, status: StatusCode, refusal: Option<&Refusal>) {
        let user = notes.user().unwrap_or("-");
        let peer = self.peer.map_or_else(|| "-".to_owned(), |peer| peer.ip().to_string());
        let text = refusal.map_or("", |refusal| &refusal.text);
        let line = format!(
            "{} {} answered {} to {user} at {peer}: {text}",
            self.method,
            self.path,
            status.as_u16()
        );
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(
                method = %self.method, path = self.path, status = status.as_u16(), cause = text,
                "a request failed"
            );
            app.audit.write(Level::Error, "app.api", &line);
        } else {
            app.audit.write(Level::Warning, "app.api", &line);
        }
    }
}
