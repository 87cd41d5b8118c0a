//! The service's own HTTP client for `object_store`.

use std::error::Error;
use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};

use async_trait::async_trait;
use http_body_util::BodyExt;
use object_store::{
    ClientOptions, Result,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
        HttpResponseBody, HttpService,
    },
};
use reqwest::{Body, Client, Request, Url};

use crate::{AwsError, client};

/// Gives out one client, whatever the options: they would only set up another.
#[derive(Debug)]
pub(super) struct Connector(Transport);

#[derive(Debug, Clone)]
struct Transport(Client);

impl Connector {
    pub(super) fn new(step: &str) -> Result<Self, AwsError> {
        Ok(Self(Transport(client::http(step)?)))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let mut request = Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(Body::wrap(body));
        let response = self.0.execute(request).await.map_err(lost)?;
        let (parts, body) = http::Response::<Body>::from(response).into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(lost))))
    }
}

/// Without the address: of a link it is the secret.
fn lost(error: reqwest::Error) -> HttpError {
    let kind = kind(&error);
    HttpError::new(kind, error.without_url())
}

/// By this the library knows what may be tried again.
fn kind(error: &reqwest::Error) -> HttpErrorKind {
    if error.is_timeout() {
        return HttpErrorKind::Timeout;
    }
    if error.is_connect() {
        return HttpErrorKind::Connect;
    }
    if error.is_decode() {
        return HttpErrorKind::Decode;
    }
    let mut cause = error.source();
    while let Some(it) = cause {
        let system = it.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let broken = [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof];
        if system.is_some_and(|kind| broken.contains(&kind)) {
            return HttpErrorKind::Interrupted;
        }
        cause = it.source();
    }
    // Of a request that went out: the connection was closed under it.
    if error.is_request() { HttpErrorKind::Interrupted } else { HttpErrorKind::Unknown }
}
