//! One connection to one origin, and how it is opened.
//!
//! The layer is a small trait with two sides: our own codec for HTTP/1.1, hyper for HTTP/2. No
//! suite sees which.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use katydid_core::FailureKind;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;

use super::headers::Headers;
use super::http1::{Http1, Socket};
use super::http2::Http2;
use super::meter::{Meter, Phase};
use super::outgoing::Outgoing;
use super::user_session::HttpContext;
use crate::error::RequestFailed;

/// Where a connection leads: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// An answer with its body, as it came off the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// A connection that carries one request at a time.
pub(crate) trait Connection {
    /// Whether a request can still be sent; looks whether the other side has closed it.
    async fn is_open(&mut self) -> bool;

    /// Sends a request and reads the whole answer, at most `limit` bytes of body.
    async fn exchange(
        &mut self,
        request: &Outgoing<'_>,
        limit: usize,
    ) -> Result<Answer, RequestFailed>;

    /// Whether it is worth keeping after an exchange.
    fn is_reusable(&self) -> bool;
}

/// A connection of either version.
pub(crate) enum Wire {
    Http1(Http1),
    Http2(Http2),
}

impl Wire {
    /// Ready when an idle connection is of no more use. HTTP/2 has a task that sees to that.
    pub(crate) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Http1(http1) => http1.poll_idle(cx),
            Self::Http2(_) => Poll::Pending,
        }
    }
}

impl Connection for Wire {
    async fn is_open(&mut self) -> bool {
        match self {
            Self::Http1(http1) => http1.is_open().await,
            Self::Http2(http2) => http2.is_open().await,
        }
    }

    async fn exchange(
        &mut self,
        request: &Outgoing<'_>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        match self {
            Self::Http1(http1) => http1.exchange(request, limit).await,
            // hyper's own future, beside which a box is nothing, does not make ours larger.
            Self::Http2(http2) => Box::pin(http2.exchange(request, limit)).await,
        }
    }

    fn is_reusable(&self) -> bool {
        match self {
            Self::Http1(http1) => http1.is_reusable(),
            Self::Http2(http2) => http2.is_reusable(),
        }
    }
}

/// Opens a connection: look-up, TCP, TLS.
pub(crate) async fn open(
    origin: &Origin,
    http: &HttpContext,
    meter: &Rc<Meter>,
) -> Result<Wire, RequestFailed> {
    let tcp = tcp(origin, http, meter).await?;
    if !origin.tls {
        meter.enter(Phase::Send);
        return Ok(Wire::Http1(http1(Socket::Tcp(tcp), http, meter)));
    }
    meter.enter(Phase::Tls);
    let tls = handshake(origin, tcp, http, &http.tls).await?;
    meter.enter(Phase::Send);
    if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
        return Ok(Wire::Http2(Http2::new(tls, Rc::clone(meter)).await?));
    }
    Ok(Wire::Http1(http1(Socket::Tls(Box::new(tls)), http, meter)))
}

/// Opens a connection that speaks HTTP/1.1 and nothing else: only there can another protocol be
/// asked for.
pub(crate) async fn open_http1(
    origin: &Origin,
    http: &HttpContext,
    meter: &Rc<Meter>,
) -> Result<Http1, RequestFailed> {
    let tcp = tcp(origin, http, meter).await?;
    let socket = if origin.tls {
        meter.enter(Phase::Tls);
        Socket::Tls(Box::new(handshake(origin, tcp, http, http.tls_http1()).await?))
    } else {
        Socket::Tcp(tcp)
    };
    meter.enter(Phase::Send);
    Ok(http1(socket, http, meter))
}

fn http1(socket: Socket, http: &HttpContext, meter: &Rc<Meter>) -> Http1 {
    Http1::new(socket, Rc::clone(meter), Rc::clone(&http.buffers))
}

/// Look-up and connect.
async fn tcp(
    origin: &Origin,
    http: &HttpContext,
    meter: &Meter,
) -> Result<TcpStream, RequestFailed> {
    meter.enter(Phase::Dns);
    let addresses = http.names.resolve(&origin.host, origin.port).await?;
    meter.enter(Phase::Connect);
    connect(&addresses, http.settings.connect_timeout).await
}

/// Tries the addresses in turn; the last error counts.
async fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, RequestFailed> {
    let mut last = RequestFailed::new(FailureKind::Connect, "no address to connect to");
    for address in addresses {
        match tokio::time::timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Small requests must not wait for Nagle's algorithm; a socket that refuses the
                // option works without it.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Ok(Err(error)) => {
                let (kind, text) = refused(&error, *address);
                last = RequestFailed::new(kind, format!("{address}: {text}"));
            }
            Err(_) => {
                let seconds = limit.as_secs_f64();
                let text = format!("no connection to {address} within {seconds} s");
                last = RequestFailed::new(FailureKind::Timeout, text);
            }
        }
    }
    Err(last)
}

/// Names the two exhaustions of the generator itself, which are not the target's fault.
fn refused(error: &std::io::Error, address: SocketAddr) -> (FailureKind, String) {
    match error.kind() {
        std::io::ErrorKind::AddrNotAvailable if !has_source(address) => {
            let family = if address.is_ipv6() { "IPv6" } else { "IPv4" };
            let text = format!("this machine has no {family} address that leads there");
            (FailureKind::Connect, text)
        }
        std::io::ErrorKind::AddrNotAvailable => {
            let text = "no free local port left (the generator's limit, not the target's)";
            (FailureKind::Ports, text.to_owned())
        }
        // EMFILE, this program's limit, and ENFILE, the machine's.
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => {
            let text = "no file descriptor left (the generator's limit: raise `ulimit -n`)";
            (FailureKind::Descriptors, text.to_owned())
        }
        _ => (FailureKind::Connect, error.to_string()),
    }
}

/// Whether this machine has an address of its own from which `address` can be reached. The system
/// reports a lack of it with the same word as a lack of ports. Nothing is sent: a datagram socket
/// that is connected only chooses its source.
fn has_source(address: SocketAddr) -> bool {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0)).is_ok_and(|socket| socket.connect(address).is_ok())
}

async fn handshake(
    origin: &Origin,
    tcp: TcpStream,
    http: &HttpContext,
    tls: &Arc<rustls::ClientConfig>,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, RequestFailed> {
    let failed = |text: String| RequestFailed::new(FailureKind::Tls, text);
    let host = origin.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|error| failed(error.to_string()))?;
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(tls));
    let limit = http.settings.connect_timeout;
    match tokio::time::timeout(limit, connector.connect(name, tcp)).await {
        Ok(done) => done.map_err(|error| failed(error.to_string())),
        Err(_) => Err(RequestFailed::new(FailureKind::Timeout, "TLS handshake took too long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_address_family_is_no_lack_of_ports() {
        let error = || std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        let reachable = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        assert_eq!(refused(&error(), reachable).0, FailureKind::Ports);
        // An address of a link that no machine has.
        let nowhere = std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 9, 0, 4_000_000);
        let (kind, text) = refused(&error(), nowhere.into());
        assert_eq!(kind, FailureKind::Connect);
        assert_eq!(text, "this machine has no IPv6 address that leads there");
    }
}
