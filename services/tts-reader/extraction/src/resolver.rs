//! The resolver handed to the HTTP client: it answers only with addresses that were checked, so
//! the address that was judged is the address that is connected to.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::refused;
use crate::error::ExtractError;

type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks a host name up; the system's resolver except in tests.
pub(crate) type Lookup = Arc<dyn Fn(String) -> Answer + Send + Sync>;

/// The system's resolver.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|host| {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
    })
}

/// Resolves names and refuses a host as soon as *one* of its addresses is not public.
pub(crate) struct CheckedResolver {
    pub(crate) lookup: Lookup,
    pub(crate) allow_loopback: bool,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let answer = (self.lookup)(host.clone());
        let allow_loopback = self.allow_loopback;
        Box::pin(async move {
            // With port 0, for which the client puts the URL's.
            let addresses: Vec<_> =
                answer.await?.iter().map(|it| SocketAddr::new(it.ip(), 0)).collect();
            for address in addresses.iter().map(SocketAddr::ip) {
                if let Some(range) = refused(address, allow_loopback) {
                    return Err(ExtractError::BlockedAddress { host, address, range }.into());
                }
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
