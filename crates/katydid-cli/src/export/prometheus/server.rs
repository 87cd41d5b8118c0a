//! A server of one page: as much HTTP as a scraper needs, with limits on everything.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use katydid_report::metrics::{PROMETHEUS_TYPE, prometheus};

use super::desk::Desk;

/// Scrapers at one time; the next one is turned away.
const MOST: usize = 4;
/// Bytes of a request's head.
const HEAD: usize = 8 << 10;
/// From the connection to the last byte of the answer.
const LIMIT: Duration = Duration::from_secs(5);
/// Of it, for the next tick to come.
const TICK: Duration = Duration::from_secs(3);
/// After a connection that could not be taken, for want of descriptors for instance.
const REST: Duration = Duration::from_millis(100);

/// Answers everybody, for as long as the program lives.
pub(super) fn serve(listener: &TcpListener, desk: &Arc<Desk>) {
    let busy = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            std::thread::park_timeout(REST);
            continue;
        };
        let place = Place::take(&busy);
        if place.0.load(Ordering::Relaxed) > MOST {
            continue;
        }
        let desk = Arc::clone(desk);
        let thread = std::thread::Builder::new().name("katydid-scrape".to_owned());
        // Without a thread the scraper sees a closed connection and comes again.
        let _ = thread.spawn(move || {
            let _place = place;
            // A scraper that has gone is its own business.
            let _ = answer(stream, &desk);
        });
    }
}

/// One scraper's place among those at one time.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(busy: &Arc<AtomicUsize>) -> Self {
        busy.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(busy))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn answer(mut stream: TcpStream, desk: &Desk) -> io::Result<()> {
    let end = Instant::now() + LIMIT;
    let head = read_head(&mut stream, end)?;
    let Asked { method, path } = head;
    let (status, kind, body, last) = match (method.as_str(), path.as_str()) {
        ("GET" | "HEAD", "/metrics") => match desk.next(end.min(Instant::now() + TICK)) {
            Some((metrics, last)) => ("200 OK", PROMETHEUS_TYPE, prometheus(&metrics), last),
            None => ("503 Service Unavailable", PLAIN, "no tick yet\n".to_owned(), false),
        },
        ("GET" | "HEAD", "/") => ("200 OK", PLAIN, "see /metrics\n".to_owned(), false),
        ("GET" | "HEAD", _) => ("404 Not Found", PLAIN, "see /metrics\n".to_owned(), false),
        _ => ("405 Method Not Allowed", PLAIN, "only GET\n".to_owned(), false),
    };
    let mut text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAllow: GET, HEAD\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    if method != "HEAD" {
        text += &body;
    }
    write(&mut stream, text.as_bytes(), end)?;
    if last {
        desk.note_served();
    }
    Ok(())
}

const PLAIN: &str = "text/plain; charset=utf-8";

struct Asked {
    method: String,
    path: String,
}

fn read_head(stream: &mut TcpStream, end: Instant) -> io::Result<Asked> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 1_024];
    loop {
        stream.set_read_timeout(Some(left(end)?))?;
        let count = stream.read(&mut chunk)?;
        bytes.extend_from_slice(&chunk[..count]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&bytes) {
            Ok(httparse::Status::Complete(_)) => {
                let path = request.path.unwrap_or_default();
                let path = path.split('?').next().unwrap_or_default().to_owned();
                let method = request.method.unwrap_or_default().to_owned();
                return Ok(Asked { method, path });
            }
            Ok(httparse::Status::Partial) if count > 0 && bytes.len() < HEAD => {}
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn write(stream: &mut TcpStream, mut bytes: &[u8], end: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        // Anew for each piece: a reader of a byte a second does not get a limit for each byte.
        stream.set_write_timeout(Some(left(end)?))?;
        let count = stream.write(bytes)?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[count..];
    }
    Ok(())
}

/// What is left until `end`.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}
