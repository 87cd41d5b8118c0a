//! Certificates good and bad, and HTTP/2 by ALPN.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use katydid_testkit::{Alpn, Certificate, OK_BODY, TestServer};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Shakes hands with a client that trusts `ca` alone and offers both protocols.
async fn handshake(server: &TestServer, ca: Option<&str>) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let socket = TcpStream::connect(server.addr()).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await
}

async fn http2(server: &TestServer) -> SendRequest<Full<Bytes>> {
    let stream = handshake(server, server.ca_pem()).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let io = TokioIo::new(stream);
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn request(path: &str, body: &'static str) -> http::Request<Full<Bytes>> {
    let uri = format!("https://localhost{path}");
    http::Request::post(uri).header("x-a", "1").body(Full::from(body)).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn http1_over_tls_for_a_client_that_trusts_the_authority() {
    let server = TestServer::spawn_tls();
    assert!(server.url().starts_with("https://localhost:"));
    let mut stream = handshake(&server, server.ca_pem()).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
    stream.write_all(b"GET /ok HTTP/1.1\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(OK_BODY), "{answer}");

    let mut stream = handshake(&server, server.ca_pem()).await.unwrap();
    stream.write_all(b"GET /reset HTTP/1.1\r\n\r\n").await.unwrap();
    let error = stream.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test(flavor = "current_thread")]
async fn a_certificate_that_must_not_be_accepted() {
    for (certificate, trusts, reason) in [
        (Certificate::Valid, false, "UnknownIssuer"),
        (Certificate::Expired, true, "expired"),
        (Certificate::WrongName, true, "not valid for name"),
    ] {
        let server = TestServer::spawn_tls_with(Alpn::Http1, certificate);
        let ca = server.ca_pem().filter(|_| trusts);
        let error = handshake(&server, ca).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{certificate:?}: {error}");
        assert_eq!(server.total_requests(), 0);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn http2_has_the_same_routes() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let mut client = http2(&server).await;
    let (slow, fast) = (request("/slow-body/20", ""), request("/echo?q", "hello"));
    let (slow, fast) = tokio::join!(client.clone().send_request(slow), client.send_request(fast));
    let slow = slow.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(slow, OK_BODY);
    let echo = fast.unwrap().into_body().collect().await.unwrap().to_bytes();
    let echo: serde_json::Value = serde_json::from_slice(&echo).unwrap();
    assert_eq!((&echo["path"], &echo["body"]), (&"/echo?q".into(), &"hello".into()));

    let response = client.send_request(request("/size/1000000", "")).await.unwrap();
    assert_eq!(response.headers()["content-length"], "1000000");
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), 1_000_000);
    let response = client.send_request(request("/status/503", "")).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(server.requests_per_connection(), [4]);
}

#[tokio::test(flavor = "current_thread")]
async fn http2_faults_end_the_stream_and_not_the_connection() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let mut client = http2(&server).await;
    for path in ["/reset", "/close", "/garbage"] {
        assert!(client.send_request(request(path, "")).await.is_err(), "{path}");
    }
    let half = client.send_request(request("/half/100", "")).await.unwrap();
    assert!(half.into_body().collect().await.is_err());
    let ok = client.send_request(request("/ok", "")).await.unwrap();
    assert_eq!(ok.into_body().collect().await.unwrap().to_bytes(), OK_BODY);
    assert_eq!(server.connections(), 1);
}
