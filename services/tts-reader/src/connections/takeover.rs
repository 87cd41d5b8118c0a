//! A connection that speaks something else after its last answer.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use axum::response::Response;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// Rides on an answer of 101: what goes on with the connection when the answer is written. It keeps the
/// place that the connection has, and none of the limits that HTTP has.
#[derive(Clone)]
pub(crate) struct Takeover(Arc<Mutex<Option<Speak>>>);

/// A connection without its HTTP.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) socket: TcpStream,
    /// What came after the request.
    pub(crate) read: Vec<u8>,
    /// The service stops.
    pub(crate) stop: CancellationToken,
}

/// What it gives back is read out before it is closed.
type Speak = Box<dyn FnOnce(Taken) -> Speaking + Send>;
pub(super) type Speaking = Pin<Box<dyn Future<Output = Option<TcpStream>> + Send>>;

impl Takeover {
    pub(crate) fn by<F>(speak: impl FnOnce(Taken) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Option<TcpStream>> + Send + 'static,
    {
        let speak: Speak = Box::new(|taken| Box::pin(speak(taken)));
        Self(Arc::new(Mutex::new(Some(speak))))
    }

    /// That of an answer, if it has one.
    pub(super) fn of(response: &mut Response) -> Option<Self> {
        response.extensions_mut().remove()
    }

    /// Begins; only once.
    pub(super) fn begin(self, taken: Taken) -> Option<Speaking> {
        let speak = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(speak(taken))
    }
}

impl fmt::Debug for Takeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Takeover").finish_non_exhaustive()
    }
}
