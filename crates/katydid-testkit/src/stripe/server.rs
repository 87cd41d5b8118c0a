//! The double's connections.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::{Shared, StripeFailure, api, events};
use crate::request::{Reader, Request};

/// Serves on a thread of its own until it is told to stop.
pub(super) fn start(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("stripe-double".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, shared) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        });
    })
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&shared)));
        }
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut reader = Reader::default();
    while let Ok(mut request) = reader.head(&mut stream).await {
        if reader.body(&mut stream, &mut request).await.is_err() {
            return;
        }
        let Some(answer) = answer(&mut stream, &shared, &request).await else { return };
        let connection = if request.keep_alive { "keep-alive" } else { "close" };
        let bytes = answer.bytes(connection);
        if stream.write_all(&bytes).await.is_err() || !request.keep_alive {
            return;
        }
    }
}

/// `None`: the connection ends.
async fn answer(
    stream: &mut TcpStream,
    shared: &Arc<Shared>,
    request: &Request,
) -> Option<api::Answer> {
    let failure = if request.path().starts_with("/v1/") { shared.books().call() } else { None };
    match failure {
        Some(StripeFailure::Throttled) => return Some(api::throttled()),
        Some(StripeFailure::Broken) => return Some(api::broken()),
        Some(StripeFailure::Closed) => return None,
        Some(StripeFailure::Silent) => {
            // Until the client has had enough.
            let _ = stream.read_u8().await;
            return None;
        }
        Some(StripeFailure::Lost) | None => {}
    }
    let answer = api::answer(&mut shared.books(), request);
    if failure.is_some() {
        return None;
    }
    for event in &answer.deliver {
        // Nobody listening is as with Stripe: it would try again later.
        let _ = events::deliver(shared, event).await;
    }
    Some(answer)
}
