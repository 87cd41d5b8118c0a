//! Name look-ups through the system, remembered per thread for a minute.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use katydid_core::FailureKind;
use tokio::time::Instant;

use crate::error::RequestFailed;

/// How long an answer is used. The system resolver tells no time to live, so this is a choice: long
/// enough not to load the name server, short enough to follow a fail-over within a long run.
const REMEMBERED: Duration = Duration::from_mins(1);

/// Addresses, and when they were asked for.
type Answer = (Instant, Vec<SocketAddr>);

/// The look-ups of one thread.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: RefCell<HashMap<(String, u16), Answer>>,
}

impl Names {
    /// The addresses of a host, without a look-up when it is an address itself.
    pub(crate) async fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, RequestFailed> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let key = (host.to_owned(), port);
        if let Some((at, addresses)) = self.known.borrow().get(&key)
            && at.elapsed() < REMEMBERED
        {
            return Ok(addresses.clone());
        }
        let failed = |why: String| {
            RequestFailed::new(FailureKind::Dns, format!("{host} could not be resolved: {why}"))
        };
        let found = tokio::net::lookup_host((host, port)).await.map_err(|e| failed(e.to_string()));
        let addresses: Vec<SocketAddr> = found?.collect();
        if addresses.is_empty() {
            return Err(failed("no address".to_owned()));
        }
        self.known.borrow_mut().insert(key, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }
}
