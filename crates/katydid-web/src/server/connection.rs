//! One connection: HTTP/1.1, bounded in everything that a stranger may send.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::listen::is_over;
use super::patient::Patient;
use crate::app::App;
use crate::router::router;

/// For the handshake, and for the head of a request; an idle connection is closed after it.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Bytes of a request's head, and of what is kept for a reader who is slow.
const BUFFER: usize = 64 << 10;

/// What connections have in common.
pub(super) struct Connection {
    router: Router,
    base: String,
    tls: Option<TlsAcceptor>,
    ended: watch::Receiver<bool>,
}

impl Connection {
    pub(super) fn new(
        app: App,
        base: String,
        tls: Option<TlsAcceptor>,
        ended: watch::Receiver<bool>,
    ) -> Self {
        Self { router: router(app), base, tls, ended }
    }

    /// Serves it to its end. What a stranger does wrong is nobody's fault here.
    pub(super) async fn serve(&self, socket: TcpStream, peer: SocketAddr) {
        let _ = socket.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.http(socket, peer).await };
        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_TIME, tls.accept(socket)).await {
            self.http(stream, peer).await;
        }
    }

    async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        socket: S,
        peer: SocketAddr,
    ) {
        let answer = |request: Request<Incoming>| async move {
            Ok::<_, std::convert::Infallible>(self.answer(request, peer).await)
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(Patient::new(socket)), service_fn(answer));
        tokio::pin!(connection);
        let mut ended = self.ended.clone();
        tokio::select! {
            _ = connection.as_mut() => return,
            () = is_over(&mut ended) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        match below(&self.base, request.uri()) {
            Below::Here(uri) => *request.uri_mut() = uri,
            Below::Slash => return moved(&format!("{}/", self.base)),
            Below::Elsewhere => {
                let text = format!("Everything is below {}/\n", self.base);
                return (StatusCode::NOT_FOUND, text).into_response();
            }
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        response
    }
}

enum Below {
    Here(Uri),
    Slash,
    Elsewhere,
}

/// The address without the base path.
fn below(base: &str, uri: &Uri) -> Below {
    let Some(rest) = uri.path().strip_prefix(base) else { return Below::Elsewhere };
    if base.is_empty() {
        return Below::Here(uri.clone());
    }
    match rest {
        "" => return Below::Slash,
        _ if !rest.starts_with('/') => return Below::Elsewhere,
        _ => {}
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    let Ok(path) = format!("{rest}{query}").parse() else { return Below::Elsewhere };
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).map_or(Below::Elsewhere, Below::Here)
}

fn moved(to: &str) -> Response {
    let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}
