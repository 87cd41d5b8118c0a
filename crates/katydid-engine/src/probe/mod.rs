//! A look at a target from outside, before anything is asked of it: its addresses, whether it
//! accepts a connection, and which certificate it shows.

mod certificate;
mod verifier;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::run::{HttpSettings, RunError};
use verifier::Witness;

/// What a look at a target has found. What comes after a failure was not looked at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Probe {
    /// The name or address that was looked at.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its addresses, and how long the look-up took; or why there are none.
    pub addresses: Result<(Vec<SocketAddr>, Duration), String>,
    /// The address that accepted a connection, and how long that took; or why none did.
    pub connection: Option<Result<(SocketAddr, Duration), String>>,
    /// The TLS handshake; `None` without a connection, and for plain HTTP.
    pub tls: Option<TlsProbe>,
}

/// What a TLS handshake has shown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TlsProbe {
    /// How long it took, or why it failed.
    pub handshake: Result<Duration, String>,
    /// Whether the chain of certificates was verified; not so with `--insecure`.
    pub verified: bool,
    /// The certificate, also of a handshake that failed because of it.
    pub certificate: Option<Certificate>,
}

/// What a server's certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    /// The common name of its subject, or the first of its names.
    pub subject: Option<String>,
    /// From when on it holds.
    pub not_before: SystemTime,
    /// Until when.
    pub not_after: SystemTime,
    /// Certificates that the server has sent, this one included.
    pub sent: usize,
}

/// Looks at a target: look-up, one connection, one TLS handshake, no request. Blocks, so it has no
/// place inside an async runtime.
///
/// # Errors
/// When `url` is no address of a host, or the certificate authorities cannot be read.
pub fn probe(url: &str, http: &HttpSettings) -> Result<Probe, RunError> {
    let wrong = |why: String| RunError::Host { host: url.to_owned(), why };
    let address = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
    let host = address.host_str().ok_or_else(|| wrong("no host in it".to_owned()))?;
    let port = address.port_or_known_default().ok_or_else(|| wrong("no port".to_owned()))?;
    let tls = match address.scheme() {
        "https" => Some(Witness::new(http.extra_roots_pem.as_deref(), http.verify_tls)?),
        _ => None,
    };
    let host = host.trim_matches(['[', ']']).to_owned();
    let runtime = Builder::new_current_thread().enable_all().build().map_err(RunError::Thread)?;
    let probe = runtime.block_on(look(host, port, tls, http.connect_timeout));
    // A look-up that hangs must not hold up anybody.
    runtime.shutdown_background();
    Ok(probe)
}

async fn look(host: String, port: u16, tls: Option<Arc<Witness>>, limit: Duration) -> Probe {
    let addresses = addresses(&host, port, limit).await;
    let mut probe = Probe { host, port, addresses, connection: None, tls: None };
    let Ok((addresses, _)) = &probe.addresses else { return probe };
    let (connected, tcp) = connect(addresses, limit).await;
    probe.connection = Some(connected);
    if let (Some(witness), Some(tcp)) = (tls, tcp) {
        probe.tls = Some(shake_hands(&probe.host, tcp, &witness, limit).await);
    }
    probe
}

async fn addresses(
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<(Vec<SocketAddr>, Duration), String> {
    let begun = Instant::now();
    let found = match timeout(limit, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err(format!("no answer within {} s", limit.as_secs_f64())),
    };
    let mut addresses: Vec<SocketAddr> = found.collect();
    addresses.dedup();
    if addresses.is_empty() {
        return Err("the name has no address".to_owned());
    }
    Ok((addresses, begun.elapsed()))
}

/// Tries the addresses in turn; the last error counts.
async fn connect(
    addresses: &[SocketAddr],
    limit: Duration,
) -> (Result<(SocketAddr, Duration), String>, Option<TcpStream>) {
    let mut last = String::new();
    for address in addresses {
        let begun = Instant::now();
        last = match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => return (Ok((*address, begun.elapsed())), Some(tcp)),
            Ok(Err(error)) => format!("{address}: {error}"),
            Err(_) => format!("{address}: no connection within {} s", limit.as_secs_f64()),
        };
    }
    (Err(last), None)
}

async fn shake_hands(
    host: &str,
    tcp: TcpStream,
    witness: &Arc<Witness>,
    limit: Duration,
) -> TlsProbe {
    let begun = Instant::now();
    let handshake = match ServerName::try_from(host.to_owned()) {
        Err(error) => Err(error.to_string()),
        Ok(name) => {
            let connector = tokio_rustls::TlsConnector::from(witness.config());
            match timeout(limit, connector.connect(name, tcp)).await {
                Ok(done) => done.map(|_| begun.elapsed()).map_err(|error| error.to_string()),
                Err(_) => Err(format!("no handshake within {} s", limit.as_secs_f64())),
            }
        }
    };
    TlsProbe { handshake, verified: witness.verifies(), certificate: witness.seen() }
}
