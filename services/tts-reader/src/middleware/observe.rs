//! The outermost layer: gives a request its id, measures, writes the common headers, and notes what
//! became of it.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::{
    RequestNotes, bounds,
    record::{Ended, Seen},
    security_headers,
};
use crate::{
    app::App,
    auth::client,
    errors::Refusal,
    progress::PROGRESS_HEADER,
    settings::ServerTiming,
    timings::{self, SERVER_TIMING, Timings},
};

/// Watches one request.
pub(crate) async fn observe(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let notes = Arc::new(RequestNotes::default());
    request.extensions_mut().insert(Arc::clone(&notes));
    let id = app.request_ids.of(request.headers());
    let seen = seen(&app, &request);
    // Of the highest level, so that whatever is logged for the request has its id.
    let span = tracing::error_span!("request", %id);
    let _running = app.metrics.request_started();
    app.leak.request();
    let timings = Timings::new(app.metrics.stages());
    let answering = bounds::within(&app, request, next).instrument(span.clone());
    let mut response = timings::within(Arc::clone(&timings), answering).await;
    security_headers::write(response.headers_mut());
    if let Some(rate) = notes.rate() {
        rate.write(response.headers_mut());
    }
    if let Some(id) = notes.progress() {
        response.headers_mut().insert(PROGRESS_HEADER, id.clone());
    }
    let (status, took) = (response.status(), start.elapsed());
    if app.settings.server_timing == ServerTiming::Told
        && let Some(told) = timings.header(took)
    {
        response.headers_mut().insert(SERVER_TIMING, told);
    }
    app.metrics.request_ended(&seen.method, seen.route.as_deref(), status, took);
    let refusal: Option<&Refusal> = response.extensions().get();
    let ended = Ended {
        id: &id,
        status,
        took,
        user: notes.user(),
        cause: refusal.map_or("", |refusal| &refusal.text),
    };
    span.in_scope(|| seen.record(&app, &ended));
    id.write(response.headers_mut());
    response
}

/// Kept while the request is consumed.
fn seen(app: &App, request: &Request) -> Seen {
    let route = request.extensions().get::<MatchedPath>().map(|path| {
        let path = path.as_str();
        // Both spellings of a route are one route.
        if path.len() > 1 { path.trim_end_matches('/') } else { path }.to_owned()
    });
    Seen {
        method: request.method().clone(),
        route,
        path: request.uri().path().to_owned(),
        peer: request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| client(peer.0.ip(), request.headers(), &app.settings.trusted_proxies)),
    }
}
