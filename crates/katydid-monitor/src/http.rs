//! One GET, on a connection of its own: bounded in time and in bytes, without a runtime.

use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use url::Url;

use crate::probe::Limit;
use crate::socket::{Timed, Unreached};

/// Bytes of an answer's head.
const MOST_HEAD: usize = 64 << 10;
/// Headers of an answer.
const MOST_HEADERS: usize = 100;

/// What came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// From the first byte sent to the last one received, connecting included.
    pub(crate) took: Duration,
}

/// Why nothing came.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpFault {
    #[error(transparent)]
    Unreached(#[from] Unreached),
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    #[error("it closed the connection before its answer was complete")]
    Closed,
    #[error("it answered with what is no HTTP")]
    NoHttp,
    #[error("its answer has more than {0}")]
    TooLong(String),
    #[error("its certificate or TLS is wrong: {0}")]
    Tls(String),
}

/// Asks for a page; its body has at most `most` bytes.
///
/// # Errors
/// No answer in time, or none that can be read.
pub(crate) fn get(url: &Url, most: usize, limit: &Limit) -> Result<Answer, HttpFault> {
    let begin = Instant::now();
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
    let timed = Timed::connect(host, port.unwrap_or(80), limit)?;
    let (status, body) = if url.scheme() == "https" {
        let name = host.trim_matches(['[', ']']).to_owned();
        let name = rustls::pki_types::ServerName::try_from(name)
            .map_err(|fault| HttpFault::Tls(fault.to_string()))?;
        let session = rustls::ClientConnection::new(Arc::clone(trust()), name)
            .map_err(|fault| HttpFault::Tls(fault.to_string()))?;
        exchange(url, rustls::StreamOwned::new(session, timed), most, limit)?
    } else {
        exchange(url, timed, most, limit)?
    };
    Ok(Answer { status, body, took: begin.elapsed() })
}

/// Certificates are checked as those of the target are: by the roots of the web.
fn trust() -> &'static Arc<rustls::ClientConfig> {
    static TRUST: OnceLock<Arc<rustls::ClientConfig>> = OnceLock::new();
    TRUST.get_or_init(|| {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks both versions of TLS")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    })
}

fn exchange(
    url: &Url,
    mut stream: impl Read + Write,
    most: usize,
    limit: &Limit,
) -> Result<(u16, Vec<u8>), HttpFault> {
    let broken = |fault: io::Error| match fault.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Unreached::late(limit).into(),
        io::ErrorKind::InvalidData => HttpFault::Tls(fault.to_string()),
        _ => HttpFault::Broken(fault),
    };
    stream.write_all(request(url).as_bytes()).map_err(broken)?;
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    let mut frame = None;
    loop {
        let count = match stream.read(&mut buffer) {
            Ok(count) => count,
            // A server that ends TLS without a word has ended all the same.
            Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => 0,
            Err(fault) => return Err(broken(fault)),
        };
        bytes.extend_from_slice(&buffer[..count]);
        if frame.is_none() {
            frame = head(&bytes)?;
        }
        match &frame {
            Some(frame) => {
                let body = frame.body(&bytes[frame.from..], count == 0, most)?;
                if let Some(body) = body {
                    return Ok((frame.status, body));
                }
            }
            None if count == 0 => {
                return Err(if bytes.is_empty() { HttpFault::Closed } else { HttpFault::NoHttp });
            }
            None => {}
        }
    }
}

fn request(url: &Url) -> String {
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!(
        "GET {}{query} HTTP/1.1\r\nHost: {}{port}\r\nUser-Agent: katydid-monitor\r\nAccept: \
         */*\r\nConnection: close\r\n\r\n",
        url.path(),
        url.host_str().unwrap_or_default()
    )
}

/// How the body is framed.
#[derive(Debug)]
struct Frame {
    status: u16,
    /// Where the body begins.
    from: usize,
    length: Option<usize>,
    chunked: bool,
}

/// The head, once it has come.
fn head(bytes: &[u8]) -> Result<Option<Frame>, HttpFault> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let from = match response.parse(bytes).map_err(|_| HttpFault::NoHttp)? {
        httparse::Status::Complete(from) => from,
        httparse::Status::Partial if bytes.len() > MOST_HEAD => return Err(HttpFault::NoHttp),
        httparse::Status::Partial => return Ok(None),
    };
    let value = |name: &str| {
        let mut headers = response.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(found.value).trim().to_ascii_lowercase())
    };
    let length = value("content-length").map(|text| text.parse().map_err(|_| HttpFault::NoHttp));
    Ok(Some(Frame {
        status: response.code.unwrap_or_default(),
        from,
        length: length.transpose()?,
        chunked: value("transfer-encoding").is_some_and(|text| text.ends_with("chunked")),
    }))
}

impl Frame {
    /// The body, once it is complete.
    fn body(&self, bytes: &[u8], ended: bool, most: usize) -> Result<Option<Vec<u8>>, HttpFault> {
        let too_long = || HttpFault::TooLong(katydid_core::Unit::Bytes.show(most as f64));
        if self.length.is_some_and(|length| length > most) {
            return Err(too_long());
        }
        if self.chunked {
            // Looked for only where it may end: a long body comes in thousands of pieces.
            let may_end = ended || bytes.ends_with(b"\r\n\r\n");
            if let Some(body) = may_end.then(|| unchunk(bytes)).transpose()?.flatten() {
                return if body.len() > most { Err(too_long()) } else { Ok(Some(body)) };
            }
            // The framing needs a few bytes for each chunk.
            let much = most.saturating_mul(2) + MOST_HEAD;
            return if bytes.len() > much {
                Err(too_long())
            } else if ended {
                Err(HttpFault::Closed)
            } else {
                Ok(None)
            };
        }
        if let Some(length) = self.length.filter(|length| bytes.len() >= *length) {
            return Ok(Some(bytes[..length].to_vec()));
        }
        let bodiless = matches!(self.status, 204 | 304);
        if bytes.len() > most {
            Err(too_long())
        } else if bodiless || (ended && self.length.is_none()) {
            Ok(Some(bytes.to_vec()))
        } else if ended {
            Err(HttpFault::Closed)
        } else {
            Ok(None)
        }
    }
}

/// The body out of its chunks, once the last one has come.
fn unchunk(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, HttpFault> {
    let mut body = Vec::new();
    loop {
        let (from, size) = match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(HttpFault::NoHttp),
        };
        if size == 0 {
            return Ok(Some(body));
        }
        let size = usize::try_from(size).map_err(|_| HttpFault::NoHttp)?;
        let until = from.checked_add(size).ok_or(HttpFault::NoHttp)?;
        let Some(chunk) = bytes.get(from..until) else { return Ok(None) };
        body.extend_from_slice(chunk);
        let Some(rest) = bytes.get(until + 2..) else { return Ok(None) };
        bytes = rest;
    }
}
