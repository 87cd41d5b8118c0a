//! TLS in front of both protocols.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::certificate::Identity;
use crate::counters::Connection;
use crate::http1::{self, Wire};
use crate::http2;
use crate::options::Alpn;
use crate::server::Shared;

impl Wire for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The acceptor that offers `alpn` and shows `identity`.
pub(crate) fn acceptor(alpn: Alpn, identity: &Identity) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions")
        .with_no_client_auth()
        .with_single_cert(identity.chain.clone(), identity.key.clone_key())
        .expect("the key belongs to the certificate");
    config.alpn_protocols = match alpn {
        Alpn::Http1 => vec![b"http/1.1".to_vec()],
        Alpn::Http2AndHttp1 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    TlsAcceptor::from(Arc::new(config))
}

/// Shakes hands and serves the protocol agreed on.
pub(crate) async fn serve(
    acceptor: &TlsAcceptor,
    socket: TcpStream,
    connection: Connection,
    shared: Arc<Shared>,
) {
    // A failed handshake is the client's refusal, which is what some tests are about.
    let Ok(stream) = acceptor.accept(socket).await else { return };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        http2::serve(stream, connection, shared).await;
    } else {
        http1::serve(stream, &connection, &shared).await;
    }
}
