//! Taking connections.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{connection::Connections, places::Seat};
use crate::{app::App, errors::ApiError, metrics::Ending};

/// The pause after the system could not give a connection.
const PAUSE: Duration = Duration::from_millis(100);
/// Refused connections that are told so at the same time; more are just closed.
const REFUSALS: usize = 64;

/// Serves connections until `stop`, and then those that there are. Dropped, it ends them.
pub(crate) async fn accept(
    listener: TcpListener,
    app: &Arc<App>,
    router: Router,
    stop: CancellationToken,
) {
    let connections = Connections { app: Arc::clone(app), router, stop: stop.clone() };
    let mut door = Door {
        connections,
        tasks: JoinSet::new(),
        refusals: Arc::new(Semaphore::new(REFUSALS)),
        failing: false,
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = door.tasks.join_next() => note(ended),
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => door.welcome(socket, peer),
                Err(error) => door.failed(&error).await,
            },
        }
    }
    drop(listener);
    while let Some(ended) = door.tasks.join_next().await {
        note(ended);
    }
}

struct Door {
    connections: Connections,
    /// One task for each connection; dropped, they end.
    tasks: JoinSet<()>,
    refusals: Arc<Semaphore>,
    /// The system does not give connections.
    failing: bool,
}

impl Door {
    fn welcome(&mut self, socket: TcpStream, peer: SocketAddr) {
        self.failing = false;
        let app = &self.connections.app;
        app.metrics.connection_accepted();
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "cannot turn off Nagle's algorithm");
        }
        let Some(place) = app.places.take().or_else(|| app.places.make_room()) else {
            return self.refuse(socket, peer);
        };
        self.tasks.spawn(self.connections.clone().serve(socket, peer, Seat::at(place)));
    }

    fn refuse(&mut self, socket: TcpStream, peer: SocketAddr) {
        self.connections.app.metrics.connection_ended(Ending::Full);
        let Ok(turn) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
        let connections = self.connections.clone();
        self.tasks.spawn(async move {
            let error = ApiError::Busy { what: "The service", retry_after: 1 };
            connections.refuse(socket, peer, error).await;
            drop(turn);
        });
    }

    /// The system may have no more files: the connection that is idle longest has one.
    async fn failed(&mut self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        // Of a client that is gone already.
        if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
            return;
        }
        if !self.failing {
            tracing::error!(%error, "cannot take connections; will try again");
            self.failing = true;
        }
        drop(self.connections.app.places.make_room());
        sleep(PAUSE).await;
    }
}

/// Says of a connection's task that it died.
fn note(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the task of a connection died");
    }
}
