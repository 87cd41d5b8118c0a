//! Binding, and the thread that serves.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::Connection;
use super::error::ServeError;
use super::settings::ServerSettings;
use super::tls;
use crate::app::App;
use crate::board::Board;
use crate::director::Director;
use crate::security::Gate;
use crate::suite::SuiteInfo;

/// Connections at one time; more wait to be accepted.
const MOST_CONNECTIONS: usize = 512;
/// Bytes that the system keeps of what a reader has not taken. By itself it would keep up to 4 MB for
/// each, and a flood of readers that stop would cost the target's machine a gigabyte.
const ON_ITS_WAY: usize = 256 << 10;
/// Threads for what may take long: commands, reports, saved runs.
const MOST_BLOCKING: usize = 8;
/// What answers under way are given at the end.
const GRACE: Duration = Duration::from_secs(3);
/// After a failed accept (no descriptors left), so as not to turn in circles.
const PAUSE: Duration = Duration::from_millis(100);

/// A server that has its port and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    base: String,
    tls: Option<TlsAcceptor>,
    gate: Gate,
}

/// A server that answers, until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    url: String,
    /// The thread's end is in [`serve`]; `true`, or its closing, ends the thread.
    end: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Waits for the end of the server.
pub(crate) async fn is_over(ended: &mut watch::Receiver<bool>) {
    // Whoever could say it has gone: that is the end, too.
    let _ = ended.wait_for(|end| *end).await;
}

impl Server {
    /// Takes the port, and reads what it takes to answer.
    ///
    /// # Errors
    /// The port is taken, the address is none of this machine, or a setting is none.
    pub fn bind(settings: ServerSettings) -> Result<Self, ServeError> {
        let base = base_path(&settings.base_path)?;
        let tls = settings.tls.as_ref().map(tls::acceptor).transpose()?;
        let listener = listen(&settings.host, settings.port)?;
        let address = listener.local_addr()?;
        let gate = Gate::new(&settings, address.ip(), &base, tls.is_some(), address.port())?;
        Ok(Self { listener, address, base, tls, gate })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a browser on this machine is told to open; it ends with a slash.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let port = self.address.port();
        let host = match self.address.ip() {
            ip if ip.is_unspecified() => "localhost".to_owned(),
            IpAddr::V6(ip) => format!("[{ip}]"),
            IpAddr::V4(ip) => ip.to_string(),
        };
        format!("{scheme}://{host}:{port}{}/", self.base)
    }

    /// The password that was made up because nobody gave an account and there must be one. To be
    /// shown once, on the terminal of whoever started the program.
    pub fn made_up_password(&self) -> Option<&str> {
        self.gate.made_up_password()
    }

    /// What whoever started it should know, as sentences.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.address.ip().is_loopback() && self.tls.is_none() {
            notes.push(
                "the live page is open to other machines over plain HTTP, where passwords can be \
                 read on the way; --tls-cert and --tls-key encrypt it"
                    .to_owned(),
            );
        }
        notes
    }

    /// Answers from now on, on a thread of its own.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn spawn(
        self,
        board: Board,
        director: Arc<dyn Director>,
        suite: SuiteInfo,
    ) -> Result<Running, ServeError> {
        let url = self.url();
        self.listener.set_nonblocking(true)?;
        let (end, ended) = watch::channel(false);
        // Whatever fails before the first accept must reach the caller.
        let (ready, is_ready) = mpsc::channel();
        let thread =
            std::thread::Builder::new().name("katydid-web".to_owned()).spawn(move || {
                let made = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .max_blocking_threads(MOST_BLOCKING)
                    .thread_name("katydid-web-call")
                    .build();
                let runtime = match made {
                    Ok(runtime) => runtime,
                    Err(fault) => {
                        let _ = ready.send(Err(fault));
                        return;
                    }
                };
                runtime.block_on(self.serve(board, director, suite, ended, ready));
                // A call that hangs must not hold up the end of the program.
                runtime.shutdown_background();
            })?;
        is_ready.recv().map_err(|_| io::Error::other("its thread ended"))??;
        Ok(Running { url, end, thread: Some(thread) })
    }

    async fn serve(
        self,
        board: Board,
        director: Arc<dyn Director>,
        suite: SuiteInfo,
        mut ended: watch::Receiver<bool>,
        ready: mpsc::Sender<io::Result<()>>,
    ) {
        let listener = match tokio::net::TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(fault) => {
                let _ = ready.send(Err(fault));
                return;
            }
        };
        let app = App::new(board, director, suite, self.gate, ended.clone());
        let connection = Arc::new(Connection::new(app, self.base, self.tls, ended.clone()));
        let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let _ = ready.send(Ok(()));
        loop {
            let place = Arc::clone(&room).acquire_owned();
            let accepted = tokio::select! {
                () = is_over(&mut ended) => break,
                accepted = async { (place.await, listener.accept().await) } => accepted,
            };
            match accepted {
                (Ok(place), Ok((socket, peer))) => {
                    let connection = Arc::clone(&connection);
                    tokio::spawn(async move {
                        connection.serve(socket, peer).await;
                        drop(place);
                    });
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
        drop(listener);
        // Everybody has gone once all places are free.
        let all = room.acquire_many(MOST_CONNECTIONS as u32);
        let _ = tokio::time::timeout(GRACE, all).await;
    }
}

impl Running {
    /// What a browser on this machine is told to open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it: no new request, streams end, answers under way have three seconds.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.end.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn listen(host: &str, port: u16) -> Result<TcpListener, ServeError> {
    let failed = |fault: io::Error| {
        let host = host.to_owned();
        match fault.kind() {
            io::ErrorKind::AddrInUse => ServeError::Taken { host, port },
            _ => ServeError::Bind { host, port, fault },
        }
    };
    let name = match host {
        "" | "*" => "0.0.0.0",
        // As in an address.
        bracketed => bracketed.trim_start_matches('[').trim_end_matches(']'),
    };
    let all: Vec<SocketAddr> = (name, port).to_socket_addrs().map_err(failed)?.collect();
    let listener = TcpListener::bind(&all[..]).map_err(failed)?;
    // Each connection has it from here. Where it cannot be set, the system has bounds of its own.
    let _ = socket2::SockRef::from(&listener).set_send_buffer_size(ON_ITS_WAY);
    Ok(listener)
}

/// Empty, or with a slash at its beginning and none at its end.
fn base_path(path: &str) -> Result<String, ServeError> {
    let trimmed = path.trim_matches('/');
    let part = |part: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        !part.is_empty() && part.chars().all(fits) && part != "." && part != ".."
    };
    match trimmed {
        "" => Ok(String::new()),
        _ if trimmed.split('/').all(part) => Ok(format!("/{trimmed}")),
        _ => Err(ServeError::BasePath { path: path.to_owned() }),
    }
}
