//! The proxy's life: listen on loopback, relay on a thread of its own, stop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::fault::ProxyFault;
use super::live::Faults;
use super::parse::FaultError;
use super::relay;
use crate::server::listen;

/// A proxy on real sockets that stands before a backend and injects faults. It stops when it is
/// dropped.
pub struct FaultProxy {
    address: SocketAddr,
    faults: Arc<Faults>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Why a proxy cannot be. Each text names the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// An address of another machine.
    #[error("{0} is not of this machine; a fault proxy is for tests on loopback, name 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; port 0 takes a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system has no thread or timer left.
    #[error("cannot start the proxy's thread: {0}")]
    Thread(#[from] io::Error),
    /// A text is no fault.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

impl FaultProxy {
    /// Starts a proxy to `to` on a free loopback port.
    ///
    /// # Errors
    /// When a text is no fault, `to` is not on loopback, or the machine has no port or thread left.
    pub fn start(to: SocketAddr, faults: &[&str]) -> Result<Self, ProxyError> {
        let parsed: Result<Vec<_>, _> = faults.iter().map(|text| text.parse()).collect();
        Self::listening(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), to, parsed?)
    }

    /// Starts a proxy that listens on `on`.
    ///
    /// # Errors
    /// When an address is not on loopback or cannot be listened on, or a thread cannot be started.
    pub fn listening(
        on: SocketAddr,
        to: SocketAddr,
        faults: Vec<ProxyFault>,
    ) -> Result<Self, ProxyError> {
        if let Some(other) = [on, to].into_iter().find(|address| !address.ip().is_loopback()) {
            return Err(ProxyError::NotLoopback(other));
        }
        let listener = listen(on).map_err(|source| ProxyError::Listen { address: on, source })?;
        let address = listener.local_addr()?;
        let faults = Arc::new(Faults::new(faults));
        let stop = watch::Sender::new(false);
        let mut stopped = stop.subscribe();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::clone(&faults);
        let serve = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, to, shared) => {}
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
            });
            // Dropping the runtime drops the connections, which closes their sockets.
        };
        let thread = std::thread::Builder::new().name("fault-proxy".to_owned()).spawn(serve)?;
        Ok(Self { address, faults, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests each fault has struck, in the order in which the faults were given.
    /// `freeze` and `accept-stall` strike whatever is there and count nothing.
    pub fn struck(&self) -> Vec<u64> {
        self.faults.struck()
    }

    /// Serves until the process ends.
    pub fn serve_forever(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, faults: Arc<Faults>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let accepted = listener.accept().await;
        // To the client, one that was accepted and is not served is as one that was not.
        faults.accepting().await;
        let Ok((socket, _)) = accepted else {
            // Out of descriptors, or a client that left again: the next one may do better.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let faults = Arc::clone(&faults);
        tokio::spawn(async move { relay::serve(socket, to, &faults).await });
    }
}
