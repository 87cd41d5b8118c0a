//! The task that reads a WebSocket as soon as something comes.

use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use super::link::Link;

/// How long a server may take to close the connection after both Close frames.
const LINGER: Duration = Duration::from_secs(1);

/// Reads, answers pings and sends what is late, until the end is known or the user is gone.
pub(super) async fn drive(link: Rc<Link>) {
    poll_fn(|cx| link.poll_drive(cx)).await;
    let closing = poll_fn(|cx| link.poll_closing(cx));
    // One that does not close has had its time.
    let _ = tokio::time::timeout(LINGER, closing).await;
    link.let_go();
}
