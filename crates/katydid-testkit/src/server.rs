//! The server's life: bind, serve on its own threads, freeze, stop.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::certificate::Authority;
use crate::compressed::Bombs;
use crate::counters::{Connection, Counters};
use crate::options::{Alpn, Certificate, Options};
use crate::{http1, tls};

/// Connections waiting to be accepted; a load test opens thousands at once.
const BACKLOG: i32 = 4096;

/// A running test server. It stops when it is dropped.
pub struct TestServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    authority: Option<Authority>,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

/// What every connection of a server needs.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) counters: Arc<Counters>,
    pub(crate) bombs: Bombs,
    frozen: watch::Sender<bool>,
    stalled: watch::Sender<bool>,
}

impl Shared {
    /// Returns at once, or when a frozen server thaws.
    pub(crate) async fn thawed(&self) {
        until_false(&self.frozen).await;
    }
}

async fn until_false(state: &watch::Sender<bool>) {
    if *state.borrow() {
        let over = state.subscribe().wait_for(|on| !on).await.map(drop);
        over.expect("the caller has the sender");
    }
}

impl TestServer {
    /// Starts a plain server on a free loopback port.
    ///
    /// # Panics
    /// When the machine has no port or thread left, as every `spawn…` here: a test cannot go on.
    pub fn spawn() -> Self {
        Self::with(Options::default()).expect("a loopback port and a thread are free")
    }

    /// Starts a plain server, for tests that have a runtime.
    pub fn start() -> impl Future<Output = Self> {
        std::future::ready(Self::spawn())
    }

    /// Starts a TLS server for HTTP/1.1 whose certificate is issued by [`TestServer::ca_pem`].
    pub fn spawn_tls() -> Self {
        Self::spawn_tls_with(Alpn::Http1, Certificate::Valid)
    }

    /// Starts a TLS server that offers `alpn` and shows `certificate`.
    pub fn spawn_tls_with(alpn: Alpn, certificate: Certificate) -> Self {
        let options = Options { tls: Some((alpn, certificate)), ..Options::default() };
        Self::with(options).expect("a loopback port and a thread are free")
    }

    /// Starts a server as `options` say.
    ///
    /// # Errors
    /// When the address cannot be bound or a thread cannot be started.
    pub fn with(options: Options) -> io::Result<Self> {
        let listener = listen(options.bind)?;
        let address = listener.local_addr()?;
        let authority = options.tls.is_some().then(Authority::new);
        let acceptor = options
            .tls
            .zip(authority.as_ref())
            .map(|((alpn, kind), authority)| tls::acceptor(alpn, &authority.issue(kind)));
        let shared = Arc::new(Shared {
            counters: Arc::new(Counters::new()),
            bombs: Bombs::default(),
            frozen: watch::Sender::new(false),
            stalled: watch::Sender::new(false),
            options,
        });
        let stop = watch::Sender::new(false);
        // Made before the threads, so that an early error stops those that already run.
        let mut server =
            Self { address, shared: Arc::clone(&shared), authority, stop, threads: Vec::new() };
        for number in 0..shared.options.threads.max(1) {
            let listener = listener.try_clone()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let (shared, acceptor) = (Arc::clone(&shared), acceptor.clone());
            let mut stopped = server.stop.subscribe();
            let serve = move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, shared, acceptor) => {}
                        _ = stopped.wait_for(|stop| *stop) => {}
                    }
                });
                // Dropping the runtime drops the connections, which closes their sockets.
            };
            let name = format!("test-server-{number}");
            server.threads.push(std::thread::Builder::new().name(name).spawn(serve)?);
        }
        Ok(server)
    }

    /// `http://127.0.0.1:port`; `https://localhost:port` for a TLS server. Without a slash at the
    /// end.
    pub fn url(&self) -> String {
        match self.authority {
            Some(_) => format!("https://localhost:{}", self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// Where the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority to trust, in PEM; `None` for a plain server.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(Authority::pem)
    }

    /// How many requests for `path` (without query) came in whole.
    pub fn requests(&self, path: &str) -> u64 {
        self.shared.counters.path(path)
    }

    /// How many requests came in whole, on any path.
    pub fn total_requests(&self) -> u64 {
        self.shared.counters.total()
    }

    /// Waits until [`TestServer::total_requests`] is at least `total`.
    pub async fn wait_for_total(&self, total: u64) {
        self.shared.counters.reach(total).await;
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.counters.connections().len()
    }

    /// How many connections are open now.
    pub fn open_connections(&self) -> usize {
        self.shared.counters.open()
    }

    /// The number of requests on each accepted connection, oldest first.
    pub fn requests_per_connection(&self) -> Vec<u32> {
        self.shared.counters.connections()
    }

    /// Lets every answer wait until [`TestServer::thaw`]; requests are still read and counted.
    pub fn freeze(&self) {
        self.shared.frozen.send_replace(true);
    }

    /// Ends a [`TestServer::freeze`].
    pub fn thaw(&self) {
        self.shared.frozen.send_replace(false);
    }

    /// Serves no new connection until [`TestServer::resume_accepts`]. The system still completes
    /// them, as it does for a program that is too busy to accept.
    pub fn stall_accepts(&self) {
        self.shared.stalled.send_replace(true);
    }

    /// Ends a [`TestServer::stall_accepts`].
    pub fn resume_accepts(&self) {
        self.shared.stalled.send_replace(false);
    }

    /// Stops listening and closes every connection. Returns when that is done.
    pub fn stop(self) {
        drop(self);
    }

    /// Serves until the process ends.
    pub fn serve_forever(mut self) {
        for thread in self.threads.drain(..) {
            // A panic has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Listens, with room for thousands of connections that come at once.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A stopped server's port can be taken again at once.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let accepted = listener.accept().await;
        // To the client, one that was accepted and is not served is as one that was not.
        until_false(&shared.stalled).await;
        let Ok((socket, _)) = accepted else {
            // Out of descriptors, or a client that left again: the next one may do better.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let connection = Connection::accepted(&shared.counters);
        tokio::spawn(serve(socket, connection, Arc::clone(&shared), acceptor.clone()));
    }
}

async fn serve(
    socket: TcpStream,
    connection: Connection,
    shared: Arc<Shared>,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
) {
    // Answers are written whole; waiting for more to send would only add 40 ms.
    let _ = socket.set_nodelay(true);
    match acceptor {
        Some(acceptor) => tls::serve(&acceptor, socket, connection, shared).await,
        None => http1::serve(socket, &connection, &shared).await,
    }
}
